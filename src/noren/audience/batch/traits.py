"""Predicates on traits as ranges of the number that a member's column holds.

Ages are asked as birth years: a bound never cuts a band, so the years themselves may be compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, assert_never

from noren.audience.batch.bounds import Bounds, bounds_of
from noren.audience.batch.given import TRAIT_CODES, Given, Moment, TraitCode
from noren.audience.batch.spans import day_number
from noren.audience.language import nodes as n

_FAR: Final = 10**13
_APRIL: Final = 4
FIRST_VALUE: Final = 0
"""The numbers of a trait's values begin here."""


def trait_bounds(asked: n.TraitPredicate, given: Given, moment: Moment) -> Iterable[Bounds]:
    """Return the ranges in which a predicate is true."""
    match asked:
        case n.TraitIs(trait, value):
            return _values(given, TRAIT_CODES[trait], (value,))
        case n.TraitIn(trait, values):
            return _values(given, TRAIT_CODES[trait], values)
        case n.TraitIsNot(trait, value):
            return _others(given, TRAIT_CODES[trait], value)
        case n.AgeBetween(first, last):
            return (mirrored(school_year(moment), Bounds(first, last)),)
        case n.AgeIs(cmp, years):
            bounds = bounds_of(cmp, years)
            return (mirrored(school_year(moment), Bounds(max(bounds.least, 0), bounds.most)),)
        case n.MemberFor(cmp, days):
            return (mirrored(day_number(moment.today), bounds_of(cmp, days)),)
        case n.BirthMonth(month):
            wanted = moment.today.month if month is None else month
            return (Bounds(wanted, wanted),)
        case n.Reachable():
            return (Bounds(1, 1),)
        case _:
            assert_never(asked)


def trait_known(trait: TraitCode, moment: Moment) -> Bounds:
    """Return the range in which the trait is known: a birth year in the future is none."""
    if trait is TraitCode.AGE:
        return Bounds(-_FAR, school_year(moment))
    return Bounds(-_FAR, _FAR)


def school_year(moment: Moment) -> int:
    """Return the year of the last 1 April that is not after the as-of's date."""
    return moment.today.year - (moment.today.month < _APRIL)


def _values(given: Given, trait: TraitCode, values: Iterable[str]) -> Iterator[Bounds]:
    numbers = given.values.get(trait, {})
    for value in sorted(set(values)):
        if value in numbers:
            yield Bounds(numbers[value], numbers[value])


def _others(given: Given, trait: TraitCode, value: str) -> Iterator[Bounds]:
    number = given.values.get(trait, {}).get(value)
    if number is None:
        yield Bounds(FIRST_VALUE, _FAR)
    else:
        yield Bounds(FIRST_VALUE, number - 1)
        yield Bounds(number + 1, _FAR)


def mirrored(today: int, ago: Bounds) -> Bounds:
    """Return for which numbers ``today - number`` lies within."""
    return Bounds(max(today - ago.most, -_FAR), min(today - ago.least, _FAR))
