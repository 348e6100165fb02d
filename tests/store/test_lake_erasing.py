"""P5 in the lake: files are written anew without who was erased, the log names nobody, and all others' rows stand."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest
from tests.store.lake_model import TOKYO, lake_rows

from noren.activity.lake import LakeWriter
from noren.activity.lake.audit import find_differences
from noren.activity.lake.reader import lake_totals
from noren.testing.feed import MemoryFeed, invented_feed


def filled(path: Path, feed: MemoryFeed) -> LakeWriter:
    lake = LakeWriter(path)
    while lake.take(feed, TOKYO, batch_rows=400).more:
        lake.compact()
    return lake


def rows_of(path: Path, handles: set[bytes]) -> int:
    return sum(count for row, count in lake_rows(path).items() if row[0] in handles)


def holding(path: Path, needle: bytes) -> list[str]:
    """Return the files in which some bytes stand, as they are or spelled."""
    forms = needle, needle.hex().encode(), needle.hex().upper().encode()
    files = [each for each in path.rglob("*") if each.is_file() and each.suffix != ".parquet"]
    return [each.name for each in files if any(form in each.read_bytes() for form in forms)]


@pytest.mark.parametrize("seed", [11, 12])
def test_only_their_rows_go_and_totals_follow(tmp_path: Path, seed: int) -> None:
    feed, chance = invented_feed(900, seed=seed), random.Random(seed)
    lake = filled(tmp_path, feed)
    handles = set(chance.sample(sorted({p.handle for p in feed.purchases}), 7))
    handles |= {source for _, source, target in reversed(feed.merges) if target in handles}
    before = lake_rows(tmp_path)
    assert rows_of(tmp_path, handles), f"seed {seed}: the look finds nothing"
    done = lake.rewrite_without(handles)
    after = lake_rows(tmp_path)
    assert after == Counter({row: count for row, count in before.items() if row[0] not in handles})
    assert done.rows >= before.total() - after.total() > 0
    status = lake.status()
    assert (status.rows, status.amount) == lake_totals(tmp_path)[:2]
    assert lake.rewrite_without(handles).files == 0, "done again it changes nothing"
    lake.close()


def test_the_log_names_nobody_and_old_files_go_with_the_vacuum(tmp_path: Path) -> None:
    feed = invented_feed(300, seed=13)
    lake = filled(tmp_path, feed)
    her = feed.purchases[-1].handle
    others = {p.handle for p in feed.purchases} - {her}
    files = set(tmp_path.rglob("*.parquet"))
    lake.rewrite_without([her])
    assert holding(tmp_path, her) == []
    assert files <= set(tmp_path.rglob("*.parquet")), "who reads an old file still finds it"
    lake.vacuum(0)
    assert not files <= set(tmp_path.rglob("*.parquet"))
    assert rows_of(tmp_path, {her}) == 0
    assert rows_of(tmp_path, others)
    lake.close()
    with LakeWriter(tmp_path) as again:
        assert again.status().rows == lake_totals(tmp_path).rows


def test_the_feed_goes_on_where_it_was(tmp_path: Path) -> None:
    feed = invented_feed(200, seed=14)
    lake = filled(tmp_path, feed)
    her = feed.purchases[-1].handle
    lake.rewrite_without([her])
    feed.purchases = [p for p in feed.purchases if p.handle != her]
    feed.buy(feed.purchases[0].handle, feed.purchases[0].lines or ())
    assert lake.take(feed, TOKYO).purchases == 1
    kept = {p.entry for p in feed.purchases}
    feed.returns = [r for r in feed.returns if r.purchase in kept]
    assert find_differences(feed, tmp_path, TOKYO) == []
    lake.close()


def test_until_the_files_are_written_anew_the_audit_knows_who_waits(tmp_path: Path) -> None:
    feed = invented_feed(200, seed=15)
    filled(tmp_path, feed).close()
    her = feed.purchases[100].handle
    feed.purchases = [p for p in feed.purchases if p.handle != her]
    assert find_differences(feed, tmp_path, TOKYO), "an unknown difference is found"
    assert find_differences(feed, tmp_path, TOKYO, erasing=[her]) == []
