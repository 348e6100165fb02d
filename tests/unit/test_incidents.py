"""Incidents: what must be reported, by when, in how many parts (art. 26; Enforcement Rules 7 and 8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from noren.governance.cases.incidents import (
    FACTS,
    MANY_PERSONS,
    Incident,
    Step,
    Trigger,
    counts,
    draft,
    due,
    stepped,
)
from noren.governance.cases.refusing import Refused
from noren.governance.regimes import CLOCKS

FOUND = date(2026, 11, 26)
PLAIN = Incident("in-2026-001", FOUND, frozenset({Trigger.PROPERTY_DAMAGE}))
CAREFUL = replace(PLAIN, triggers=frozenset({Trigger.SPECIAL_CARE}))
WHOLE = replace(PLAIN, facts=dict.fromkeys(FACTS, "記載"))


def dues(incident: Incident) -> dict[Step, int]:
    return {each.step: (each.by - FOUND).days for each in due(incident, CLOCKS)}


def take(incident: Incident, *steps: Step) -> Incident:
    for step in steps:
        after = stepped(incident, step, FOUND, CLOCKS)
        assert isinstance(after, Incident), after
        incident = after
    return incident


@pytest.mark.parametrize(
    ("incident", "expected"),
    [
        (PLAIN, {Step.PRELIMINARY: 5, Step.PERSONS_TOLD: 30, Step.FINAL: 30}),
        (CAREFUL, {Step.PRELIMINARY: 5, Step.PERSONS_TOLD: 30, Step.FINAL: 30}),
        (
            replace(PLAIN, triggers=frozenset({Trigger.IMPROPER_PURPOSE, Trigger.SPECIAL_CARE})),
            {Step.PRELIMINARY: 5, Step.PERSONS_TOLD: 60, Step.FINAL: 60},
        ),
        (replace(PLAIN, triggers=frozenset(), persons=MANY_PERSONS), {}),
        (
            replace(PLAIN, triggers=frozenset(), persons=MANY_PERSONS + 1),
            {Step.PRELIMINARY: 5, Step.PERSONS_TOLD: 30, Step.FINAL: 30},
        ),
        (replace(PLAIN, protected_by="SEC-7: AES-256, keys apart"), {}),
        (replace(PLAIN, done={Step.PRELIMINARY: FOUND}), {Step.PERSONS_TOLD: 30, Step.FINAL: 30}),
    ],
)  # fmt: skip
def test_what_is_due_by_when(incident: Incident, expected: dict[Step, int]) -> None:
    assert dues(incident) == expected


def test_a_final_report_has_all_nine_items() -> None:
    assert len(FACTS) == 9
    refused = stepped(replace(WHOLE, facts={**WHOLE.facts, "cause": ""}), Step.FINAL, FOUND, CLOCKS)
    assert isinstance(refused, Refused)
    assert (refused.rule, "原因" in refused.says.ja, "Cause" in refused.says.en) == ("report-incomplete", True, True)
    assert Step.FINAL in take(WHOLE, Step.FINAL).done


def test_it_is_closed_only_when_nothing_is_due_and_then_nothing_more_happens() -> None:
    refused = stepped(take(WHOLE, Step.PRELIMINARY), Step.CLOSED, FOUND, CLOCKS)
    assert isinstance(refused, Refused)
    assert refused.rule == "duties-open"
    closed = take(WHOLE, Step.PRELIMINARY, Step.PERSONS_TOLD, Step.FINAL, Step.CLOSED)
    late = stepped(closed, Step.PUBLISHED, FOUND, CLOCKS)
    assert isinstance(late, Refused)
    assert late.rule == "case-closed"


def test_nothing_was_done_before_it_was_found() -> None:
    refused = stepped(PLAIN, Step.PRELIMINARY, FOUND - timedelta(days=1), CLOCKS)
    assert isinstance(refused, Refused)
    assert refused.rule == "step-before-case"


def test_a_draft_has_the_nine_items_in_their_order_and_says_what_is_not_known_yet() -> None:
    text = draft(replace(PLAIN, persons=1_234, facts={"cause": "設定の誤り"}), final=False)
    places = [text.index(f"{number}. {says.ja}") for number, says in enumerate(FACTS.values(), 1)]
    assert places == sorted(places)
    assert ("速報" in text, "1,234人" in text, "設定の誤り" in text, text.count("確認中")) == (True, True, True, 7)
    assert "確報" in draft(PLAIN, final=True)


def test_a_years_counts() -> None:
    small, before = replace(PLAIN, triggers=frozenset(), persons=3), replace(PLAIN, found_on=date(2025, 1, 1))
    assert counts([replace(PLAIN, persons=10), small, before], 2026) == {"incidents": 2, "reported": 1, "persons": 13}
