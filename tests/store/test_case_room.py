"""The room of cases: every step is decided, stored and written into the log, or refused by name and nothing is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from noren.governance.cases.incidents import FACTS, Incident, Step, Trigger, due
from noren.governance.cases.operations import CaseRoom, Known, is_loud
from noren.governance.cases.refusing import Refused
from noren.governance.cases.requests import Instrument, LegalRequest, Outcome
from noren.governance.cases.store import CaseStore
from noren.governance.ports import EntryKind
from noren.governance.regimes import CLOCKS
from noren.kernel.clock import FixedClock
from noren.testing.journal import MemoryJournal

AT = datetime(2026, 11, 26, 3, tzinfo=UTC)
DAY = date(2026, 11, 26)
WARRANT = LegalRequest("", "A1", Instrument.WARRANT, "1", DAY, frozenset({"name", "purchase-line"}), 1, "aoki")


@dataclass
class Desk:
    store: CaseStore
    journal: MemoryJournal = field(default_factory=MemoryJournal)

    @property
    def room(self) -> CaseRoom:
        return CaseRoom(self.store, self.journal, FixedClock(AT), lambda: CLOCKS, lambda: DAY)

    def kinds(self) -> list[EntryKind]:
        return [entry.kind for entry in self.journal.entries]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(CaseStore(tmp_path / "cases.db"))
    yield made
    made.store.close()


def done(found: Incident | LegalRequest | Refused) -> str:
    assert not isinstance(found, Refused), found
    return found.id


def rule(found: object) -> str:
    assert isinstance(found, Refused), found
    return found.rule


def test_an_incident_from_its_day_to_its_end(desk: Desk) -> None:
    known = Known(frozenset({Trigger.IMPROPER_PURPOSE}), 12, {"summary": "持ち出し"})
    name = done(desk.room.open_incident(found_on=DAY - timedelta(days=2), known=known, who="aoki"))
    assert [(each.by - DAY).days for each in due(desk.store.cases(Incident)[0], CLOCKS)] == [3, 58, 58]
    done(desk.room.step(name, step=Step.PRELIMINARY, on=DAY, who="aoki"))
    assert rule(desk.room.step(name, step=Step.FINAL, on=DAY, who="aoki")) == "report-incomplete"
    done(desk.room.tell(name, known=Known(facts=dict.fromkeys(FACTS, "記載")), who="ito"))
    for step in (Step.PERSONS_TOLD, Step.PUBLISHED, Step.FINAL, Step.CLOSED):
        done(desk.room.step(name, step=step, on=DAY, who="ito"))
    assert rule(desk.room.tell(name, known=Known(persons=1), who="ito")) == "case-closed"
    assert desk.kinds() == [EntryKind.INCIDENT_OPENED, *[EntryKind.INCIDENT_STEP] * 5, EntryKind.INCIDENT_CLOSED]
    steps = desk.store.steps(Incident, name)
    assert [(taken.who, taken.step) for taken in steps[:3]] == [
        ("aoki", "opened"), ("aoki", "preliminary-reported"), ("ito", "facts"),
    ]  # fmt: skip
    assert steps[-1].case.facts["summary"] == "記載"


def test_a_warrant_is_loud_until_two_others_approved_and_it_was_answered(desk: Desk) -> None:
    name = done(desk.room.open_request(WARRANT))
    assert is_loud(desk.store.cases(LegalRequest)[0])
    assert rule(desk.room.approve(name, who="aoki")) == "two-others-approve"
    done(desk.room.approve(name, who="ito"))
    assert rule(desk.room.give(name, items=frozenset({"name"}), who="aoki")) == "two-keys-missing"
    done(desk.room.approve(name, who="sato"))
    done(desk.room.give(name, items=frozenset({"name"}), who="aoki"))
    last = desk.store.cases(LegalRequest)[0]
    assert (last.outcome, is_loud(last)) == (Outcome.PARTLY, False)
    assert desk.kinds() == [
        EntryKind.LEGAL_REQUEST_RECEIVED, EntryKind.APPROVAL, EntryKind.APPROVAL, EntryKind.LEGAL_REQUEST_ANSWERED,
    ]  # fmt: skip


def test_what_can_not_be_leaves_no_step_and_no_entry(desk: Desk) -> None:
    tomorrow = DAY + timedelta(days=1)
    assert rule(desk.room.open_incident(found_on=tomorrow, known=Known(), who="aoki")) == "day-ahead"
    assert rule(desk.room.open_incident(found_on=DAY, known=Known(facts={"why": ""}), who="aoki")) == "fact-unknown"
    assert rule(desk.room.step("in-2026-001", step=Step.CLOSED, on=DAY, who="aoki")) == "no-such-case"
    odd = LegalRequest("", "A1", Instrument.INQUIRY, "1", DAY, frozenset({"shoe-size"}), 1, "aoki")
    assert rule(desk.room.open_request(odd)) == "item-unknown"
    assert rule(desk.room.give("lr-2026-001", items=frozenset(), who="aoki")) == "no-such-case"
    assert (desk.store.cases(Incident), desk.store.cases(LegalRequest), desk.journal.entries) == ([], [], [])
