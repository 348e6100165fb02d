"""Turns at the ledger's file: one at a time, between two stores of one process as between two processes."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from noren.activity.errors import NotDurable
from noren.activity.store import SqliteLedger
from noren.activity.turn import Turn


def test_who_comes_second_waits_for_the_first(tmp_path: Path) -> None:
    path, order = tmp_path / "ledger.db", list[str]()
    first, second = SqliteLedger(path), SqliteLedger(path)
    held = threading.Event()

    def hold() -> None:
        with first.batch():
            held.set()
            time.sleep(0.2)
            order.append("first")

    holding = threading.Thread(target=hold)
    holding.start()
    assert held.wait(5)
    with second.batch():
        order.append("second")
    holding.join()
    assert order == ["first", "second"]
    first.close()
    second.close()


def test_a_turn_that_takes_too_long_is_not_durable(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    holder, hasty = SqliteLedger(path), SqliteLedger(path, busy_ms=50)
    with holder.batch(), pytest.raises(NotDurable, match="hands"), hasty.batch():
        pass
    with hasty.batch():
        pass
    holder.close()
    hasty.close()


def test_a_failed_batch_gives_its_turn_back(tmp_path: Path) -> None:
    store = SqliteLedger(tmp_path / "ledger.db", busy_ms=50)
    with pytest.raises(ZeroDivisionError), store.batch():
        raise ZeroDivisionError
    store.probe()
    store.close()


def test_a_killed_process_leaves_no_turn_behind(tmp_path: Path) -> None:
    gone = Turn(tmp_path / "ledger.db", busy_ms=0)
    gone.__enter__()
    gone.close()  # what the operating system does at a process's end
    with Turn(tmp_path / "ledger.db", busy_ms=0):
        pass
