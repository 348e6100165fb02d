"""A store that is whole is not called damaged, and one that is damaged is."""

from __future__ import annotations

from pathlib import Path

import pytest

from noren.activity.enrolment import Arrival, enrol, set_stops
from noren.activity.model import Stop, Traits
from noren.activity.store import SqliteLedger
from noren.governance.stopping import EVERYTHING
from noren.revisions.copies import is_sound


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.db"
    store = SqliteLedger(path)
    handles = enrol(store, arrivals=[Arrival(([bytes([n]) * 16],), Traits()) for n in range(200)])
    assert set_stops(store, stops=[(each, [Stop(EVERYTHING, "2026-11-22")]) for each in handles if each is not None])
    store.close()
    return path


def test_a_ledger_with_stops_is_whole(ledger: Path) -> None:
    assert is_sound(ledger)


def test_negative_control_a_page_that_was_overwritten_is_found(ledger: Path) -> None:
    raw = bytearray(ledger.read_bytes())
    middle = len(raw) // 2 // 4096 * 4096
    raw[middle : middle + 8192] = bytes(8192)
    ledger.write_bytes(raw)
    assert not is_sound(ledger)
