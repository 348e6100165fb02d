"""The lake's writer: what it writes, once, alone, and what it leaves out."""

from __future__ import annotations

import resource
import signal
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq
import pytest
from tests.store.lake_model import TOKYO, expected_rows, lake_rows

from noren.activity.lake import LakeInUse, LakeWriter, ProductRow, ShopRow
from noren.activity.lake.audit import find_differences
from noren.activity.lake.reader import lake_totals, open_lake, summarise
from noren.activity.model import Line, Purchase, ReturnLine
from noren.testing.feed import MemoryFeed, invented_feed

ANN = b"a" * 16
BEN = b"b" * 16


class _Ahead(MemoryFeed):
    """A feed whose returns run ahead of its purchases, as when more is sold between the two questions."""

    shown = 0

    def purchases_after(self, entry: int, limit: int) -> Sequence[Purchase]:
        return [p for p in super().purchases_after(entry, limit) if p.entry <= self.shown]


def test_every_line_is_there_once(tmp_path: Path) -> None:
    feed = invented_feed(300, seed=1)
    with LakeWriter(tmp_path) as lake:
        while lake.take(feed, TOKYO, batch_rows=500).more:
            continue
        status = lake.status()
    assert lake_rows(tmp_path) == expected_rows(feed)
    tally = feed.tally()
    assert (status.rows, status.amount, status.entry) == (tally.lines, tally.amount, feed.purchases[-1].entry)
    assert lake_totals(tmp_path)[:2] == (status.rows, status.amount)
    assert find_differences(feed, tmp_path, TOKYO) == []


def test_nothing_new_writes_nothing(tmp_path: Path) -> None:
    feed = invented_feed(20, seed=2)
    with LakeWriter(tmp_path) as lake:
        lake.take(feed, TOKYO)
        before = sorted(tmp_path.rglob("*"))
        assert not lake.take(feed, TOKYO).anything
        assert sorted(tmp_path.rglob("*")) == before


def test_the_cursor_is_found_again_after_a_restart(tmp_path: Path) -> None:
    feed = invented_feed(40, seed=3)
    with LakeWriter(tmp_path) as lake:
        lake.take(feed, TOKYO)
        stood = lake.status()
    with LakeWriter(tmp_path) as lake:
        assert lake.status() == stood
        assert not lake.take(feed, TOKYO).anything


def test_points_only_purchases_leave_no_row_but_move_the_cursor(tmp_path: Path) -> None:
    feed = MemoryFeed()
    feed.buy(ANN, None)
    last = feed.buy(ANN, None)
    with LakeWriter(tmp_path) as lake:
        assert lake.take(feed, TOKYO).purchases == 2
        assert lake.status().entry == last.entry
        assert not lake.take(feed, TOKYO).anything
    assert list(tmp_path.rglob("part-*")) == []


def test_columns_of_a_line(tmp_path: Path) -> None:
    feed = MemoryFeed()
    at = 1_772_290_799_999_999  # 2026-02-28T23:59:59.999999+09:00, still February in Tokyo
    feed.buy(ANN, [Line("x", 1, 150), Line("y", 2, 300)], at=at, shop="S9", partner="P7")
    feed.buy(ANN, [Line("z", 3, 1)], at=at + 1, imported=True)
    with LakeWriter(tmp_path) as lake:
        lake.take(feed, TOKYO)
    connection = open_lake(tmp_path)
    rows = connection.execute(
        'SELECT handle, purchase, line, epoch_us("at"), epoch_us(recorded_at), day, shop, partner, product, quantity,'
        " amount, points, imported, month FROM purchase_lines ORDER BY purchase, line"
    ).fetchall()
    connection.close()
    seen = at + 1_000_000
    assert rows == [
        (ANN, 1, 0, at, seen, date(2026, 2, 28), "S9", "P7", "x", 1, 150, 4, False, "2026-02"),
        (ANN, 1, 1, at, seen, date(2026, 2, 28), "S9", "P7", "y", 2, 300, 4, False, "2026-02"),
        (ANN, 2, 0, at + 1, seen + 1, date(2026, 3, 1), "S1", "P1", "z", 3, 1, 0, True, "2026-03"),
    ]


@pytest.mark.parametrize(("zone", "day"), [("Asia/Tokyo", date(2026, 3, 1)), ("America/New_York", date(2026, 2, 28))])
def test_days_are_those_of_the_programme(tmp_path: Path, zone: str, day: date) -> None:
    feed = MemoryFeed()
    feed.buy(ANN, [Line("x", 1, 1)], at=1_772_290_800_000_000)
    with LakeWriter(tmp_path) as lake:
        lake.take(feed, ZoneInfo(zone))
    connection = open_lake(tmp_path)
    assert connection.execute("SELECT day, month FROM purchase_lines").fetchall() == [(day, f"{day:%Y-%m}")]
    connection.close()


