"""A power cut: whatever part of the newest log entry or checkpoint is on the disk, no row is lost or doubled."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.store.lake_model import TOKYO, expected_rows, lake_rows

from noren.activity.lake import LakeWriter
from noren.activity.lake.torn import LOG, is_whole
from noren.testing.feed import MemoryFeed, invented_feed


def _written(path: Path) -> MemoryFeed:
    feed = invented_feed(60, seed=8, minutes_apart=3000)
    with LakeWriter(path) as lake:
        while lake.take(feed, TOKYO, batch_rows=1).more:
            continue
    return feed


def _newest(lake: Path, table: str = "purchase_lines") -> Path:
    return max((lake / table / LOG).glob("*.json"))


def _finish(lake: Path, feed: MemoryFeed) -> None:
    """Open as after a restart, take what is missing, and compare."""
    with LakeWriter(lake) as writer:
        while writer.take(feed, TOKYO).more:
            continue
        assert writer.status().rows == feed.tally().lines
    assert lake_rows(lake) == expected_rows(feed)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 1), table=st.sampled_from(["purchase_lines", "return_lines", "handle_merges"]))
def test_a_newest_entry_cut_anywhere(tmp_path: Path, share: float, table: str) -> None:
    shutil.rmtree(tmp_path)
    feed = _written(tmp_path)
    newest = _newest(tmp_path, table)
    whole = newest.read_bytes()
    newest.write_bytes(whole[: int(len(whole) * share)])
    _finish(tmp_path, feed)


def test_a_newest_entry_cut_after_each_word(tmp_path: Path) -> None:
    feed = _written(tmp_path / "lake")
    whole = _newest(tmp_path / "lake").read_bytes()
    words = whole.splitlines(keepends=True)
    assert len(words) > 4
    for kept in range(len(words)):
        copy = tmp_path / str(kept)
        shutil.copytree(tmp_path / "lake", copy)
        _newest(copy).write_bytes(b"".join(words[:kept]))
        _finish(copy, feed)


def test_a_compaction_cut_after_each_word_keeps_all_rows(tmp_path: Path) -> None:
    feed = _written(tmp_path / "lake")
    with LakeWriter(tmp_path / "lake") as lake:
        for _ in range(3):
            feed.buy(b"a" * 16, feed.purchases[0].lines)
            lake.take(feed, TOKYO)
        assert lake.compact(thorough=True) > 0
    words = _newest(tmp_path / "lake").read_bytes().splitlines(keepends=True)
    for kept in range(len(words)):
        copy = tmp_path / str(kept)
        shutil.copytree(tmp_path / "lake", copy)
        _newest(copy).write_bytes(b"".join(words[:kept]))
        _finish(copy, feed)


def test_without_the_seal_a_cut_entry_would_double_rows(tmp_path: Path) -> None:
    """Negative control: an entry cut between its rows and its cursor looks right to Delta, and is not."""
    feed = _written(tmp_path)
    newest = _newest(tmp_path)
    words = newest.read_bytes().splitlines(keepends=True)
    cut = b"".join(word for word in words if b'"txn"' not in word)
    assert not is_whole(cut, first=False)
    later = newest.with_name(f"{int(newest.stem) + 1:020d}.json")
    later.write_bytes(words[0])  # an entry that says nothing: now the cut one is not the newest, so it is believed
    newest.write_bytes(cut)
    with LakeWriter(tmp_path) as lake:
        lake.take(feed, TOKYO)
    assert max(lake_rows(tmp_path).values()) == 2


@pytest.mark.parametrize("kept", [0, 4, 300, 600])
@pytest.mark.parametrize("hint", [True, False])
def test_a_torn_checkpoint_is_done_without(tmp_path: Path, kept: int, hint: bool) -> None:
    feed = _written(tmp_path)
    with LakeWriter(tmp_path) as lake:
        lake.checkpoint()
    log = tmp_path / "purchase_lines" / LOG
    torn = log / "_last_checkpoint" if hint else next(log.glob("*.checkpoint.parquet"))
    torn.write_bytes(torn.read_bytes()[: kept // 20 if hint else kept])
    feed.buy(b"a" * 16, feed.purchases[0].lines)
    _finish(tmp_path, feed)


def test_a_table_torn_at_its_making_is_made_again(tmp_path: Path) -> None:
    feed = invented_feed(10, seed=9)
    LakeWriter(tmp_path).close()
    first = _newest(tmp_path)
    first.write_bytes(first.read_bytes()[:-20])
    _finish(tmp_path, feed)
