"""Filters taken apart: what is decided by the product, what by the place, what by the moment.

A filter is brought to negation normal form, where ``not (a = x)`` is ``a != x`` and a missing
attribute makes neither true: just the lines on which the filter is *true* remain, unknown and false
being alike from there on. The tests of one stage are then replaced by their truth, value by value;
what stays undecided is the residual, a filter over the later stages. Each stage yields disjoint sets,
so that a line meets a filter at most once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, assert_never

from pyroaring import BitMap

from noren.audience.language import nodes as n

TRUE: Final = n.AnyLine()
FALSE: Final = n.FilterNot(n.AnyLine())

Residual = n.LineFilter
Parts = dict[Residual, BitMap]
"""For each residual but FALSE, the numbers for which it is what remains; the sets are disjoint."""

Known = Callable[[n.Test, bool], BitMap | None]
"""For which numbers a test (or, with False, its negation) is true; None: this stage can not tell."""


def positive(part: n.LineFilter, wanted: bool = True) -> n.LineFilter:
    """Return the filter with ``not`` only directly above tests."""
    match part:
        case n.FilterNot(inner):
            return positive(inner, not wanted)
        case n.FilterAnd(parts):
            inside = [positive(one, wanted) for one in parts]
            return all_of(inside) if wanted else any_of(inside)
        case n.FilterOr(parts):
            inside = [positive(one, wanted) for one in parts]
            return any_of(inside) if wanted else all_of(inside)
        case _:
            return part if wanted else n.FilterNot(part)


def all_of(parts: Iterable[Residual]) -> Residual:
    """Return the conjunction in a form of its own: flat, without doubles, in a fixed order."""
    found: set[Residual] = set()
    for part in parts:
        if part == FALSE:
            return FALSE
        found.update(part.parts if isinstance(part, n.FilterAnd) else (part,))
    found.discard(TRUE)
    return _joined(found, n.FilterAnd, TRUE)


def any_of(parts: Iterable[Residual]) -> Residual:
    """Return the disjunction in a form of its own: flat, without doubles, in a fixed order."""
    found: set[Residual] = set()
    for part in parts:
        if part == TRUE:
            return TRUE
        found.update(part.parts if isinstance(part, n.FilterOr) else (part,))
    found.discard(FALSE)
    return _joined(found, n.FilterOr, FALSE)


def both(one: n.Filter, other: n.Filter) -> Residual:
    """Return the filter of lines on which both are true."""
    assert not isinstance(one, n.Together), "a share is of lines"
    assert not isinstance(other, n.Together), "a share is of lines"
    return all_of((positive(one), positive(other)))


def _joined(found: set[Residual], kind: type[n.FilterAnd | n.FilterOr], empty: Residual) -> Residual:
    if not found:
        return empty
    if len(found) == 1:
        return next(iter(found))
    return kind(tuple(sorted(found, key=repr)))


def split(part: Residual, universe: BitMap, known: Known) -> Parts:
    """Return what remains of a positive filter for each number of the universe."""
    match part:
        case n.FilterAnd(parts):
            found = split(parts[0], universe, known)
            for one in parts[1:]:
                found = _both(found, split(one, universe, known))
            return found
        case n.FilterOr(parts):
            found = split(parts[0], universe, known)
            for one in parts[1:]:
                found = _either(found, split(one, universe, known))
            return found
        case n.FilterNot(test):
            assert not isinstance(test, n.FilterNot | n.FilterAnd | n.FilterOr), "the filter is positive"
            return _test(part, known(test, False), universe)
        case _:
            return _test(part, known(part, True), universe)


def _test(part: Residual, numbers: BitMap | None, universe: BitMap) -> Parts:
    if numbers is None:
        return {part: universe} if universe else {}
    return {TRUE: numbers} if numbers else {}


def _both(one: Parts, other: Parts) -> Parts:
    out: Parts = {}
    for left, here in one.items():
        for right, there in other.items():
            _add(out, all_of((left, right)), here & there)
    return out


def _either(one: Parts, other: Parts) -> Parts:
    out: Parts = {}
    for left, here in one.items():
        for right, there in other.items():
            _add(out, any_of((left, right)), here & there)
    for mine, others in ((one, other), (other, one)):
        rest = BitMap.union(*others.values()) if others else BitMap()
        for residual, here in mine.items():
            _add(out, residual, here - rest)
    return out


def _add(out: Parts, residual: Residual, numbers: BitMap) -> None:
    if not numbers or residual == FALSE:
        return
    held = out.get(residual)
    out[residual] = numbers if held is None else held | numbers


def moments(part: Residual) -> list[tuple[int, int, int]]:
    """Return a residual over the moment as disjoint (slot, least, most): slot = weekday·24 + hour, then the total."""
    out: list[tuple[int, int, int]] = []
    edges = sorted(_edges(part))
    for slot in range(7 * 24):
        held: list[tuple[int, int]] = []
        for least, most in zip([_LOWEST, *edges], [*(edge - 1 for edge in edges), _HIGHEST], strict=True):
            if not holds(part, slot, least):
                continue
            if held and held[-1][1] + 1 == least:
                held[-1] = (held[-1][0], most)
            else:
                held.append((least, most))
        out.extend((slot, least, most) for least, most in held)
    return out


_LOWEST: Final = -(10**18)
_HIGHEST: Final = 10**18
"""Beyond every number that a condition can name (10^12): a total outside means the same as one at the edge."""


def _edges(part: Residual) -> set[int]:
    """Return the totals at which the truth may change."""
    match part:
        case n.PurchaseTotalIs(_, amount):
            return {amount, amount + 1}
        case n.FilterNot(inner):
            return _edges(inner)
        case n.FilterAnd(parts) | n.FilterOr(parts):
            return set[int]().union(*map(_edges, parts))
        case _:
            return set()


_DAYS: Final = {day: place for place, day in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}


def holds(part: Residual, slot: int, total: int) -> bool:
    """Return whether a filter over the moment alone is true; nothing of a moment is ever unknown."""
    weekday, hour = divmod(slot, 24)
    match part:
        case n.AnyLine():
            return True
        case n.WeekdayIn(days):
            return any(_DAYS[day] == weekday for day in days)
        case n.HourBetween(first, last):
            return first <= hour <= last
        case n.HourIs(cmp, wanted):
            return compares(hour, cmp, wanted)
        case n.PurchaseTotalIs(cmp, amount):
            return compares(total, cmp, amount)
        case n.FilterNot(inner):
            return not holds(inner, slot, total)
        case n.FilterAnd(parts):
            return all(holds(one, slot, total) for one in parts)
        case n.FilterOr(parts):
            return any(holds(one, slot, total) for one in parts)
        case n.AttributeIs() | n.AttributeIsNot() | n.AttributeIn() | n.AttributeInList():
            raise AssertionError("attributes are decided in earlier stages")
        case _:
            assert_never(part)


def compares(value: int, cmp: str, number: int) -> bool:
    """Return whether ``value cmp number``."""
    return {
        ">=": value >= number, ">": value > number, "=": value == number, "<=": value <= number, "<": value < number,
    }[cmp]  # fmt: skip
