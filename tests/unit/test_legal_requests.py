"""Legal requests: what an instrument allows at most, two keys, no more than was asked, and what is published."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import get_args

import pytest

from noren.doors.cli.governance import cases
from noren.governance.cases.incidents import Incident, Step, Trigger
from noren.governance.cases.refusing import Refused
from noren.governance.cases.report import in_words, transparency
from noren.governance.cases.requests import (
    MAY_GIVE,
    Instrument,
    LegalRequest,
    Outcome,
    approved,
    counts,
    gave,
    refused,
)
from noren.governance.purposes import ITEMS, Tells

DAY = date(2026, 11, 26)


def test_the_command_line_spells_the_same_words() -> None:
    assert {each.value for each in cases.Trigger} == set(Trigger)
    assert set(get_args(cases.Step)) == set(Step)
    assert set(get_args(cases.Instrument)) == set(Instrument)


HISTORY = frozenset(name for name, item in ITEMS.items() if item.tells is Tells.HISTORY)
ASKED = frozenset({"name", "purchase-line", "shop"})
REQUEST = LegalRequest("lr-2026-001", "A1", Instrument.WARRANT, "第12号", DAY, ASKED, 1, "opener")


def with_keys(request: LegalRequest) -> LegalRequest:
    for who in ("ito", "sato"):
        after = approved(request, who)
        assert isinstance(after, LegalRequest)
        request = after
    return request


def rule_of(found: LegalRequest | Refused) -> str:
    assert isinstance(found, Refused), found
    return found.rule


@pytest.mark.parametrize("instrument", sorted(set(Instrument) - {Instrument.WARRANT}))
def test_purchases_are_given_on_a_warrant_alone(instrument: Instrument) -> None:
    assert not MAY_GIVE[instrument] & HISTORY
    weak = with_keys(replace(REQUEST, instrument=instrument))
    assert rule_of(gave(weak, frozenset({"purchase-line"}), DAY)) == "instrument-too-weak"


def test_two_others_than_the_opener_turn_the_keys() -> None:
    assert rule_of(approved(REQUEST, "opener")) == "two-others-approve"
    one = approved(REQUEST, "ito")
    assert isinstance(one, LegalRequest)
    assert rule_of(approved(one, "ito")) == "two-others-approve"
    assert rule_of(gave(one, ASKED, DAY)) == "two-keys-missing"
    given = gave(with_keys(REQUEST), ASKED, DAY)
    assert isinstance(given, LegalRequest)
    assert (given.outcome, given.given, given.ended_on) == (Outcome.GIVEN, ASKED, DAY)


def test_never_more_than_was_asked_and_part_of_it_is_said_so() -> None:
    assert rule_of(gave(with_keys(REQUEST), ASKED | {"email"}, DAY)) == "more-than-asked"
    part = gave(with_keys(REQUEST), frozenset({"name"}), DAY)
    assert isinstance(part, LegalRequest)
    assert part.outcome is Outcome.PARTLY
    nothing = gave(with_keys(REQUEST), frozenset(), DAY)
    assert isinstance(nothing, LegalRequest)
    assert nothing.outcome is Outcome.REFUSED


def test_what_has_ended_stays_as_it_is() -> None:
    over = refused(REQUEST, "照会書では応じません", DAY)
    assert isinstance(over, LegalRequest)
    for after in (approved(over, "ito"), gave(over, ASKED, DAY), refused(over, "", DAY)):
        assert rule_of(after) == "request-ended"


def test_while_it_is_sealed_the_person_is_not_told_and_it_is_counted_all_the_same() -> None:
    sealed = replace(REQUEST, sealed_until=date(2027, 1, 1))
    assert not sealed.may_be_told(date(2026, 12, 31))
    assert sealed.may_be_told(date(2027, 1, 1))
    assert counts([sealed], 2026)["warrant"]["open"] == 1
    assert sum(sum(each.values()) for each in counts([sealed], 2025).values()) == 0


def test_the_report_has_counts_and_names_nobody() -> None:
    given = gave(with_keys(replace(REQUEST, number="N-777", authority="A-9")), ASKED, DAY)
    assert isinstance(given, LegalRequest)
    report = transparency(2026, [given], [Incident("in-2026-001", DAY, frozenset(), persons=5)], 3)
    said = "\n".join(f"{line.ja}\n{line.en}" for line in in_words(report))
    assert "1件(応じた 1件)" in said
    assert "1 (given 1)" in said
    assert "emergency): 3" in said
    assert all(word not in said for word in ("N-777", "A-9", "lr-2026", "opener", "ito"))
