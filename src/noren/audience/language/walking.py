"""Walks over a tree, without recursion: its predicates, filters, tests, and how deep it is."""

from __future__ import annotations

from collections.abc import Iterator

from noren.audience.language.algebra import And, AtLeast, Node, Not, Or, Predicate
from noren.audience.language.filters import (
    AnyLine,
    AttributeIn,
    AttributeInList,
    AttributeIs,
    AttributeIsNot,
    Filter,
    FilterAnd,
    FilterNot,
    FilterOr,
    HourBetween,
    HourIs,
    PurchaseTotalIs,
    Test,
    Together,
    WeekdayIn,
)
from noren.audience.language.predicates import (
    BasketHas,
    BasketLacks,
    Change,
    Count,
    DaysSinceFirst,
    DaysSinceLast,
    Every,
    Never,
    Overdue,
    Share,
    Then,
    Top,
)


def parts_of(node: Node) -> tuple[Node, ...]:
    """Return the parts of an algebra node; of a predicate, none."""
    match node:
        case Not(part):
            return (part,)
        case And(parts) | Or(parts) | AtLeast(_, parts):
            return parts
        case _:
            return ()


def predicates(node: Node) -> Iterator[Predicate]:
    """Yield the predicates of a tree in the order of the text."""
    waiting = [node]
    while waiting:
        here = waiting.pop()
        if isinstance(here, Not | And | Or | AtLeast):
            waiting.extend(reversed(parts_of(here)))
        else:
            yield here


def filters_of(predicate: Predicate) -> tuple[Filter, ...]:
    """Return the filters of a predicate in the order of the text."""
    match predicate:
        case Share(part, whole):
            return part, whole
        case Then(first, _, later):
            return first, later
        case Every(_, _, count):
            return (count.filter,)
        case Count() | Never() | DaysSinceLast() | DaysSinceFirst() | Overdue() | Change() | Top():
            return (predicate.filter,)
        case BasketHas() | BasketLacks():
            return (predicate.filter,)
        case _:
            return ()


def tests(filter: Filter) -> Iterator[Test]:  # noqa: A002 - the glossary's word
    """Yield the tests of a filter in the order of the text."""
    waiting: list[Filter] = [filter]
    while waiting:
        here = waiting.pop()
        if isinstance(here, FilterNot):
            waiting.append(here.part)
        elif isinstance(here, FilterAnd | FilterOr | Together):
            waiting.extend(reversed(here.parts))
        else:
            yield here


def depth_of(node: Node) -> int:
    """Return how deep ``not``, needed parentheses and ``at least`` nest, filters included."""
    deepest = 0
    waiting: list[tuple[Node | Filter, int]] = [(node, 0)]
    while waiting:
        here, depth = waiting.pop()
        deepest = max(deepest, depth)
        waiting.extend((part, depth + _levels(here, part)) for part in _below(here))
    return deepest


def _below(here: Node | Filter) -> tuple[Node | Filter, ...]:
    match here:
        case Not(part) | FilterNot(part):
            return (part,)
        case And(parts) | Or(parts) | AtLeast(_, parts) | FilterAnd(parts) | FilterOr(parts) | Together(parts):
            return parts
        case AnyLine() | AttributeIs() | AttributeIsNot() | AttributeIn() | AttributeInList():
            return ()
        case WeekdayIn() | HourBetween() | HourIs() | PurchaseTotalIs():
            return ()
        case _:
            return filters_of(here)


def _levels(above: Node | Filter, part: Node | Filter) -> int:
    """Return how many levels the step from a node to its part is, as written with the fewest parentheses."""
    if isinstance(above, AtLeast):
        return 1
    if isinstance(above, Not | FilterNot):
        return 1 + isinstance(part, And | Or | FilterAnd | FilterOr)
    if isinstance(above, And | FilterAnd):
        return int(isinstance(part, Or | FilterOr))
    return 0
