"""The daily round: what lapses, what is forgotten, and that neither touches anything else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace

import pytest
from tests.store.ledger_cases import a_purchase, enrolled, sale

from noren.activity.model import Changes, Kind, Lot, Posting, ReceiptKey, Return
from noren.activity.ports import LedgerStore
from noren.activity.sweeping import CHUNK, Broom, drop_receipts, lapse_points
from noren.testing.ledger_engines import LedgerPlace

DAY = 739_000


@pytest.fixture
def broom(store: LedgerStore, place: LedgerPlace) -> Iterator[Broom]:
    feed = place.feed()
    yield Broom(store, feed, nullcontext())
    feed.close()


def buy(store: LedgerStore, handle: bytes, day: int, *, imported: bool = False) -> int:
    with store.batch() as batch:
        member, entry = batch.members([handle])[handle], batch.next_entry()
        key = ReceiptKey(day, entry.to_bytes(16, "big"))
        changes = sale(a_purchase(handle, entry, previous=member.last_purchase, key=key, imported=imported), member)
        changes.members[handle] = replace(changes.members[handle], last_movement=day)
        batch.write(changes)
    return entry


def test_points_lapse_on_the_day_after_their_last(store: LedgerStore, broom: Broom, place: LedgerPlace) -> None:
    (old, _), (fresh, _) = enrolled(store), enrolled(store)
    buy(store, old, DAY)
    buy(store, fresh, DAY + 1)
    assert lapse_points(broom, day=DAY + 365, expiry_days=365) == 0
    assert lapse_points(broom, day=DAY + 366, expiry_days=365) == 1
    assert lapse_points(broom, day=DAY + 366, expiry_days=365) == 0
    feed = place.feed()
    assert [m.pool for h in (old, fresh) if (m := feed.member(h))] == [0, 3]
    assert sum(points for _, points in feed.balance_sheet()) == 0
    assert feed.unbalanced_members() == 0
    feed.close()


def test_lots_lapse_by_their_own_day(store: LedgerStore, broom: Broom) -> None:
    handle, _ = enrolled(store)
    with store.batch() as batch:
        entry = batch.next_entry()
        changes = Changes(next_entry=entry + 1)
        changes.lots[1] = Lot(1, handle, "P1", DAY, 50)
        changes.members[handle] = replace(batch.members([handle])[handle], lots=1)
        changes.postings.append(Posting(entry, 0, Kind.LOT, handle, 1, "P1", DAY, 50))
        batch.write(changes)
    assert lapse_points(broom, day=DAY, expiry_days=365) == 0
    assert lapse_points(broom, day=DAY + 1, expiry_days=365) == 1


def test_receipts_past_their_term_go_once_the_lake_has_them(store: LedgerStore, broom: Broom) -> None:
    handle, _ = enrolled(store)
    entries = [buy(store, handle, DAY + n) for n in range(4)]
    assert drop_receipts(broom, before_day=DAY + 2, up_to_entry=entries[0], up_to_return=0) == 1
    assert drop_receipts(broom, before_day=DAY + 2, up_to_entry=entries[3], up_to_return=0) == 1
    with store.batch() as batch:
        purchases = batch.purchases(entries)
        assert [purchases[e].lines is None for e in entries] == [True, True, False, False]
        assert batch.receipts([purchases[entries[0]].key]) == {}
        assert len(batch.receipts([purchases[entries[2]].key])) == 1
        assert batch.members([handle])[handle].pool == 12


def test_imported_history_keeps_its_receipt_so_that_a_second_import_is_the_same(
    store: LedgerStore, broom: Broom
) -> None:
    handle, _ = enrolled(store)
    entry = buy(store, handle, DAY, imported=True)
    assert drop_receipts(broom, before_day=DAY + 500, up_to_entry=entry, up_to_return=0) == 0
    with store.batch() as batch:
        key = batch.purchases([entry])[entry].key
        assert batch.receipts([key]) == {key: entry}


def test_a_receipt_waits_for_its_return_to_reach_the_lake(store: LedgerStore, broom: Broom) -> None:
    handle, _ = enrolled(store)
    bought = buy(store, handle, DAY)
    with store.batch() as batch:
        back = batch.next_entry()
        batch.write(Changes(returns=[Return(back, bought, "r", bytes(16), 5, 1, None, b"{}")], next_entry=back + 1))
    assert drop_receipts(broom, before_day=DAY + 500, up_to_entry=back, up_to_return=bought) == 0
    assert drop_receipts(broom, before_day=DAY + 500, up_to_entry=back, up_to_return=back) == 1


def test_a_sweep_rests_after_every_transaction(store: LedgerStore, broom: Broom) -> None:
    for _ in range(CHUNK + 1):
        handle, _ = enrolled(store)
        buy(store, handle, DAY)
    rests: list[float] = []
    assert lapse_points(replace(broom, rest=rests.append), day=DAY + 400, expiry_days=365) == CHUNK + 1
    assert len(rests) == 2
    assert min(rests) > 0
