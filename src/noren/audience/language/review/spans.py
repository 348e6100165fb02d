"""The first local date of a window, seen from the as-of's date."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import Final

from noren.audience.language import nodes as n
from noren.audience.language.words import Period, Unit, Which

_FIRST: Final = date.min


def first_day(window: n.Window, today: date) -> date | None:
    """Return the first local date of a window; None: it begins at the horizon."""
    match window:
        case n.Ever():
            return None
        case n.InDates(first, _):
            return first
        case n.InLast(count, Unit.MONTH):
            return _after(months_before(today, count))
        case n.InLast(count, unit):
            return _days_before(today, count * (7 if unit is Unit.WEEK else 1) - 1)
        case n.InPeriod(which, period):
            begins = begin_of(period, today)
            return begins if which is Which.THIS else begin_of(period, _days_before(begins, 1))


def begin_of(period: Period, day: date) -> date:
    """Return the first date of the calendar period in which a date lies."""
    match period:
        case Period.WEEK:
            return _days_before(day, day.weekday())
        case Period.MONTH:
            return day.replace(day=1)
        case Period.QUARTER:
            return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
        case Period.YEAR:
            return date(day.year, 1, 1)
        case Period.FISCAL_YEAR:
            return date(max(day.year - (day.month < 4), 1), 4, 1)


def _days_before(day: date, count: int) -> date:
    return day - timedelta(days=count) if count < day.toordinal() else _FIRST


def _after(day: date) -> date:
    return day if day == _FIRST else day + timedelta(days=1)


def months_before(day: date, count: int) -> date:
    """Return the same day so many months earlier, clipped to the month's end."""
    year, month = divmod(day.year * 12 + day.month - 1 - min(count, 12 * day.year), 12)
    if year < 1:
        return _FIRST
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
