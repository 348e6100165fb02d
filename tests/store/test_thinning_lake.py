"""The lake's months past their time become sums of a day and category, once, however often the round is killed."""

from __future__ import annotations

import contextlib
import random
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from tests.store.lake_model import TOKYO, lake_rows

from noren.activity.lake import LakeWriter, ProductRow
from noren.activity.lake.reader import lake_totals, open_lake
from noren.activity.lake.thinning import drop_plan
from noren.activity.model import Line, ReturnLine
from noren.kernel.clock import microseconds
from noren.testing.feed import MemoryFeed

FIRST = "2023-11"
CATEGORY = {"milk": "DAIRY", "brie": "DAIRY", "tea": "TEA", "odd": ""}
Sums = Counter[tuple[bytes, date, str, str]]


def feed_of(seed: int) -> MemoryFeed:
    feed, chance = MemoryFeed(), random.Random(seed)
    handles = [bytes([n]) * 16 for n in (1, 2, 3)]
    for _ in range(60):
        day = datetime(2023, chance.choice([9, 10, 10, 11]), chance.randrange(28, 31), 20, 0, tzinfo=TOKYO)
        lines = [
            Line(chance.choice(list(CATEGORY)), chance.randrange(1, 4), 100) for _ in range(chance.randrange(1, 5))
        ]
        feed.buy(chance.choice(handles), lines, at=microseconds(day))
    for bought in chance.sample(feed.purchases, 15):
        feed.bring_back(bought.entry, [ReturnLine(0, 1, 40)])
    return feed


def filled(path: Path, feed: MemoryFeed) -> LakeWriter:
    lake = LakeWriter(path)
    lake.replace_products(ProductRow(product, None, category or None) for product, category in CATEGORY.items())
    while lake.take(feed, TOKYO, batch_rows=100).more:
        lake.compact()
    return lake


def totals(path: Path) -> tuple[Sums, Counter[tuple[bytes, date, str, str]]]:
    """Return lines as sums, and the sums that stand: together they are what was bought."""
    lake, lines, sums = open_lake(path), Sums(), Sums()
    try:
        for handle, day, product, quantity, amount in lake.execute(
            "SELECT handle, day, product, quantity, amount FROM purchase_lines"
        ).fetchall():
            lines.update(
                {
                    (handle, day, CATEGORY[product], "quantity"): quantity,
                    (handle, day, CATEGORY[product], "amount"): amount,
                }
            )
        for handle, day, category, quantity, amount in lake.execute(
            "SELECT handle, day, category, quantity, amount FROM day_sums"
        ).fetchall():
            sums.update({(handle, day, category, "quantity"): quantity, (handle, day, category, "amount"): amount})
    finally:
        lake.close()
    return lines, sums


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_old_months_become_sums_and_the_younger_stay(tmp_path: Path, seed: int) -> None:
    feed = feed_of(seed)
    with filled(tmp_path, feed) as lake:
        before, _ = totals(tmp_path)
        kept = Counter({r: n for r, n in lake_rows(tmp_path).items() if _day(feed, r[1]) >= date(2023, 11, 1)})
        done = lake.thin_before(FIRST)
        lines, sums = totals(tmp_path)
        assert (done.months, done.lines > done.sums > 0) == (2, True), f"seed {seed}"
        assert lake_rows(tmp_path) == kept
        assert +(lines + sums) == +before
        assert max(day for _, day, _, _ in sums) < date(2023, 11, 1) <= min(day for _, day, _, _ in lines)
        assert (lake.status().rows, lake.status().amount) == lake_totals(tmp_path)[:2]
        assert lake.thin_before(FIRST).months == 0, "done again it changes nothing"
        feed.buy(bytes([1]) * 16, [Line("tea", 1, 7)], at=microseconds(datetime(2023, 9, 1, tzinfo=TOKYO)))
        lake.take(feed, TOKYO)
        assert lake.thin_before(FIRST).lines == 1, "what comes late is summed later"
        lake.rewrite_without([bytes([1]) * 16])
        lake.vacuum(0)
        assert not [key for key in totals(tmp_path)[1] if key[0] == bytes([1]) * 16], "sums of who is erased go too"
    months = [part.parent.name for part in tmp_path.glob("purchase_lines/**/*.parquet")]
    assert set(months) == {"month=2023-11"}


def _day(feed: MemoryFeed, entry: int) -> date:
    return next(datetime.fromtimestamp(p.at / 1e6, TOKYO).date() for p in feed.purchases if p.entry == entry)


class Killed(BaseException):
    pass


def kill_at(step: int) -> Callable[[], None]:
    left = [step]

    def between() -> None:
        left[0] -= 1
        if not left[0]:
            raise Killed

    return between


def thin_killed(path: Path, feed: MemoryFeed, step: int, recover: Callable[[], None] = lambda: None) -> Sums:
    """Fill a lake, break a round off at a step, open it anew and go on; return lines and sums together."""
    with filled(path, feed) as lake, contextlib.suppress(Killed):
        lake.thin_before(FIRST, kill_at(step))
    recover()
    with LakeWriter(path) as again:
        again.compact(thorough=True)
        again.thin_before(FIRST)
        assert (again.status().rows, again.status().amount) == lake_totals(path)[:2]
    lines, sums = totals(path)
    return lines + sums


def bought(path: Path, feed: MemoryFeed) -> Sums:
    filled(path, feed).close()
    return totals(path)[0]


@pytest.mark.parametrize("step", range(1, 7))
def test_killed_at_any_step_each_line_counts_once(tmp_path: Path, step: int) -> None:
    feed = feed_of(9)
    assert +thin_killed(tmp_path / "killed", feed, step) == +bought(tmp_path / "whole", feed)


def test_without_the_plan_lines_count_twice(tmp_path: Path) -> None:
    """Negative control: the same kills find the fault where what is half done is forgotten."""
    feed = feed_of(9)
    whole, found = bought(tmp_path / "whole", feed), 0
    for step in range(2, 5):
        path = tmp_path / str(step)
        found += +thin_killed(path, feed, step, lambda path=path: drop_plan(path)) != +whole
    assert found
