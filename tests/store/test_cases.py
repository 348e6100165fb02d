"""Cases are their steps: added one after the other, never changed, each with who took it."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from noren.governance.cases.incidents import Incident, Step, Trigger
from noren.governance.cases.requests import Instrument, LegalRequest
from noren.governance.cases.store import CaseStore, SteppedMeanwhile

AT = datetime(2026, 11, 26, 3, tzinfo=UTC)
DAY = date(2026, 11, 26)
INCIDENT = Incident("in-2026-001", DAY, frozenset({Trigger.SPECIAL_CARE}), {"cause": "設定"}, 3, "", {Step.OPENED: DAY})
REQUEST = LegalRequest("lr-2026-001", "A1", Instrument.WARRANT, "1", DAY, frozenset({"name"}), 1, "aoki", DAY, ("ito",))


def test_steps_stay_and_the_last_one_is_the_case(tmp_path: Path) -> None:
    store = CaseStore(tmp_path / "cases.db")
    assert store.new_id(Incident, 2026) == INCIDENT.id
    later = replace(INCIDENT, persons=4)
    store.add(INCIDENT, step="opened", who="aoki", at=AT, after=0)
    store.add(later, step="facts", who="ito", at=AT, after=1)
    store.add(REQUEST, step="received", who="aoki", at=AT, after=0)
    store.close()
    again = CaseStore(tmp_path / "cases.db")
    assert [(taken.number, taken.who, taken.step, taken.case) for taken in again.steps(Incident, INCIDENT.id)] == [
        (1, "aoki", "opened", INCIDENT),
        (2, "ito", "facts", later),
    ]
    assert again.cases(Incident) == [later]
    assert again.cases(LegalRequest) == [REQUEST]
    assert (again.new_id(Incident, 2026), again.new_id(LegalRequest, 2027)) == ("in-2026-002", "lr-2027-001")
    assert again.steps(Incident, "in-2026-009") == []
    again.close()


def test_of_two_who_step_at_once_one_looks_again(tmp_path: Path) -> None:
    store = CaseStore(tmp_path / "cases.db")
    store.add(INCIDENT, step="opened", who="aoki", at=AT, after=0)
    store.add(replace(INCIDENT, persons=4), step="facts", who="ito", at=AT, after=1)
    with pytest.raises(SteppedMeanwhile):
        store.add(replace(INCIDENT, persons=5), step="facts", who="sato", at=AT, after=1)
    assert store.cases(Incident)[0].persons == 4
    store.close()
    with sqlite3.connect(tmp_path / "cases.db") as db:
        assert db.execute("SELECT count(*) FROM case_step").fetchone() == (2,)
