"""What a condition costs to evaluate, told from its tree alone."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Final

from noren.audience.language import nodes as n
from noren.audience.language.words import Cmp, Measure

_TOP: Final = 5
_THEN: Final = 3
_TWICE: Final = 2


def cost_of(condition: n.Condition) -> int:
    """Return the cost in points: 1 is one measure of one filter over one window; the same one twice costs once."""
    return sum(_points(part) for part in {_asked(part) for part in n.predicates(condition.root)})


def _asked(part: n.Predicate) -> n.Predicate:
    """Return the predicate with the number that it is compared with taken out: what is left is what is computed."""
    match part:
        case n.Count():
            return replace(part, cmp=Cmp.AT_LEAST, number=Decimal(0))
        case n.Never(inner, window):
            return n.Count(Measure.VISITS, inner, Cmp.AT_LEAST, Decimal(0), window)
        case n.DaysSinceLast() | n.DaysSinceFirst():
            return replace(part, cmp=Cmp.AT_LEAST, days=0)
        case _:
            return part


def _points(part: n.Predicate) -> int:
    match part:
        case n.Top():
            weight = _TOP
        case n.Then():
            weight = _THEN
        case n.Share() | n.Change() | n.Every():
            weight = _TWICE
        case n.Count() | n.Never() | n.DaysSinceLast() | n.DaysSinceFirst() | n.Overdue():
            weight = 1
        case n.Received() | n.Redeemed() | n.Contacted():
            weight = 1
        case _:
            return 0
    return weight * max((len(inner.parts) for inner in n.filters_of(part) if isinstance(inner, n.Together)), default=1)
