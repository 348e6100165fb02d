"""What the lake tells of lines that the ledger has no more, and of who bought a product."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from zoneinfo import ZoneInfo

from noren.activity.lake import LakeLoop, LakeWriter
from noren.activity.lake.old_lines import LakeLines
from noren.activity.lake.reader import resolve_merges
from noren.activity.model import Line
from noren.testing.feed import MemoryFeed, invented_feed


def left(feed: MemoryFeed) -> dict[int, list[Line]]:
    """Return the lines of each purchase after its returns."""
    back: defaultdict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
    for one in feed.returns:
        for line in one.lines or ():
            back[one.purchase, line.line][0] += line.quantity
            back[one.purchase, line.line][1] += line.amount
    return {
        one.entry: [
            Line(line.product, line.quantity - back[one.entry, n][0], line.amount - back[one.entry, n][1])
            for n, line in enumerate(one.lines)
        ]
        for one in feed.purchases
        if one.lines
    }


def test_lines_and_buyers_are_the_feeds(tmp_path: Path) -> None:
    feed = invented_feed(300, seed=7)
    assert feed.returns
    assert feed.merges
    lake = LakeWriter(tmp_path)
    LakeLoop(feed, lake, ZoneInfo("Asia/Tokyo")).catch_up()
    lake.close()
    told, lines = LakeLines(tmp_path), left(feed)
    some = [one.entry for one in feed.purchases][::3]
    assert told.lines_of(some) == {entry: lines[entry] for entry in some if entry in lines}
    product = next(iter(lines.values()))[0].product
    ends = resolve_merges((source, target) for _, source, target in feed.merges)
    reached, handles = told.buyers_of([product])
    assert reached == max(lines)
    bought = {one.handle for one in feed.purchases if any(line.product == product for line in one.lines or ())}
    assert handles == {ends.get(handle, handle) for handle in bought}


def test_an_empty_lake_knows_nothing(tmp_path: Path) -> None:
    told = LakeLines(tmp_path)
    assert told.lines_of([1, 2]) == {}
    assert told.buyers_of(["a"]) == (0, set())
