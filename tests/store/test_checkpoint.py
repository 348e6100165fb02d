"""The log is carried over beside the writing: it begins anew, nothing is lost; without the writer it grows."""

from __future__ import annotations

from pathlib import Path

import apsw
import pytest
from tests.store.ledger_cases import a_purchase, enrolled, sale

from noren.activity.checkpoint import Lengths
from noren.activity.feed import SqliteFeed
from noren.activity.store import SqliteLedger

PAGE = 4_096
NEVER = 1 << 30


def sell(path: Path, count: int, lengths: Lengths) -> int:
    """Sell one by one to one member; return the log's size in pages at the end."""
    store = SqliteLedger(path, beside=lengths)
    handle, _ = enrolled(store)
    previous = 0
    for _ in range(count):
        with store.batch() as batch:
            entry = batch.next_entry()
            batch.write(sale(a_purchase(handle, entry, previous=previous), batch.members([handle])[handle]))
            previous = entry
    pages = Path(f"{path}-wal").stat().st_size // PAGE
    store.close()
    return pages


def test_the_log_begins_anew_and_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    pages = sell(path, 400, Lengths(beside=50, by_writer=200))
    assert pages < 400, "the log never began anew"
    feed = SqliteFeed(path)
    assert len(feed.purchases_after(0, 1_000)) == 400
    assert sum(points for _, points in feed.balance_sheet()) == 0
    feed.close()
    assert apsw.Connection(str(path)).execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_the_thread_alone_carries_over_but_does_not_shorten(tmp_path: Path) -> None:
    assert sell(tmp_path / "ledger.db", 400, Lengths(beside=50, by_writer=NEVER)) > 800


@pytest.mark.parametrize("beside", [None, Lengths()])
def test_a_store_closes_with_and_without_its_thread(tmp_path: Path, beside: Lengths | None) -> None:
    store = SqliteLedger(tmp_path / "ledger.db", beside=beside)
    store.probe()
    store.close()
    assert not Path(f"{tmp_path / 'ledger.db'}-wal").exists()  # the last one out carries everything over