def test_a_return_waits_for_its_purchase(tmp_path: Path) -> None:
    feed = _Ahead()
    first = feed.buy(ANN, [Line("x", 2, 200)])
    second = feed.buy(ANN, [Line("y", 2, 200)])
    feed.bring_back(second.entry, [ReturnLine(0, 1, 100)])
    feed.bring_back(first.entry, [ReturnLine(0, 2, 200)])
    with LakeWriter(tmp_path) as lake:
        feed.shown = first.entry
        lake.take(feed, TOKYO)
        assert lake.status().return_rows == 0, "the first waiting return is of a purchase that is not there yet"
        feed.shown = second.entry
        lake.take(feed, TOKYO)
        assert lake.status().return_rows == 2
    assert lake_rows(tmp_path) == expected_rows(feed)


def test_history_follows_a_merged_member(tmp_path: Path) -> None:
    feed = MemoryFeed()
    feed.buy(ANN, [Line("x", 1, 100)])
    feed.buy(BEN, [Line("y", 1, 100)])
    with LakeWriter(tmp_path) as lake:
        lake.take(feed, TOKYO)
        feed.merge(ANN, BEN)
        feed.merge(BEN, b"c" * 16)
        lake.take(feed, TOKYO)
    assert {row[0] for row in lake_rows(tmp_path)} == {b"c" * 16}


def test_only_one_writer(tmp_path: Path) -> None:
    with LakeWriter(tmp_path), pytest.raises(LakeInUse):
        LakeWriter(tmp_path)
    LakeWriter(tmp_path).close()


def test_products_and_shops_are_replaced_whole_and_only_when_changed(tmp_path: Path) -> None:
    shops = [ShopRow("S2", "P1", "二号店", handles_personal_information=True), ShopRow("S1", "P1")]
    with LakeWriter(tmp_path) as lake:
        assert lake.replace_products([ProductRow("1", "珈琲", "COFFEE"), ProductRow("2")])
        assert not lake.replace_products([ProductRow("2"), ProductRow("1", "珈琲", "COFFEE")])
        assert lake.replace_products([ProductRow("1", "珈琲", "TEA")])
        assert lake.replace_shops(shops)
        assert not lake.replace_shops(reversed(shops))
    connection = open_lake(tmp_path)
    assert connection.execute("SELECT product, name, category FROM products").fetchall() == [("1", "珈琲", "TEA")]
    assert connection.execute("SELECT shop, handles_personal_information FROM shops ORDER BY shop").fetchall() == [
        ("S1", False),
        ("S2", True),
    ]
    connection.close()
    summary = summarise(tmp_path)
    assert (summary.products, summary.shops) == (1, 2)


def test_many_small_files_become_few_and_no_row_changes(tmp_path: Path) -> None:
    feed = invented_feed(200, seed=4, minutes_apart=200)
    with LakeWriter(tmp_path) as lake:
        while lake.take(feed, TOKYO, batch_rows=1).more:
            continue
        for entry in range(40):
            feed.buy(ANN, [Line("x", 1, entry)])
            lake.take(feed, TOKYO)
        before = summarise(tmp_path)
        assert lake.compact() > 0
        middle = summarise(tmp_path)
        lake.compact(thorough=True)
        after = summarise(tmp_path)
        assert before.files > middle.files > after.files
        assert before[:5] == after[:5]
        assert lake.compact(thorough=True) == 0
        lake.vacuum(0)
        assert lake_rows(tmp_path) == expected_rows(feed)
    assert len(list(tmp_path.rglob("part-*"))) == after.files


def test_a_file_that_no_log_names_goes_with_the_vacuum(tmp_path: Path) -> None:
    feed = invented_feed(5, seed=5)
    with LakeWriter(tmp_path) as lake:
        lake.take(feed, TOKYO)
        written = next(tmp_path.rglob("part-*"))
        orphan = written.with_name("part-killed.parquet")
        orphan.write_bytes(written.read_bytes()[:100])
        lake.vacuum(24)
        assert orphan.exists(), "it may be a file being written"
        lake.vacuum(0)
        assert not orphan.exists()
        assert written.exists()


def test_parts_are_plain_parquet(tmp_path: Path) -> None:
    feed = invented_feed(30, seed=6)
    with LakeWriter(tmp_path) as lake:
        lake.take(feed, TOKYO)
    rows = sum(pq.ParquetFile(path).metadata.num_rows for path in (tmp_path / "purchase_lines").rglob("part-*"))
    assert rows == feed.tally().lines


def test_a_full_disk_leaves_no_half_file_and_no_row(tmp_path: Path) -> None:
    feed = invented_feed(300, seed=7)
    kept = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with LakeWriter(tmp_path) as lake:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, kept[1]))
        try:
            with pytest.raises(OSError, match="large"):
                lake.take(feed, TOKYO)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, kept)
            signal.signal(signal.SIGXFSZ, ignored)
        assert list(tmp_path.rglob("part-*")) == []
        lake.take(feed, TOKYO)
    assert lake_rows(tmp_path) == expected_rows(feed)
