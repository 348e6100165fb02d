"""Windows by the calendar: their first dates, and how long each can be at most."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from noren.audience.language.longest import longest_days
from noren.audience.language.nodes import EVER, InDates, InLast, InPeriod, Window
from noren.audience.language.review.spans import first_day
from noren.audience.language.words import Period, Unit, Which

DAYS = [date(2019, 1, 1) + timedelta(days=number) for number in range(366 + 4 * 365)]

FIRST = [
    (InLast(1, Unit.DAY), date(2017, 12, 31), date(2017, 12, 31)),
    (InLast(365, Unit.DAY), date(2017, 12, 31), date(2017, 1, 1)),
    (InLast(2, Unit.WEEK), date(2017, 12, 31), date(2017, 12, 18)),
    (InLast(1, Unit.MONTH), date(2017, 3, 31), date(2017, 3, 1)),
    (InLast(1, Unit.MONTH), date(2016, 3, 31), date(2016, 3, 1)),
    (InLast(1, Unit.MONTH), date(2017, 3, 15), date(2017, 2, 16)),
    (InLast(6, Unit.MONTH), date(2017, 8, 31), date(2017, 3, 1)),
    (InLast(12, Unit.MONTH), date(2016, 2, 29), date(2015, 3, 1)),
    (InPeriod(Which.THIS, Period.WEEK), date(2017, 12, 31), date(2017, 12, 25)),
    (InPeriod(Which.PREVIOUS, Period.WEEK), date(2018, 1, 1), date(2017, 12, 25)),
    (InPeriod(Which.PREVIOUS, Period.MONTH), date(2018, 1, 31), date(2017, 12, 1)),
    (InPeriod(Which.THIS, Period.QUARTER), date(2017, 9, 30), date(2017, 7, 1)),
    (InPeriod(Which.PREVIOUS, Period.QUARTER), date(2018, 2, 1), date(2017, 10, 1)),
    (InPeriod(Which.PREVIOUS, Period.YEAR), date(2017, 6, 1), date(2016, 1, 1)),
    (InPeriod(Which.THIS, Period.FISCAL_YEAR), date(2017, 3, 31), date(2016, 4, 1)),
    (InPeriod(Which.PREVIOUS, Period.FISCAL_YEAR), date(2017, 4, 1), date(2016, 4, 1)),
    (InDates(date(2017, 3, 1), date(2017, 5, 31)), date(2017, 12, 31), date(2017, 3, 1)),
    (InLast(10**12 - 1, Unit.DAY), date(2017, 12, 31), date.min),
    (InLast(10**12 - 1, Unit.MONTH), date(2017, 12, 31), date.min),
]


@pytest.mark.parametrize(("window", "today", "first"), FIRST)
def test_a_window_begins_on(window: Window, today: date, first: date) -> None:
    assert first_day(window, today) == first


def test_without_a_window_all_counts() -> None:
    assert first_day(EVER, date(2017, 12, 31)) is None
    assert longest_days(EVER) is None


LENGTHS = [InLast(count, Unit.MONTH) for count in range(1, 13)]
LENGTHS += [InPeriod(which, period) for which in Which for period in Period]  # type: ignore[list-item]
LENGTHS += [InLast(9, Unit.DAY), InLast(3, Unit.WEEK)]


@pytest.mark.parametrize("window", LENGTHS, ids=str)
def test_the_longest_is_what_the_calendar_gives(window: Window) -> None:
    lengths = [(day - first).days + 1 for day in DAYS if (first := first_day(window, day)) is not None]
    assert longest_days(window) == max(lengths)
