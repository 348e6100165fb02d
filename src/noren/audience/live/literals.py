"""Filters with ``not`` at the tests alone, and settled stage by stage: by the product, by the place, by the moment.

Where ``not`` stands at the tests, a line's being *true* needs no third value: a test on what is not
known is simply not true, and neither is its negation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from noren.audience.language import nodes as n


@dataclass(frozen=True, slots=True)
class Literal:
    """A test, or (``wanted`` False) its negation."""

    test: n.Test
    wanted: bool = True


@dataclass(frozen=True, slots=True)
class All:
    """All parts; without parts it is true."""

    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Some:
    """One part or more; without parts it is false."""

    parts: tuple[Part, ...] = ()


Part = Literal | All | Some
TRUE = All()
FALSE = Some()
Decide = Callable[[Literal], bool | None]
"""Whether a literal is true; None: this stage can not tell."""


def literals(part: n.LineFilter, wanted: bool = True) -> Part:
    """Return a line's filter with ``not`` at the tests alone, in a form that equal filters of any order share."""
    match part:
        case n.FilterNot(inner):
            return literals(inner, not wanted)
        case n.FilterAnd(parts):
            return _joined((literals(one, wanted) for one in parts), wanted)
        case n.FilterOr(parts):
            return _joined((literals(one, wanted) for one in parts), not wanted)
        case n.AnyLine():
            return TRUE if wanted else FALSE
        case _:
            return Literal(part, wanted)


def settle(part: Part, decide: Decide) -> Part:
    """Return what remains of a filter after the literals that can be told are replaced by their truth."""
    if isinstance(part, Literal):
        told = decide(part)
        return part if told is None else TRUE if told else FALSE
    return _joined((settle(one, decide) for one in part.parts), isinstance(part, All))


def _joined(parts: Iterable[Part], conjunction: bool) -> Part:
    """Return the parts joined: flat, without doubles, in an order of their own."""
    kind, neutral, final = (All, TRUE, FALSE) if conjunction else (Some, FALSE, TRUE)
    found: dict[Part, None] = {}
    for part in parts:
        if part == final:
            return final
        if part == neutral:
            continue
        found.update(dict.fromkeys(part.parts if isinstance(part, kind) else (part,)))
    if len(found) == 1:
        return next(iter(found))
    return kind(tuple(sorted(found, key=repr)))


def both(one: Part, other: Part) -> Part:
    """Return what is true where two filters are."""
    return _joined((one, other), True)
