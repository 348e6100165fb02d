"""From a purchase to the filters that are true of its lines, and of itself.

Each product's filters at a place are found once and kept: true whatever the moment, or true where a
rest over weekday, hour and basket total is. A line then costs one look-up and its own hits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from noren.audience.language import nodes as n
from noren.audience.language.words import Weekday
from noren.audience.live.indexing import (
    Candidates,
    Known,
    Lists,
    alike,
    attribute_true,
    goods_known,
    mentioned,
    place_known,
)
from noren.audience.live.literals import FALSE, TRUE, All, Literal, Part, settle
from noren.audience.live.model import Goods, Line, Place
from noren.audience.live.numbers import compares

REMEMBERED: Final = 500_000
"""Products at places whose filters are kept; beyond it they are forgotten and found again."""

REMEMBERED_OF_FEW: Final = 20_000
"""Likewise where few of a plan's filters are looked for: there may be many such, one for the campaigns of each shop."""

_DAYS: Final = {day: place for place, day in enumerate(Weekday)}
_NO_GOODS: Final = Goods()
VISITS, LINES, UNITS, SPEND, POINTS = range(5)
Counted = list[int]
"""What a purchase is for a filter: visits (1), lines, units, spend, points (set by the fold)."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What a filter may ask of a purchase as a whole, local time."""

    weekday: int
    hour: int
    total: int


@dataclass(frozen=True, slots=True)
class Hits:
    """For each filter that is true: what it counts, and for filters asked for distinct goods, their lines."""

    counted: dict[int, Counted]
    lines: dict[int, list[Line]]


Rule = tuple[tuple[int, ...], tuple[tuple[int, int], ...]]
"""Filters that are true whatever the moment, and (filter, number of what is left of it)."""


