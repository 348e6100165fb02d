"""What the lake must show, worked out from a feed with plain dicts and nothing of the lake's own code."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

from noren.activity.lake.reader import open_lake
from noren.testing.feed import MemoryFeed

TOKYO = ZoneInfo("Asia/Tokyo")

Row = tuple[bytes, int, int, str, int, int]
"""(handle, purchase, line, product, quantity left, amount left)."""


def expected_rows(feed: MemoryFeed, *, upto: int | None = None) -> Counter[Row]:
    """Return every line, net of returns, under the handle it belongs to now. ``upto``: newest purchase entry."""
    back: Counter[tuple[int, int, str]] = Counter()
    for gone in feed.returns:
        for line in gone.lines or ():
            back[gone.purchase, line.line, "quantity"] += line.quantity
            back[gone.purchase, line.line, "amount"] += line.amount
    return Counter(
        (
            p.handle,
            p.entry,
            n,
            line.product,
            line.quantity - back[p.entry, n, "quantity"],
            line.amount - back[p.entry, n, "amount"],
        )
        for p in feed.purchases
        if upto is None or p.entry <= upto
        for n, line in enumerate(p.lines or ())
    )


def lake_rows(lake: Path) -> Counter[Row]:
    """Return what DuckDB sees in the lake's purchase lines."""
    connection = open_lake(lake)
    try:
        rows = connection.execute(
            "SELECT handle, purchase, line, product, quantity, amount FROM purchase_lines"
        ).fetchall()
    finally:
        connection.close()
    return Counter(rows)
