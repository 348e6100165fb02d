"""The algebra of a condition: ``not``, ``and``, ``or``, ``at least`` over predicates."""

from __future__ import annotations

from dataclasses import dataclass

from noren.audience.language.limits import check_flat, check_parts
from noren.audience.language.predicates import (
    BasketHas,
    BasketLacks,
    BasketTotal,
    Change,
    Contacted,
    Count,
    DaysSinceFirst,
    DaysSinceLast,
    Every,
    Never,
    Overdue,
    PointsBalance,
    PointsExpiring,
    Received,
    Redeemed,
    Share,
    Then,
    Top,
)
from noren.audience.language.problems import Wrong
from noren.audience.language.traits import (
    TraitPredicate,
)
from noren.kernel.say import Say

PurchasePredicate = Count | Never | DaysSinceLast | DaysSinceFirst | Overdue | Share | Change | Top | Then | Every
HistoryPredicate = Received | Redeemed | Contacted | PointsBalance | PointsExpiring
BasketPredicate = BasketTotal | BasketHas | BasketLacks
Predicate = TraitPredicate | PurchasePredicate | HistoryPredicate | BasketPredicate
Windowed = Count | Never | Share | Top | Then | Received | Redeemed | Contacted
"""The predicates that a window may follow."""


@dataclass(frozen=True, slots=True)
class Not:
    """Not; of unknown it is unknown."""

    part: Node


@dataclass(frozen=True, slots=True)
class And:
    """All of the parts; none of them is an ``and`` itself."""

    parts: tuple[Node, ...]

    def __post_init__(self) -> None:
        check_parts(self.parts)
        check_flat(any(isinstance(part, And) for part in self.parts))


@dataclass(frozen=True, slots=True)
class Or:
    """One of the parts or more; none of them is an ``or`` itself."""

    parts: tuple[Node, ...]

    def __post_init__(self) -> None:
        check_parts(self.parts)
        check_flat(any(isinstance(part, Or) for part in self.parts))


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least ``count`` of the parts are true."""

    count: int
    parts: tuple[Node, ...]

    def __post_init__(self) -> None:
        check_parts(self.parts, 1)
        if not 1 <= self.count <= len(self.parts):
            say = Say(
                f"at least の数は1から、並べた条件の数({len(self.parts)})までです。",
                f"The number of at least is from 1 to the length of its list ({len(self.parts)}).",
            )
            raise Wrong("out-of-range", "count", say)


Node = Not | And | Or | AtLeast | Predicate
