"""The loop: it brings what is new, sleeps, outlives trouble, and stops when told."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.store.lake_model import TOKYO, expected_rows, lake_rows

from noren.activity.background import NICENESS
from noren.activity.lake import LakeLoop, LakeWriter, ProductRow, Reference, ShopRow
from noren.activity.lake.loop import TIDY_AFTER_SECONDS, VACUUM_EVERY_SECONDS
from noren.activity.lake.reader import summarise
from noren.activity.model import Purchase
from noren.testing.feed import MemoryFeed, invented_feed


class _Hours:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class _Failing(MemoryFeed):
    """A feed that breaks while told to, and notes the thread that asks."""

    broken = False
    niceness = 0

    def purchases_after(self, entry: int, limit: int) -> Sequence[Purchase]:
        self.niceness = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
        if self.broken:
            raise OSError("no space left on device")
        return super().purchases_after(entry, limit)


def _until(true: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)


def test_it_brings_what_is_sold_while_it_runs(tmp_path: Path) -> None:
    feed = _Failing()

    async def sell(loop: LakeLoop) -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(loop.run(stop))
        for number in range(30):
            feed.buy(bytes([number]) * 16, invented_feed(1, seed=number).purchases[0].lines)
            await asyncio.sleep(0.005)
        await asyncio.to_thread(_until, lambda: loop.status().entry == feed.purchases[-1].entry)
        stop.set()
        await running

    with LakeWriter(tmp_path) as lake:
        loop = LakeLoop(feed, lake, TOKYO, every_seconds=0.02)
        asyncio.run(sell(loop))
        assert loop.caught_up
        assert loop.trouble is None
    assert feed.niceness >= NICENESS, "its thread steps back for the till"
    assert os.getpriority(os.PRIO_PROCESS, 0) == 0
    assert lake_rows(tmp_path) == expected_rows(feed)


def test_trouble_is_told_and_passes(tmp_path: Path) -> None:
    feed = _Failing()
    feed.buy(b"a" * 16, invented_feed(1, seed=1).purchases[0].lines)
    with LakeWriter(tmp_path) as lake:
        loop = LakeLoop(feed, lake, TOKYO, every_seconds=0.5)
        feed.broken = True
        assert loop.round() > 0.5
        assert (loop.trouble, loop.caught_up) == ("OSError", False)
        feed.broken = False
        assert loop.round() == 0.5
        assert (loop.trouble, loop.caught_up) == (None, True)
    assert lake_rows(tmp_path) == expected_rows(feed)


def test_what_waits_comes_without_pauses_in_bounded_batches(tmp_path: Path) -> None:
    feed = invented_feed(5_000, seed=3)
    with LakeWriter(tmp_path) as lake:
        loop = LakeLoop(feed, lake, TOKYO, batch_rows=1, every_seconds=9)
        assert loop.round() == 0
        assert lake.status().entry == feed.purchases[1_999].entry, "a page at a time"
        assert [loop.round(), loop.round()] == [0, 9]
        assert lake.status().rows == feed.tally().lines


def test_quiet_hours_are_for_tidying(tmp_path: Path) -> None:
    feed, hours = MemoryFeed(), _Hours()
    with LakeWriter(tmp_path) as lake:
        loop = LakeLoop(feed, lake, TOKYO, vacuum_hours=0, monotonic=hours)
        for number in range(4):
            feed.buy(bytes([number]) * 16, invented_feed(1, seed=number).purchases[0].lines)
            loop.round()
        assert summarise(tmp_path).files == 4
        hours.seconds += TIDY_AFTER_SECONDS
        loop.round()
        assert summarise(tmp_path).files == 1
        assert len(list(tmp_path.rglob("part-*"))) == 5
        hours.seconds += VACUUM_EVERY_SECONDS
        loop.round()
        assert len(list(tmp_path.rglob("part-*"))) == 1
    assert lake_rows(tmp_path) == expected_rows(feed)


def test_products_and_shops_follow_when_told(tmp_path: Path) -> None:
    products = [ProductRow("1", "珈琲")]
    reference = Reference(products=lambda: list(products), shops=lambda: [ShopRow("S1", "P1")])
    with LakeWriter(tmp_path) as lake:
        loop = LakeLoop(MemoryFeed(), lake, TOKYO, reference=reference)
        loop.round()
        products.append(ProductRow("2"))
        loop.round()
        assert (summarise(tmp_path).products, summarise(tmp_path).shops) == (1, 1)
        loop.reference_changed()
        loop.round()
        assert summarise(tmp_path).products == 2


def test_catching_up_takes_all_there_is(tmp_path: Path) -> None:
    feed = invented_feed(4_500, seed=4)
    with LakeWriter(tmp_path) as lake:
        loop = LakeLoop(feed, lake, TOKYO, batch_rows=1)
        assert loop.catch_up().rows == feed.tally().lines
        assert loop.caught_up


def test_entries_that_say_nothing_to_the_lake_are_passed_over(tmp_path: Path) -> None:
    feed = invented_feed(10, seed=5)
    with LakeWriter(tmp_path) as lake:
        loop = LakeLoop(feed, lake, TOKYO)
        feed.pass_over()
        assert loop.status().entry == 0
        loop.round()
        assert loop.status().entry == feed.last_entry() > lake.status().entry
