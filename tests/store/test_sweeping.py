"""The daily round: what lapses, what is forgotten, and that neither touches anything else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.store.ledger_cases import a_purchase, enrolled, sale

from noren.activity.feed import SqliteFeed
from noren.activity.model import Changes, Kind, Lot, Posting, ReceiptKey
from noren.activity.store import SqliteLedger
from noren.activity.sweeping import drop_receipts, lapse_points

DAY = 739_000


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteLedger]:
    opened = SqliteLedger(tmp_path / "ledger.db")
    yield opened
    opened.close()


def buy(store: SqliteLedger, handle: bytes, day: int) -> int:
    with store.batch() as batch:
        member, entry = batch.members([handle])[handle], batch.next_entry()
        key = ReceiptKey(day, entry.to_bytes(16, "big"))
        changes = sale(a_purchase(handle, entry, previous=member.last_purchase, key=key), member)
        changes.members[handle] = replace(changes.members[handle], last_movement=day)
        batch.write(changes)
    return entry


def test_points_lapse_on_the_day_after_their_last(store: SqliteLedger, tmp_path: Path) -> None:
    (old, _), (fresh, _) = enrolled(store), enrolled(store)
    buy(store, old, DAY)
    buy(store, fresh, DAY + 1)
    assert lapse_points(store, day=DAY + 365, expiry_days=365) == 0
    assert lapse_points(store, day=DAY + 366, expiry_days=365) == 1
    assert lapse_points(store, day=DAY + 366, expiry_days=365) == 0
    feed = SqliteFeed(tmp_path / "ledger.db")
    assert [m.pool for h in (old, fresh) if (m := feed.member(h))] == [0, 3]
    assert sum(points for _, points in feed.balance_sheet()) == 0
    assert feed.unbalanced_members() == 0
    feed.close()


def test_lots_lapse_by_their_own_day(store: SqliteLedger) -> None:
    handle, _ = enrolled(store)
    with store.batch() as batch:
        entry = batch.next_entry()
        changes = Changes(next_entry=entry + 1)
        changes.lots[1] = Lot(1, handle, "P1", DAY, 50)
        changes.members[handle] = replace(batch.members([handle])[handle], lots=1)
        changes.postings.append(Posting(entry, 0, Kind.LOT, handle, 1, "P1", DAY, 50))
        batch.write(changes)
    assert lapse_points(store, day=DAY, expiry_days=365) == 0
    assert lapse_points(store, day=DAY + 1, expiry_days=365) == 1


def test_receipts_past_their_term_go_once_the_lake_has_them(store: SqliteLedger) -> None:
    handle, _ = enrolled(store)
    entries = [buy(store, handle, DAY + n) for n in range(4)]
    assert drop_receipts(store, before_day=DAY + 2, up_to_entry=entries[0]) == 1
    assert drop_receipts(store, before_day=DAY + 2, up_to_entry=entries[3]) == 1
    with store.batch() as batch:
        purchases = batch.purchases(entries)
        assert [purchases[e].lines is None for e in entries] == [True, True, False, False]
        assert batch.receipts([purchases[entries[0]].key]) == {}
        assert len(batch.receipts([purchases[entries[2]].key])) == 1
        assert batch.members([handle])[handle].pool == 12
