"""Consents and stops in the vault: kept, told on, never weakened by a file; only her own word lifts a stop."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.store.vault_cases import House, card

from noren.governance.stopping import EVERYTHING, Rule, spell
from noren.identity.choices import Choices, Consent, Stop, with_stop
from noren.identity.choosing import choices_of, import_consents, import_stops
from noren.identity.deciding import Decided, Wish, decide
from noren.identity.errors import LedgerAway
from noren.identity.healing import sweep
from noren.identity.merging import merge_members
from noren.identity.model import Refused
from noren.identity.sealed_choices import choices_from, texts_of
from noren.kernel.ids import MemberNumber
from noren.testing.vault import TOKYO, a_row

ROWS = [a_row(1, email_ok=None, post_ok=None), a_row(2), a_row(3, card=None)]
STOP = {"member_number": "M0000001", "scope": "all", "name": None, "since": "2014-06-01"}


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = House(tmp_path)
    assert made.enrol(*ROWS) == ["added"] * 3
    return made


def said(outcomes: list[Any]) -> list[str]:
    return [each.reason.en if isinstance(each, Refused) else each for each in outcomes]


def stopped(house: House, number: int = 0) -> list[tuple[str, str]]:
    """Return what the ledger side was told of a member."""
    return [(spell(s.rule), s.since) for s in house.side.with_card(str(ROWS[number]["card"])).stops]


def hers(house: House, number: int = 0) -> Choices:
    found = choices_of(house.vault, card=card(ROWS[number]))
    assert isinstance(found, Choices)
    return found


def decided(house: House, *wishes: Wish, number: int = 0) -> Decided:
    found = decide(house.vault, who=card(ROWS[number]), wishes=wishes)
    assert isinstance(found, Decided)
    return found


def test_a_stop_is_kept_and_told_and_twice_changes_nothing(house: House) -> None:
    assert said(import_stops(house.vault, rows=[STOP])) == ["added"]
    assert stopped(house) == [("all", "2014-06-01")]
    house.side.heard.clear()
    assert said(import_stops(house.vault, rows=[STOP])) == ["same"]
    assert house.side.heard == []
    house.restart()
    assert hers(house).stops == (Stop(EVERYTHING, "2014-06-01"),)


def test_a_dry_run_keeps_and_tells_nothing(house: House) -> None:
    assert said(import_stops(house.vault, rows=[STOP], dry=True)) == ["added"]
    assert (stopped(house), hers(house).stops) == ([], ())


def test_rows_that_do_not_fit_are_set_aside(house: House) -> None:
    rows = [
        {**STOP, "member_number": "nobody"},
        {**STOP, "scope": "all", "name": "P1"},
        {**STOP, "scope": "recipient"},
        {**STOP, "scope": "some"},
        {**STOP, "since": "2014/6/1"},
        {**STOP, "since": "2999-01-01"},
    ]
    outcomes = import_stops(house.vault, rows=rows)
    assert all(isinstance(each, Refused) for each in outcomes)
    assert hers(house) == Choices()


def test_a_consent_sets_the_trait_and_a_stop_weighs_more(house: House) -> None:
    given = {"member_number": "M0000001", "kind": "email", "given_at": "2020-04-01", "text_version": "v1"}
    assert said(import_consents(house.vault, rows=[given])) == ["added"]
    assert house.side.with_card(str(ROWS[0]["card"])).traits.email_ok is True
    stop = {"member_number": "M0000001", "scope": "channel", "name": "email", "since": "2021-01-01"}
    assert said(import_stops(house.vault, rows=[stop])) == ["added"]
    assert house.side.with_card(str(ROWS[0]["card"])).traits.email_ok is False
    later = {**given, "given_at": "2022-04-01"}
    assert said(import_consents(house.vault, rows=[later, given])) == ["added", "same"]
    assert house.side.with_card(str(ROWS[0]["card"])).traits.email_ok is False


def test_a_withdrawal_stays_whatever_comes_after_it(house: House) -> None:
    given = {"member_number": "M0000002", "kind": "post", "given_at": "2020-04-01", "text_version": "v1"}
    withdrawn = {**given, "withdrawn_at": "2021-04-01"}
    assert said(import_consents(house.vault, rows=[given, withdrawn, given])) == ["added", "changed", "same"]
    assert hers(house, 1).consents == (Consent("post", "", "2020-04-01", "v1", "2021-04-01"),)
    assert house.side.with_card(str(ROWS[1]["card"])).traits.post_ok is False


def test_only_her_own_word_lifts_a_stop_and_an_old_file_does_not_bring_it_back(house: House) -> None:
    import_stops(house.vault, rows=[STOP])
    assert not decided(house, Wish("resume", "all")).same
    assert stopped(house) == []
    assert said(import_stops(house.vault, rows=[STOP])) == ["same"]
    assert hers(house).in_force == ()
    assert not decided(house, Wish("stop", "all")).same
    assert decided(house, Wish("stop", "all")).same
    assert [rule for rule, _ in stopped(house)] == ["all"]


def test_a_stop_outlives_a_crossing_that_breaks(house: House) -> None:
    house.side.faults = ["before"]
    with pytest.raises(LedgerAway):
        import_stops(house.vault, rows=[STOP])
    assert (house.pending(), stopped(house)) == (1, [])
    house.restart()
    sweep(house.vault)
    assert (house.pending(), stopped(house)) == (0, [("all", "2014-06-01")])


def test_who_has_no_card_yet_is_told_of_when_she_gets_one(house: House) -> None:
    assert said(import_stops(house.vault, rows=[{**STOP, "member_number": "M0000003"}])) == ["added"]
    assert house.pending() == 0
    assert house.enrol({"member_number": "M0000003", "card": "2980001999999999"}) == ["changed"]
    assert [s.rule for s in house.side.with_card("2980001999999999").stops] == [EVERYTHING]


def test_what_either_had_stopped_stays_stopped_after_a_merge(house: House) -> None:
    import_stops(house.vault, rows=[STOP, {**STOP, "member_number": "M0000002", "scope": "channel", "name": "post"}])
    assert merge_members(house.vault, number=MemberNumber("M0000001"), into=MemberNumber("M0000002")) == "changed"
    assert {s.rule for s in hers(house, 1).in_force} == {EVERYTHING, Rule(channel="post")}
    assert {rule for rule, _ in stopped(house, 1)} == {"all", "channel=post"}


def outcomes_of(rule: Callable[[Choices, Stop], Choices], seed: int) -> set[str]:
    """Return what stands after the same stops came in twenty orders, some twice."""
    chance = random.Random(seed)
    given = [Stop(EVERYTHING, f"20{10 + n}-01-01") for n in range(6)]
    given += [Stop(Rule(recipient=f"P{n % 3}"), f"2020-0{1 + n}-01") for n in range(9)]
    given += [Stop(Rule("mail", f"P{n % 2}"), f"2021-0{1 + n}-01") for n in range(6)]
    out = set[str]()
    for _ in range(20):
        choices = Choices()
        for stop in chance.sample(given * 2, len(given) * 2):
            choices = rule(choices, stop)
        out.add(repr(texts_of(choices)))
        assert choices_from(texts_of(choices)) == choices
    return out


def test_in_whatever_order_stops_come_the_same_stand() -> None:
    seed = random.randrange(2**32)
    assert len(outcomes_of(lambda choices, stop: with_stop(choices, stop, TOKYO), seed)) == 1, f"seed {seed}"


def test_a_rule_that_took_the_last_file_s_word_would_be_seen() -> None:
    def last_word(choices: Choices, stop: Stop) -> Choices:
        others = tuple(each for each in choices.stops if each.rule != stop.rule)
        return with_stop(Choices(stops=others), stop, TOKYO)

    assert len(outcomes_of(last_word, 1)) > 1


def test_one_stop_and_none_look_alike_at_rest(house: House) -> None:
    sizes = _sizes(house)
    import_stops(house.vault, rows=[STOP])
    assert _sizes(house) == sizes
    assert len(set(sizes.values())) == 1


def _sizes(house: House) -> dict[bytes, int]:
    rows = [house.row_of(card(row)) for row in ROWS[:2]]
    with house.vault.store.reading() as batch:
        return {row: len(member.sealed["choices"]) for row, member in batch.members(rows).items()}
