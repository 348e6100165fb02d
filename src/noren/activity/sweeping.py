"""What the ledger does by itself each day: points lapse, receipts past their term go.

What is due is found by reading; each transaction is small, and after each the sweep rests, so
that a till always gets in between. Any step may be repeated or broken off anywhere.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final

from noren.activity.model import Changes, Posting
from noren.activity.points import Standing, lapse
from noren.activity.ports import DueFeed, LedgerBatch, LedgerStore

CHUNK: Final = 500
"""Members or receipts in one transaction: about 20 ms."""

DAYS_AHEAD: Final = 14
"""For so many days to come there is room for receipts."""

REST: Final = 2.0
"""Rest after a transaction, in times what it took, and at least ``REST_SECONDS``."""

REST_SECONDS: Final = 0.01


@dataclass(frozen=True, slots=True)
class Broom:
    """What a sweep works with. ``turn``: taken for each transaction; ``rest``: sleeps so many seconds."""

    store: LedgerStore
    feed: DueFeed
    turn: AbstractContextManager[None]
    rest: Callable[[float], None] = time.sleep

    def stroke(self, do: Callable[[LedgerBatch], None]) -> None:
        """Do one transaction, then rest."""
        begun = time.monotonic()
        with self.turn, self.store.batch() as batch:
            do(batch)
        self.rest(max(REST_SECONDS, REST * (time.monotonic() - begun)))


def lapse_points(broom: Broom, *, day: int, expiry_days: int) -> int:
    """Post the expiry of all points past their time; return how many members lost some."""
    after, count = b"", 0
    while True:
        handles = broom.feed.lapsing(after, day=day, expiry_days=expiry_days, limit=CHUNK)
        if not handles:
            return count
        broom.stroke(lambda batch, due=tuple(handles): batch.write(_lapsed(batch, due, day, expiry_days)))
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


def drop_receipts(broom: Broom, *, before_day: int, up_to_entry: int, up_to_return: int) -> int:
    """Forget receipts past their term; only what the lake already has, returns included."""
    after, count = (0, b""), 0
    while True:
        old = broom.feed.old_receipts(
            after, before_day=before_day, up_to_entry=up_to_entry, up_to_return=up_to_return, limit=CHUNK
        )
        if not old:
            break
        broom.stroke(lambda batch, gone=tuple(old): batch.drop_receipts(gone))
        after = (old[-1][0], old[-1][1])
        count += len(old)
    broom.stroke(lambda batch: batch.drop_codes(before_day))
    broom.stroke(lambda batch: batch.drop_coupons(before_day))
    return count


def turn_days(broom: Broom, *, day: int, before_day: int) -> None:
    """Make room for receipts of the days from ``day`` on, and give up that of days whose receipts are all gone."""
    broom.stroke(lambda batch: batch.turn_days(day, day + DAYS_AHEAD, before=before_day))
