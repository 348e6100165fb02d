"""Stops as rules: what covers what, in whatever order, and that no rule weakens another."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from noren.governance.stop_texts import TEXTS_VERSION, Names, covers, goes_on
from noren.governance.stopping import EVERYTHING, Rule, Use, in_order, read_rule, spell, stopped_by

part = st.sampled_from(["", "a", "b"])
rules = st.builds(Rule, part, part, part)
uses = st.builds(Use, st.sampled_from("abc"), st.sampled_from("abc"), st.sampled_from(["", "a", "c"]))


@given(uses, st.lists(rules))
def test_a_use_is_stopped_exactly_when_one_rule_covers_it(use: Use, given_rules: list[Rule]) -> None:
    found = stopped_by(given_rules, use)
    assert (found is not None) == any(rule.covers(use) for rule in given_rules)
    assert found == stopped_by(reversed(given_rules), use)
    assert found is None or all(found.breadth >= rule.breadth for rule in given_rules if rule.covers(use))


@given(rules, rules)
def test_a_rule_covers_another_exactly_when_it_covers_all_uses_of_it(one: Rule, other: Rule) -> None:
    everywhere = [Use(*each) for each in itertools.product("abz", "abz", ["", "a", "b", "z"])]
    assert one.covers_rule(other) == all(one.covers(use) for use in everywhere if other.covers(use))


@given(uses, st.lists(rules))
def test_everything_beats_all_and_a_further_rule_lets_nothing_through(use: Use, given_rules: list[Rule]) -> None:
    assert stopped_by([*given_rules, EVERYTHING], use) == EVERYTHING
    for extra in given_rules:
        assert stopped_by(given_rules, use) is None or stopped_by([*given_rules, extra], use) is not None


def test_a_use_that_reaches_nobody_is_not_stopped_by_a_channel() -> None:
    assert stopped_by([Rule(channel="email")], Use("statistics", "P1")) is None
    assert stopped_by([Rule(purpose="statistics", channel="email")], Use("statistics", "P1")) is None


def test_the_broadest_is_shown_first() -> None:
    narrow, broad = Rule("a", "b", "c"), Rule(purpose="z")
    assert in_order([narrow, broad, EVERYTHING]) == [EVERYTHING, broad, narrow]


def test_each_rule_says_what_it_covers_and_what_goes_on() -> None:
    said = set[str]()
    for parts in itertools.product(["", "birthday"], ["", "P1"], ["", "email"]):
        rule = Rule(*parts)
        text, rest = covers(rule, Names()), goes_on(rule)
        said |= {text.ja, text.en}
        for name, shown in zip(parts, ("birthday", "P1", "e-mail"), strict=True):
            assert not name or shown in text.en
        assert "ポイント" in rest.ja
        assert "Points" in rest.en
    assert len(said) == 16, "each of the eight has its own sentence in both languages"
    assert TEXTS_VERSION.startswith("choices-")


@given(rules)
def test_a_rule_is_read_as_it_was_spelled(rule: Rule) -> None:
    assert read_rule(spell(rule)) == rule


def test_the_older_spelling_is_read_and_what_spells_no_rule_is_not() -> None:
    assert read_rule("recipient:P1") == Rule(recipient="P1")
    assert read_rule("channel=email,purpose=mail") == Rule("mail", channel="email")
    for wrong in (
        "",
        "everything",
        "purpose",
        "purpose=",
        "all=x",
        "purpose=a,purpose=b",
        "recipient=P 1",
        "all,channel=till",
    ):
        assert read_rule(wrong) is None, wrong
