"""The demo's year is the source's, to the last cent, moved by whole weeks. Real data: a few seconds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from noren.doors.cli.demo.reference import agreement_row, product_rows, shop_rows
from noren.doors.cli.demo.year import Year, find_year, shift_days, shifted_to

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def year() -> Year:
    return shifted_to(find_year(), TODAY)


def test_the_totals_are_those_of_the_source(year: Year) -> None:
    totals = year.totals()
    assert (totals.purchases, totals.lines, totals.amount) == (155_518, 1_460_438, 459_602_706)
    assert (totals.lines_set_aside, totals.baskets_set_aside) == (8_869, 330)


def test_the_baskets_hold_exactly_the_totals_in_the_order_of_time(year: Year) -> None:
    seen = lines = amount = 0
    receipts: set[str] = set()
    before = None
    for basket in year.baskets():
        assert before is None or basket.at >= before
        before = basket.at
        seen += 1
        lines += len(basket.lines)
        amount += sum(line.amount for line in basket.lines)
        receipts.add(basket.receipt)
        assert basket.terminal in ("1", "2")
        assert all(1 <= line.quantity <= 999_999 and line.amount >= 0 for line in basket.lines)
    assert (seen, lines, amount) == (155_518, 1_460_438, 459_602_706)
    assert len(receipts) == seen
    assert before == year.totals().last


@pytest.mark.parametrize("today", [TODAY + timedelta(days=days) for days in range(9)])
def test_the_year_ends_on_the_latest_fitting_day_a_week_ago_or_longer(today: date) -> None:
    source = date(2018, 1, 1)
    last = source + timedelta(days=shift_days(source, today))
    assert timedelta(days=7) <= today - last < timedelta(days=14)
    assert last.weekday() == source.weekday()


def test_the_last_instant_is_the_sources_in_local_time(year: Year) -> None:
    assert year.totals().last.isoformat() == "2026-11-09T04:01:20+09:00"
    assert year.totals().first.isoformat() == "2025-11-09T11:53:26+09:00"


def test_a_few_days_are_the_last_few_days(year: Year) -> None:
    short = replace(year, days=3)
    totals, baskets = short.totals(), list(short.baskets())
    assert len(baskets) == totals.purchases == 1_427
    assert sum(line.amount for basket in baskets for line in basket.lines) == totals.amount
    assert totals.last == year.totals().last
    assert baskets[0].at > totals.last - timedelta(days=3)


def test_shops_products_and_households_are_all_there(year: Year) -> None:
    shops, products, households = year.shops(), year.products(), year.households()
    assert (len(shops), len(products), len(households)) == (457, 92_331, 2_469)
    assert sum(band is not None for band in households.values()) == 801
    assert shop_rows(shops) == shop_rows(shops)
    assert len({row["name"] for row in shop_rows(shops)}) == 457
    rows = {str(row["product"]): row for row in product_rows(products)}
    assert rows["26355"]["name"] == "SPECIALTY COOKIES"
    assert {row["sensitivity"] for row in rows.values()} == {"", "medicine", "adult", "baby"}
    assert agreement_row(date(2025, 11, 16))["from"] == "2025-11-16"
