"""Ranges of whole numbers and sets of values: what a part of an ``and`` leaves possible of one thing."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from noren.audience.language import nodes as n
from noren.audience.language.traits import BAND_YEARS, LAST_BAND
from noren.audience.language.words import Cmp, Measure

_MONEY: Final = frozenset({Measure.SPEND, Measure.POINTS})
_BANDS: Final = frozenset(range(0, LAST_BAND + 1, BAND_YEARS))
_MONTHS: Final = frozenset(range(1, 13))
_OPPOSITE: Final = {Cmp.AT_LEAST: Cmp.LESS, Cmp.LESS: Cmp.AT_LEAST, Cmp.MORE: Cmp.AT_MOST, Cmp.AT_MOST: Cmp.MORE}


@dataclass(frozen=True, slots=True)
class Range:
    """Whole numbers from ``low`` to ``high``, both included (None: without end), but for some."""

    low: int | None
    high: int | None
    but: frozenset[int] = frozenset()

    def within(self, other: Range) -> Range:
        """Return what both have in common."""
        lows = [low for low in (self.low, other.low) if low is not None]
        highs = [high for high in (self.high, other.high) if high is not None]
        return Range(max(lows, default=None), min(highs, default=None), self.but | other.but)

    @property
    def is_empty(self) -> bool:
        """Whether no number is in it."""
        if self.low is None or self.high is None:
            return False
        return sum(self.low <= number <= self.high for number in self.but) > self.high - self.low


def range_of(cmp: Cmp, number: Decimal | int) -> Range:
    """Return the whole numbers that compare so."""
    exact = Decimal(number)
    up = int(exact.to_integral_value(ROUND_CEILING))
    down = int(exact.to_integral_value(ROUND_FLOOR))
    match cmp:
        case Cmp.AT_LEAST:
            return Range(up, None)
        case Cmp.MORE:
            return Range(down + 1, None)
        case Cmp.EXACTLY:
            return Range(up, down)
        case Cmp.AT_MOST:
            return Range(None, down)
        case Cmp.LESS:
            return Range(None, up - 1)


def measured(part: n.Node) -> tuple[Hashable, Range] | None:
    """Return what a part measures and the range it leaves; None: it leaves no one range."""
    match part:
        case n.Count(measure, inner, cmp, number, window):
            return (measure, inner, window), range_of(cmp, number).within(_floor(measure))
        case n.Never(inner, window):
            return (Measure.VISITS, inner, window), Range(0, 0)
        case n.DaysSinceLast(inner, cmp, days):
            return ("last", inner), range_of(cmp, days).within(Range(0, None))
        case n.DaysSinceFirst(inner, cmp, days):
            return ("first", inner), range_of(cmp, days).within(Range(0, None))
        case n.PointsBalance(cmp, points):
            return "balance", range_of(cmp, points)
        case n.MemberFor(cmp, days):
            return "member for", range_of(cmp, days).within(Range(0, None))
        case n.Not(n.Count(_, _, cmp) as count) if cmp in _OPPOSITE:
            return measured(replace(count, cmp=_OPPOSITE[cmp]))
        case n.Not(n.Count(measure, inner, Cmp.EXACTLY, number, window)):
            but = frozenset({int(number)}) if number == int(number) else frozenset[int]()
            return (measure, inner, window), replace(_floor(measure), but=but)
        case n.Not(n.Never(inner, window)):
            return (Measure.VISITS, inner, window), Range(1, None)
        case _:
            return None


def _floor(measure: Measure) -> Range:
    return Range(None if measure in _MONEY else 0, None)


@dataclass(frozen=True, slots=True)
class Values:
    """Some values, or (``but``) all but some."""

    some: frozenset[object]
    but: bool = False

    def within(self, other: Values) -> Values:
        """Return what both have in common."""
        if self.but and other.but:
            return Values(self.some | other.some, but=True)
        if self.but or other.but:
            given, without = (other, self) if self.but else (self, other)
            return Values(given.some - without.some)
        return Values(self.some & other.some)

    @property
    def is_empty(self) -> bool:
        """Whether no value is left."""
        return not self.but and not self.some


def chosen(part: n.Node) -> tuple[Hashable, Values] | None:
    """Return which trait a part restricts and to which values; None: it is no such part."""
    match part:
        case n.TraitIs(trait, value):
            return trait, Values(frozenset({value}))
        case n.TraitIsNot(trait, value):
            return trait, Values(frozenset({value}), but=True)
        case n.TraitIn(trait, values):
            return trait, Values(frozenset(values))
        case n.AgeBetween(first, last):
            return "age", Values(frozenset(band for band in _BANDS if first <= band <= last))
        case n.AgeIs(cmp, years):
            ages = range_of(cmp, years)
            low, high = ages.low or 0, LAST_BAND if ages.high is None else ages.high
            return "age", Values(frozenset(band for band in _BANDS if low <= band <= high))
        case n.BirthMonth(month) if month is not None:
            return "birth month", Values(frozenset({month}))
        case n.Not(inner):
            return _denied(inner)
        case _:
            return None


def _denied(inner: n.Node) -> tuple[Hashable, Values] | None:
    found = None if isinstance(inner, n.Not) else chosen(inner)
    if found is None:
        return None
    thing, values = found
    if thing == "age":
        return thing, Values(_BANDS - values.some)
    if thing == "birth month":
        return thing, Values(_MONTHS - values.some)
    return thing, Values(values.some, but=not values.but)