class _Rests:
    """What is left of filters after product and place, numbered."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self._numbers: dict[Part, int] = {}

    def number(self, part: Part) -> int:
        number = self._numbers.setdefault(part, len(self.parts))
        if number == len(self.parts):
            self.parts.append(part)
        return number


class _Told(dict[int, bool]):
    """Whether what is left of filters is true at a moment, by number, found when asked for."""

    def __init__(self, rests: _Rests, moment: Moment) -> None:
        super().__init__()
        self._rests, self._moment = rests, moment

    def __missing__(self, number: int) -> bool:
        self[number] = truth = true_then(self._rests.parts[number], self._moment)
        return truth


class Hitting:
    """The filters of a plan by number, indexed. ``together``: by number of the whole, the numbers of its parts.

    ``remembered``: products at places whose filters are kept.
    """

    def __init__(
        self,
        filters: Mapping[int, Part],
        together: Mapping[int, tuple[int, ...]],
        goods: Mapping[str, Goods],
        lists: Lists,
        listed: Iterable[int],
        remembered: int = REMEMBERED,
    ) -> None:
        self._filters, self._goods, self._lists = filters, goods, lists
        self._remembered = remembered
        self._candidates = Candidates(filters, lists)
        self._listed = frozenset(listed)
        self._together = together
        self._wholes: defaultdict[int, list[int]] = defaultdict(list)
        for whole, parts in together.items():
            self._wholes[parts[0]].append(whole)
        self._named = mentioned(filters.values(), lists)
        self._totals = any(speaks_of_total(part) for part in filters.values())
        self._places: dict[Place, dict[str | None, Rule]] = {}
        self._alike_places: dict[tuple[str | None, ...], dict[str | None, Rule]] = {}
        self._alike: dict[tuple[str | None, ...], Rule] = {}
        self._kept = 0
        self._rests = _Rests()
        self._slots: dict[int, _Told] = {}

    def of_few(self, filters: Iterable[int]) -> Hitting:
        """Return what looks for some of these filters alone, under the same numbers."""
        wanted = set(filters)
        together = {whole: parts for whole, parts in self._together.items() if whole in wanted}
        wanted.update(part for parts in together.values() for part in parts)
        few = {number: self._filters[number] for number in sorted(wanted)}
        return Hitting(few, together, self._goods, self._lists, self._listed & wanted, REMEMBERED_OF_FEW)

    def hits(self, lines: Iterable[Line], place: Place, local: datetime) -> Hits:
        """Return the filters that are true of a purchase's lines; lines without a quantity count nowhere."""
        counting = [line for line in lines if line.quantity > 0]
        told = self._told(counting, local)
        rules = self._places.get(place)
        if rules is None:
            alike_place = alike(place_known(place), self._named)
            rules = self._places[place] = self._alike_places.setdefault(alike_place, {})
        found = Hits({}, {})
        for line in counting:
            rule = rules.get(line.product)
            if rule is None:
                rule = self._learn(rules, line.product, place)
            always, rests = rule
            if rests:
                always += tuple(number for number, rest in rests if told[rest])
            self._count(found, line, always)
        self._join(found.counted)
        return found

    def _told(self, counting: list[Line], local: datetime) -> _Told:
        """Return the truths of what is left of filters at a moment; but of totals they are kept by weekday and hour."""
        slot = local.weekday() * 24 + local.hour
        told = self._slots.get(slot)
        if told is None:
            told = self._slots[slot] = _Told(self._rests, Moment(local.weekday(), local.hour, 0))
        if not self._totals:
            return told
        return _Told(self._rests, Moment(local.weekday(), local.hour, total_of(counting)))

    def _count(self, found: Hits, line: Line, numbers: tuple[int, ...]) -> None:
        counted, quantity, amount = found.counted, line.quantity, line.amount
        for number in numbers:
            sums = counted.get(number)
            if sums is None:
                counted[number] = [1, 1, quantity, amount, 0]
            else:
                sums[LINES] += 1
                sums[UNITS] += quantity
                sums[SPEND] += amount
        if self._listed:
            for number in self._listed.intersection(numbers):
                found.lines.setdefault(number, []).append(line)

    def _join(self, counted: dict[int, Counted]) -> None:
        if not self._wholes:
            return
        for number in tuple(counted):
            for whole in self._wholes.get(number, ()):
                if all(part in counted for part in self._together[whole]):
                    counted[whole] = [1, 0, 0, 0, 0]

    def _learn(self, rules: dict[str | None, Rule], product: str | None, place: Place) -> Rule:
        """Find the filters of a product at a place; products and places alike to all filters share them."""
        if self._kept >= self._remembered:
            for known_rules in (*self._alike_places.values(), rules):
                known_rules.clear()
            self._places.clear()
            self._alike_places.clear()
            self._alike.clear()
            self._kept = 0
        self._kept += 1
        goods = self._goods.get(product, _NO_GOODS) if product is not None else _NO_GOODS
        known = goods_known(product, goods) | place_known(place)
        key = alike(known, self._named)
        rule = self._alike.get(key)
        if rule is None:
            rule = self._alike[key] = self._settle(known)
        rules[product] = rule
        return rule

    def _settle(self, known: Known) -> Rule:
        always: list[int] = []
        rests: list[tuple[int, int]] = []
        for number in self._candidates.of(known):
            rest = settle(self._filters[number], lambda one: attribute_true(one, known, self._lists))
            if rest == TRUE:
                always.append(number)
            elif rest != FALSE:
                rests.append((number, self._rests.number(rest)))
        return tuple(always), tuple(rests)


def true_then(part: Part, moment: Moment) -> bool:
    """Return whether a filter over the moment alone is true; nothing of a moment is unknown."""
    if isinstance(part, Literal):
        return _test(part.test, moment) is part.wanted
    if isinstance(part, All):
        return all(true_then(one, moment) for one in part.parts)
    return any(true_then(one, moment) for one in part.parts)


def _test(test: n.Test, moment: Moment) -> bool:
    match test:
        case n.WeekdayIn(days):
            return any(_DAYS[day] == moment.weekday for day in days)
        case n.HourBetween(first, last):
            return first <= moment.hour <= last
        case n.HourIs(cmp, hour):
            return compares(moment.hour, cmp, hour)
        case n.PurchaseTotalIs(cmp, amount):
            return compares(moment.total, cmp, amount)
        case _:
            raise AssertionError("attributes are settled before the moment")


def total_of(lines: Iterable[Line]) -> int:
    """Return what a basket sums up to, over lines with a quantity."""
    return sum(line.amount for line in lines if line.quantity > 0)


def speaks_of_total(part: Part) -> bool:
    """Return whether a filter asks what the purchase sums up to."""
    if isinstance(part, Literal):
        return isinstance(part.test, n.PurchaseTotalIs)
    return any(speaks_of_total(one) for one in part.parts)
