"""What the ledger does by itself each day: points lapse, receipts past their term go.

In small transactions, so that a till never waits for long; each step may be repeated or
broken off anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from noren.activity.model import Changes, Posting
from noren.activity.points import Standing, lapse
from noren.activity.ports import LedgerBatch, LedgerStore

CHUNK: Final = 500
"""Members or receipts in one transaction: about 20 ms."""


def lapse_points(store: LedgerStore, *, day: int, expiry_days: int) -> int:
    """Post the expiry of all points past their time; return how many members lost some."""
    after, count = b"", 0
    while True:
        with store.batch() as batch:
            handles = batch.lapsing(after, day=day, expiry_days=expiry_days, limit=CHUNK)
            if not handles:
                return count
            batch.write(_lapsed(batch, handles, day, expiry_days))
        after = handles[-1]
        count += len(handles)


def _lapsed(batch: LedgerBatch, handles: Sequence[bytes], day: int, expiry_days: int) -> Changes:
    changes, entry = Changes(), batch.next_entry()
    lots = batch.lots(handles)
    for handle, member in batch.members(handles).items():
        standing, moves = lapse(Standing(member, tuple(lots[handle])), day=day, expiry_days=expiry_days)
        if not moves:
            continue
        changes.members[handle] = standing.member
        changes.lots.update({lot.number: lot for lot in standing.lots})
        changes.postings += [
            Posting(entry, number, move.kind, handle, move.lot, move.partner, day, move.points)
            for number, move in enumerate(moves)
        ]
        entry += 1
    changes.next_entry = entry
    return changes


def drop_receipts(store: LedgerStore, *, before_day: int, up_to_entry: int) -> int:
    """Forget receipts past their term; only of purchases that the lake already has (``up_to_entry``)."""
    count = 0
    while True:
        with store.batch() as batch:
            dropped = batch.drop_receipts(before_day=before_day, up_to_entry=up_to_entry, limit=CHUNK)
        count += dropped
        if dropped < CHUNK:
            return count
