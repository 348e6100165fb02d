"""Windows as numbers of local days, counted from 1 January 1970; the as-of cuts what lies after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from noren.audience.language import nodes as n
from noren.audience.language.review.spans import begin_of, first_day, months_before
from noren.audience.language.words import Period, Rhythm, Which

_EPOCH: Final = date(1970, 1, 1).toordinal()
EARLIEST: Final = -_EPOCH
LATEST: Final = date.max.toordinal() - _EPOCH


@dataclass(frozen=True, slots=True)
class Span:
    """Local days, both included."""

    first: int
    last: int


def day_number(day: date) -> int:
    """Return a date's number."""
    return day.toordinal() - _EPOCH


def week_number(day: int) -> int:
    """Return the number of a day's week; it begins on Monday."""
    return (day + 3) // 7


def month_number(day: date) -> int:
    """Return the number of a date's calendar month."""
    return day.year * 12 + day.month - 1


def span_of(window: n.Window, today: date) -> Span:
    """Return the days of a window, seen from the as-of's local date."""
    first = first_day(window, today)
    return Span(EARLIEST if first is None else day_number(first), day_number(_last(window, today)))


def _last(window: n.Window, today: date) -> date:
    match window:
        case n.InDates(_, last):
            return min(last, today)
        case n.InPeriod(Which.PREVIOUS, period):
            return begin_of(period, today) - timedelta(days=1)
        case _:
            return today


def change_spans(days: int, today: date) -> tuple[Span, Span]:
    """Return the last ``days`` local days, and the ``days`` before."""
    end = day_number(today)
    return _clipped(end - days + 1, end), _clipped(end - 2 * days + 1, end - days)


def _clipped(first: int, last: int) -> Span:
    return Span(max(first, EARLIEST - 1), max(last, EARLIEST - 1))


def rhythm_span(rhythm: Rhythm, periods: int, today: date) -> Span:
    """Return the days of the ``periods`` complete weeks or months before the as-of's."""
    if rhythm is Rhythm.MONTH:
        return Span(day_number(months_before(today.replace(day=1), periods)), day_number(today.replace(day=1)) - 1)
    monday = day_number(begin_of(Period.WEEK, today))
    return Span(max(monday - 7 * periods, EARLIEST), monday - 1)
