"""What the killed processes do: write a lake without end, rightly, or with the cursor kept beside it."""

from __future__ import annotations

import itertools
import os
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from zoneinfo import ZoneInfo

from noren.activity.lake import LakeWriter
from noren.activity.lake.gather import BATCH_ROWS, gather_purchases
from noren.activity.lake.log import LakeTable
from noren.activity.lake.parts import split_by_month, write_part
from noren.activity.lake.tables import PURCHASE_LINES
from noren.activity.model import Purchase
from noren.testing.feed import MemoryFeed, invented_feed

TOKYO = ZoneInfo("Asia/Tokyo")
SEED = 20_261_122
SIDE_FILE = "cursor.txt"

_DRIP = 20


class _Dripping(MemoryFeed):
    """Gives few purchases at a time, so that there are many commits to be killed in."""

    def purchases_after(self, entry: int, limit: int) -> Sequence[Purchase]:
        return super().purchases_after(entry, min(limit, _DRIP))


def feed_of(purchases: int) -> MemoryFeed:
    """Return the first ``purchases`` of one endless invented feed."""
    invented, feed = invented_feed(purchases, seed=SEED, minutes_apart=60), _Dripping()
    vars(feed).update(vars(invented))
    return feed


def write(path: Path, purchases: int, ready: Connection) -> None:
    """Write what there is, put small files together, clean up, over and over, until killed."""
    feed = feed_of(purchases)
    ready.send_bytes(b"ready")
    lake = LakeWriter(path)
    for number in itertools.count(purchases // _DRIP):  # another phase each life, so that each chore is killed too
        lake.take(feed, TOKYO)
        lake.compact(thorough=number % 7 == 0)
        if number % 5 == 0:
            lake.vacuum(0)
        if number % 11 == 0:
            lake.checkpoint()


def write_with_cursor_beside(path: Path, purchases: int, ready: Connection) -> None:
    """Do the same with the cursor in a file of its own, written with all care after each commit: the fault to be found.

    Tells of each commit, so that it can be killed where its fault lies.
    """
    feed = feed_of(purchases)
    ready.send_bytes(b"ready")
    beside = path / SIDE_FILE
    table = LakeTable(path / PURCHASE_LINES.name, PURCHASE_LINES)
    while True:
        after = int(beside.read_text() or 0) if beside.exists() else 0
        batch = gather_purchases(feed, after, TOKYO, BATCH_ROWS)
        if batch is None:
            continue
        months = split_by_month(batch.columns.rows, batch.columns.months)
        table.commit(marks={}, added=[write_part(table.folder, PURCHASE_LINES, rows, month) for month, rows in months])
        ready.send_bytes(b"committed")
        fresh = beside.with_suffix(".new")
        with fresh.open("w") as out:
            out.write(str(batch.entry))
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(beside)
