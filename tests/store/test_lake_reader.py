"""Reading: locked to the lake's files, one state while the writer goes on, and empty where nothing is yet."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from tests.store.lake_model import TOKYO, expected_rows, lake_rows

from noren.activity.lake import LakeWriter
from noren.activity.lake.audit import MAX_FINDINGS, find_differences
from noren.activity.lake.reader import LakeTotals, lake_totals, open_lake, resolve_merges, summarise
from noren.activity.model import Line
from noren.testing.feed import MemoryFeed, invented_feed

SEES = "SELECT count(*), sum(amount)::BIGINT FROM purchase_lines"


@pytest.mark.parametrize("made", [False, True])
def test_a_lake_with_nothing_in_it(tmp_path: Path, made: bool) -> None:
    if made:
        LakeWriter(tmp_path).close()
    assert lake_totals(tmp_path) == LakeTotals(0, 0, 0)
    assert set(summarise(tmp_path)) == {0}
    assert find_differences(MemoryFeed(), tmp_path, TOKYO) == []
    assert not lake_rows(tmp_path)


def test_a_folder_of_any_name(tmp_path: Path) -> None:
    place = tmp_path / "暖簾's lake 100% [1]"
    feed = invented_feed(50, seed=1)
    with LakeWriter(place) as lake:
        lake.take(feed, TOKYO)
        lake.compact(thorough=True)
        lake.vacuum(0)
    assert lake_rows(place) == expected_rows(feed)


def test_a_reader_keeps_its_state_while_the_writer_goes_on(tmp_path: Path) -> None:
    feed = invented_feed(50, seed=2)
    with LakeWriter(tmp_path) as lake:
        lake.take(feed, TOKYO)
        reader = open_lake(tmp_path)
        before = reader.execute(SEES).fetchall()
        feed.buy(b"a" * 16, [Line("x", 1, 1)])
        lake.take(feed, TOKYO)
        lake.compact(thorough=True)
        lake.vacuum(24)
        assert reader.execute(SEES).fetchall() == before
        reader.close()
    assert lake_rows(tmp_path) == expected_rows(feed)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM glob('/*')",
        "ATTACH '/tmp/elsewhere.db'",
        "COPY purchase_lines TO '/tmp/elsewhere.csv'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SET threads = 64",
    ],
)
def test_the_engine_is_locked_to_the_lake(tmp_path: Path, statement: str) -> None:
    with LakeWriter(tmp_path) as lake:
        lake.take(invented_feed(5, seed=3), TOKYO)
    reader = open_lake(tmp_path)
    with pytest.raises(duckdb.Error):
        reader.execute(statement).fetchall()
    assert reader.execute(SEES).fetchall()[0][0] > 0
    reader.close()


def test_merges_are_followed_to_their_end() -> None:
    a, b, c, d = (bytes([n]) for n in range(4))
    assert resolve_merges([(a, b), (b, c), (d, a)]) == {a: c, b: c, d: a}
    assert resolve_merges([(a, b), (b, a)]) == {b: a}


def test_every_kind_of_difference_is_found(tmp_path: Path) -> None:
    feed = invented_feed(100, seed=4)
    with LakeWriter(tmp_path) as lake:
        lake.take(feed, TOKYO)
    assert find_differences(feed, tmp_path, TOKYO) == []
    other = invented_feed(100, seed=4)
    whole = [p for p in other.purchases if p.lines]
    gone, more = whole[3], whole[7]
    other.purchases.remove(gone)
    assert [str(gone.entry) in said.en for said in find_differences(other, tmp_path, TOKYO)] == [True]
    other.purchases.remove(more)
    other.buy(more.handle, [*(more.lines or ()), Line("x", 1, 0)])
    bought = other.purchases.pop()
    place = next(n for n, p in enumerate(other.purchases) if p.entry > more.entry)
    other.purchases.insert(place, replace(bought, entry=more.entry))
    found = find_differences(other, tmp_path, TOKYO)
    assert [said.en.split(":")[0] for said in found] == [f"Entry {gone.entry}", f"Entry {more.entry}"]
    assert all(said.ja for said in found)


def test_lines_past_their_term_are_the_lakes_alone_but_points_only_lines_are_nobodys(tmp_path: Path) -> None:
    feed = invented_feed(20, seed=6)
    with LakeWriter(tmp_path) as lake:
        lake.take(feed, TOKYO)
    first, second = (n for n, p in enumerate(feed.purchases[:5]) if p.lines and n < 2)
    feed.purchases[first] = replace(feed.purchases[first], lines=None, answer=b"")
    assert find_differences(feed, tmp_path, TOKYO) == []
    feed.purchases[second] = replace(feed.purchases[second], lines=None)
    assert len(find_differences(feed, tmp_path, TOKYO)) == 1


def test_a_doubled_lake_is_found_out(tmp_path: Path) -> None:
    feed = invented_feed(100, seed=5)
    with LakeWriter(tmp_path) as lake:
        lake.take(feed, TOKYO)
    part = next((tmp_path / "purchase_lines").rglob("part-*"))
    entry = max((tmp_path / "purchase_lines" / "_delta_log").glob("*.json"))
    twin = part.with_name("part-twin.parquet")
    twin.write_bytes(part.read_bytes())
    words = [word for word in entry.read_text().splitlines() if '"add"' in word]
    said = "\n".join(word.replace(part.name, twin.name) for word in words)
    entry.with_name(f"{int(entry.stem) + 1:020d}.json").write_text(said)
    found = find_differences(feed, tmp_path, TOKYO)
    assert len(found) == MAX_FINDINGS
    assert "2 times" in found[0].en
