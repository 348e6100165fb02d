"""Conditions, at random: text and JSON give the very tree back; whatever is typed is read or refused."""

from __future__ import annotations

import json
import os
import random
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.property.condition_trees import conditions, nodes

from noren.audience.language import Condition, Refused, from_json, parse, to_json, to_text
from noren.audience.language.limits import CHARACTERS, DEPTH
from noren.audience.language.nodes import Node, depth_of, predicates
from noren.audience.language.parsing import read
from noren.audience.language.problems import Wrong
from noren.audience.language.review import Surroundings, cost_of, review
from noren.audience.language.speech import sentence
from noren.audience.language.words import KEYWORDS, Attribute
from noren.audience.language.writing import spell, squeeze

NIGHT = bool(os.environ.get("NOREN_NIGHT"))
SETTINGS = settings(
    max_examples=20_000 if NIGHT else 120,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    print_blob=True,
)
SIGNS = '( ) , % .. - >= > = <= < != " \\ 5 2.5 0 007 2017-03-01 2017-02-29 COFFEE （ é'
ODD = ['"COFFEE"', "female", "1234567890123", "\ufeff", "\u202e", "\x00", "\u3000", "\r\n", "\t", "\r"]
SENSITIVE = frozenset({(Attribute.CATEGORY, "COFFEE"), (Attribute.BRAND, "コーヒー")})
PIECES = [*sorted(KEYWORDS), *SIGNS.split(), *ODD]


@SETTINGS
@given(conditions())
def test_text_gives_the_tree_back(condition: Condition) -> None:
    text = to_text(condition)
    assert len(text) <= CHARACTERS
    assert parse(text) == condition
    for other in (spell(condition.root), squeeze(condition.root)):
        assert len(other) > CHARACTERS or parse(other) == condition


@SETTINGS
@given(conditions())
def test_json_gives_the_tree_back(condition: Condition) -> None:
    told = to_json(condition)
    assert from_json(told) == condition
    assert from_json(told.decode()) == condition
    assert json.dumps(json.loads(told), sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode() == told


@SETTINGS
@given(conditions(), conditions())
def test_different_trees_have_different_texts_and_json(one: Condition, other: Condition) -> None:
    assert (one == other) == (to_json(one) == to_json(other)) == (to_text(one) == to_text(other))


@SETTINGS
@given(conditions(), st.randoms(use_true_random=False))
def test_a_json_with_one_byte_changed_is_never_read_as_another_writing_of_something(
    condition: Condition, chance: random.Random
) -> None:
    told = bytearray(to_json(condition))
    told[chance.randrange(len(told))] = chance.choice(b'{}[]",: 09az\\\x00\xff')
    read = from_json(bytes(told))
    assert isinstance(read, Refused) or to_json(read) == bytes(told)


@SETTINGS
@given(st.lists(st.sampled_from(PIECES), max_size=40).map(" ".join) | st.text(max_size=200))
def test_any_text_is_read_or_refused_with_its_place(text: str) -> None:
    check_answer(text)


@SETTINGS
@given(conditions(), st.randoms(use_true_random=False))
def test_a_text_with_something_changed_is_read_or_refused_with_its_place(
    condition: Condition, chance: random.Random
) -> None:
    text = to_text(condition)
    at = chance.randrange(len(text))
    check_answer(text[:at] + chance.choice(PIECES) + text[at + chance.randrange(3) :])


@SETTINGS
@given(nodes(most=40))
def test_a_tree_within_the_limits_is_one_whose_text_is(root: Node) -> None:
    made = within(root)
    assert (made is None) == isinstance(parse(squeeze(root)), Refused)
    assert made is None or depth_of(root) <= DEPTH


def within(root: Node) -> Condition | None:
    try:
        return Condition(root)
    except Wrong:
        return None


@SETTINGS
@given(conditions())
def test_a_condition_can_be_said_in_every_language_and_register(condition: Condition) -> None:
    said = {sentence(condition, "ja"), sentence(condition, "ja", "member"), sentence(condition, "en")}
    assert all(text == text.strip() for text in said)
    assert sentence(condition, "ja", "member").endswith("お客さま")


@SETTINGS
@given(conditions())
def test_any_condition_can_be_reviewed_and_its_own_parts_are_what_is_marked(condition: Condition) -> None:
    text = to_text(condition)
    got = read(text)
    assert not isinstance(got, Refused)
    assert len(got.predicates) == sum(1 for _ in predicates(condition.root))
    around = Surroundings(horizon=date(2015, 1, 1), today=date(2017, 12, 31), issuer="P1", sensitive=SENSITIVE)
    said = review(got, around)
    for problem in said.errors + said.warnings:
        assert 0 <= problem.place.start < problem.place.end <= len(text)
    assert cost_of(condition) >= 0


def check_answer(text: str) -> None:
    """A text is a condition that is written as it reads, or is refused at a place within it, in both languages."""
    read = parse(text)
    if isinstance(read, Condition):
        assert parse(to_text(read)) == read
        return
    assert read.problems
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for problem in read.problems:
        place = problem.place
        assert 1 <= place.line <= len(lines)
        assert 1 <= place.column <= len(lines[place.line - 1]) + 1
        assert 0 <= place.start <= place.end <= len(text)
        assert problem.code
        assert problem.say.ja.strip()
        assert problem.say.en.strip()
