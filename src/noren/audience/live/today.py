"""A local date, and what the windows of a plan are on it. Days are proleptic ordinals: 1 is 1 January of year 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from noren.audience.language import nodes as n
from noren.audience.language.review.spans import begin_of, first_day, months_before
from noren.audience.language.words import Period, Unit, Which
from noren.audience.live.numbers import FAR

DAY_MICROSECONDS: Final = 86_400_000_000
WEEK_DAYS: Final = 7
SHORTEST_MONTH: Final = 28
EXITS_KEPT: Final = 65_536
"""Days whose leaving a window of months is remembered."""
NO_CUTS: Final[Mapping[int, int | None]] = MappingProxyType({})


def no_cuts() -> Mapping[int, int | None]:
    """Return that no ``top`` is asked."""
    return NO_CUTS


@dataclass(frozen=True, slots=True)
class Span:
    """A window on a date: the days ``first`` to ``last``.

    ``stays``: for how many days a day stays within, at least; None: all days leave it together, ``until``: when.
    ``months``: a window of so many months, whose lengths differ.
    """

    first: int
    last: int
    stays: int | None
    until: int
    months: int = 0

    def leaves(self, day: int, today: int) -> int:
        """Return a day after today before which a day within the window does not leave it."""
        if self.months:
            return max(today + 1, leaves_months(self.months, day))
        return max(today + 1, day + self.stays if self.stays is not None else self.until)


class Spans(dict[int, Span]):
    """The windows of a plan on a date, by number, each found when it is asked for."""

    def __init__(self, windows: Sequence[n.Window], today: date) -> None:
        super().__init__()
        self._windows, self._today = windows, today

    def __missing__(self, number: int) -> Span:
        self[number] = found = span(self._windows[number], self._today)
        return found


@dataclass(frozen=True, slots=True)
class Day:
    """A local date: its number, its week's and month's numbers, and the spans of a plan's windows.

    ``yesterday``: the spans as seen from the date before.
    """

    number: int
    week: int
    month: int
    next_week: int
    next_month: int
    spans: Spans
    yesterday: Spans
    date: date

    def at(self, axis: int) -> int:
        """Return the number of the day (0), the week (1) or the month (2)."""
        return self.month if axis == 2 else self.week if axis else self.number


@dataclass(frozen=True, slots=True)
class Now:
    """The as-of in microseconds since 1970, and the day's cuts.

    ``cuts``: for each ``top`` of the plan, by number, the least value that is in (None: nobody has one over 0).
    """

    instant: int
    cuts: Mapping[int, int | None] = field(default_factory=no_cuts)


def day_of(today: date, windows: Sequence[n.Window]) -> Day:
    """Return a date with the spans of windows on it and on the date before."""
    number = today.toordinal()
    return Day(
        number,
        week_of(number),
        month_of(today),
        number + WEEK_DAYS - today.weekday(),
        _next(Period.MONTH, today),
        Spans(windows, today),
        Spans(windows, today - timedelta(days=1)),
        today,
    )


def week_of(day: int) -> int:
    """Return the number of a day's week, which begins on Monday."""
    return (day - 1) // WEEK_DAYS


def month_of(day: date) -> int:
    """Return the number of a date's calendar month."""
    return day.year * 12 + day.month - 1


def span(window: n.Window, today: date) -> Span:
    """Return a window's days, seen from a date."""
    first = first_day(window, today)
    begin = 0 if first is None else first.toordinal()
    match window:
        case n.Ever():
            return Span(begin, today.toordinal(), None, FAR)
        case n.InDates(_, last):
            return Span(begin, min(last, today).toordinal(), None, FAR)
        case n.InPeriod(which, period):
            end = today if which is Which.THIS else begin_of(period, today) - timedelta(days=1)
            return Span(begin, end.toordinal(), None, _next(period, today))
        case n.InLast(count, unit):
            length = {Unit.DAY: 1, Unit.WEEK: WEEK_DAYS, Unit.MONTH: SHORTEST_MONTH}[unit]
            return Span(begin, today.toordinal(), count * length, FAR, count if unit is Unit.MONTH else 0)


@lru_cache(maxsize=EXITS_KEPT)
def leaves_months(months: int, day: int) -> int:
    """Return the first day on which a day is no more within so many months."""
    bought = date.fromordinal(day)
    if bought.year + months // 12 + 1 > date.max.year:
        return FAR
    leaves = months_before(bought, -months)
    while months_before(leaves, months) < bought:
        leaves += timedelta(days=1)
    return leaves.toordinal()


_LONGEST: Final = {
    Period.WEEK: 7,
    Period.MONTH: 31,
    Period.QUARTER: 92,
    Period.YEAR: 366,
    Period.FISCAL_YEAR: 366,
}


def _next(period: Period, today: date) -> int:
    """Return the first day of the next period."""
    begin = begin_of(period, today)
    later = begin.toordinal() + _LONGEST[period]
    if later > date.max.toordinal():
        return FAR
    return begin_of(period, date.fromordinal(later)).toordinal()
