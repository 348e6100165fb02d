"""The tree of a condition: frozen values that cannot be built wrong. Everything of the tree is named from here.

Condition = the whole; Node = an algebra of ``not``, ``and``, ``or``, ``at least`` over predicates;
Filter = an algebra over tests, or ``together``; Window = over which dates. Order is kept, equality
is by structure. A constructor raises :class:`~noren.audience.language.problems.Wrong`.
"""

from __future__ import annotations

from dataclasses import dataclass

from noren.audience.language.algebra import (
    And,
    AtLeast,
    BasketPredicate,
    HistoryPredicate,
    Node,
    Not,
    Or,
    Predicate,
    PurchasePredicate,
    Windowed,
)
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
    LineFilter,
    PurchaseTotalIs,
    Test,
    Together,
    WeekdayIn,
)
from noren.audience.language.limits import CHARACTERS, DEPTH, PREDICATES
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
    AgeBetween,
    AgeIs,
    BirthMonth,
    MemberFor,
    Reachable,
    TraitIn,
    TraitIs,
    TraitIsNot,
    TraitPredicate,
)
from noren.audience.language.walking import depth_of, filters_of, parts_of, predicates, tests
from noren.audience.language.windows import EVER, Ever, InDates, InLast, InPeriod, Window
from noren.audience.language.writing import squeeze
from noren.kernel.say import Say


@dataclass(frozen=True, slots=True)
class Condition:
    """A whole condition within the language's limits of depth and predicates."""

    root: Node

    def __post_init__(self) -> None:
        if depth_of(self.root) > DEPTH:
            raise too_deep("root")
        if sum(1 for _ in predicates(self.root)) > PREDICATES:
            raise too_many("root")
        if len(squeeze(self.root)) > CHARACTERS:
            raise too_long("root")


def too_deep(field: str) -> Wrong:
    """Return the refusal of a condition that is nested too deeply."""
    return Wrong(
        "too-deep",
        field,
        Say(
            f"入れ子が深すぎます。not・かっこ・at least は{DEPTH}段までです。条件を並べ直してください。",
            f"Nested too deeply: not, parentheses and at least go {DEPTH} deep at most. Flatten the condition.",
        ),
    )


def too_long(field: str) -> Wrong:
    """Return the refusal of a condition whose text would be too long."""
    return Wrong(
        "too-long",
        field,
        Say(
            f"条件が長すぎます。{CHARACTERS:,}文字までです。商品の並びは in list で名前を付けられます。",
            f"The condition is too long: {CHARACTERS:,} characters at most. Lists of products can be named by in list.",
        ),
    )


def too_many(field: str) -> Wrong:
    """Return the refusal of a condition with too many predicates."""
    return Wrong(
        "too-many-predicates",
        field,
        Say(
            f"条件の数が多すぎます。並べられるのは{PREDICATES}個までです。商品は in (…) や in list でまとめられます。",
            f"Too many conditions: {PREDICATES} at most. Products can be put together by in (…) or in list.",
        ),
    )


__all__ = [
    "EVER",
    "AgeBetween",
    "AgeIs",
    "And",
    "AnyLine",
    "AtLeast",
    "AttributeIn",
    "AttributeInList",
    "AttributeIs",
    "AttributeIsNot",
    "BasketHas",
    "BasketLacks",
    "BasketPredicate",
    "BasketTotal",
    "BirthMonth",
    "Change",
    "Condition",
    "Contacted",
    "Count",
    "DaysSinceFirst",
    "DaysSinceLast",
    "Ever",
    "Every",
    "Filter",
    "FilterAnd",
    "FilterNot",
    "FilterOr",
    "HistoryPredicate",
    "HourBetween",
    "HourIs",
    "InDates",
    "InLast",
    "InPeriod",
    "LineFilter",
    "MemberFor",
    "Never",
    "Node",
    "Not",
    "Or",
    "Overdue",
    "PointsBalance",
    "PointsExpiring",
    "Predicate",
    "PurchasePredicate",
    "PurchaseTotalIs",
    "Reachable",
    "Received",
    "Redeemed",
    "Share",
    "Test",
    "Then",
    "Together",
    "Top",
    "TraitIn",
    "TraitIs",
    "TraitIsNot",
    "TraitPredicate",
    "WeekdayIn",
    "Window",
    "Windowed",
    "depth_of",
    "filters_of",
    "parts_of",
    "predicates",
    "tests",
]
