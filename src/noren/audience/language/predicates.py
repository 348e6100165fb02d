"""Predicates over purchases, history and the basket: each is true or false."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from noren.audience.language.filters import Filter, Together
from noren.audience.language.limits import MOST_FOLLOW_DAYS, check_number, check_text, check_whole
from noren.audience.language.longest import longest_days
from noren.audience.language.problems import Wrong
from noren.audience.language.windows import EVER, Ever, Window
from noren.audience.language.words import CHANGING, Cmp, Measure, Rhythm
from noren.kernel.say import Say

_HUNDRED: Final = Decimal(100)


@dataclass(frozen=True, slots=True)
class Count:
    """A measure of the lines where the filter is true compares so with ``number``."""

    measure: Measure
    filter: Filter
    cmp: Cmp
    number: Decimal
    window: Window = EVER

    def __post_init__(self) -> None:
        _check_measured(self.measure, self.filter)
        check_number(self.number, "number")


@dataclass(frozen=True, slots=True)
class Never:
    """No line counts."""

    filter: Filter
    window: Window = EVER


@dataclass(frozen=True, slots=True)
class DaysSinceLast:
    """Local dates from the last matching purchase to the as-of's; false where there is none."""

    filter: Filter
    cmp: Cmp
    days: int

    def __post_init__(self) -> None:
        check_whole(self.days, "days")


@dataclass(frozen=True, slots=True)
class DaysSinceFirst:
    """Local dates from the first matching purchase to the as-of's; false where there is none."""

    filter: Filter
    cmp: Cmp
    days: int

    def __post_init__(self) -> None:
        check_whole(self.days, "days")


@dataclass(frozen=True, slots=True)
class Overdue:
    """(days since the last matching date)·(k-1) CMP times·(last - first), with k >= 3 matching dates, else false."""

    filter: Filter
    cmp: Cmp
    times: Decimal

    def __post_init__(self) -> None:
        check_number(self.times, "times")


@dataclass(frozen=True, slots=True)
class Share:
    """100·spend(part and whole) CMP percent·spend(whole); false where spend(whole) <= 0."""

    part: Filter
    whole: Filter
    cmp: Cmp
    percent: Decimal
    window: Window = EVER

    def __post_init__(self) -> None:
        check_lines(self.part, "part")
        check_lines(self.whole, "whole")
        check_number(self.percent, "percent")


@dataclass(frozen=True, slots=True)
class Change:
    """(new - old)·100 CMP percent·old over the last ``days`` and the ``days`` before; false where old <= 0."""

    measure: Measure
    filter: Filter
    days: int
    cmp: Cmp
    percent: Decimal

    def __post_init__(self) -> None:
        if self.measure not in CHANGING:
            raise Wrong(
                "measure-not-here",
                "measure",
                Say(
                    "change で使えるのは visits・days・lines・units・spend・points だけです。",
                    "change takes visits, days, lines, units, spend or points.",
                ),
            )
        _check_measured(self.measure, self.filter)
        check_whole(self.days, "days", least=1)
        check_number(abs(self.percent), "percent")
        assert self.percent or not self.percent.is_signed(), "minus zero is zero"


@dataclass(frozen=True, slots=True)
class Top:
    """Among the first ``percent`` of all members with a value over 0, ties in; fixed for the day."""

    percent: Decimal
    measure: Measure
    filter: Filter
    window: Window = EVER

    def __post_init__(self) -> None:
        check_number(self.percent, "percent")
        if not 0 < self.percent <= _HUNDRED:
            say = Say(
                "上位の割合は0%より大きく、100%までです。", "The share at the top is more than 0% and at most 100%."
            )
            raise Wrong("out-of-range", "percent", say)
        _check_measured(self.measure, self.filter)


@dataclass(frozen=True, slots=True)
class Then:
    """A purchase with ``first`` and, strictly later, within ``days`` x 24 h, one (``followed``) or none with ``later``.

    The window restricts ``first``.
    """

    first: Filter
    followed: bool
    later: Filter
    days: int
    window: Window = EVER

    def __post_init__(self) -> None:
        check_whole(self.days, "days", least=1, most=MOST_FOLLOW_DAYS)
        most = longest_days(self.window)
        if not self.followed and most is not None and self.days >= most:
            raise Wrong(
                "window-too-short",
                "window",
                Say(
                    f"not followed by は、{self.days}日が過ぎてから成り立つので、この期間では決して成り立ちません。"
                    f"{self.days}日より長い期間にしてください。",
                    f"not followed by holds only after {self.days} days have passed: in this window it never can."
                    f" Take a window of more than {self.days} days.",
                ),
                f"in last {self.days + 1} days",
            )


@dataclass(frozen=True, slots=True)
class Every:
    """The count, which has no window, holds in each of the ``periods`` complete periods before the as-of's."""

    rhythm: Rhythm
    periods: int
    count: Count

    def __post_init__(self) -> None:
        check_whole(self.periods, "periods", least=1)
        if not isinstance(self.count.window, Ever):
            say = Say(
                "every の中の条件には期間を付けられません。期間は every が決めます。",
                "The count in every takes no window: every says the periods.",
            )
            raise Wrong("window-not-here", "count", say)


@dataclass(frozen=True, slots=True)
class Received:
    """A coupon of the campaign was issued to her, or she was in the set handed to the press for it."""

    campaign: str
    window: Window = EVER

    def __post_init__(self) -> None:
        check_text(self.campaign, "campaign")


@dataclass(frozen=True, slots=True)
class Redeemed:
    """A purchase used a coupon of the campaign."""

    campaign: str
    window: Window = EVER

    def __post_init__(self) -> None:
        check_text(self.campaign, "campaign")


@dataclass(frozen=True, slots=True)
class Contacted:
    """She was in the set handed to the press for any campaign."""

    window: Window = EVER


@dataclass(frozen=True, slots=True)
class PointsBalance:
    """Her points compare so."""

    cmp: Cmp
    points: int

    def __post_init__(self) -> None:
        check_whole(self.points, "points")


@dataclass(frozen=True, slots=True)
class PointsExpiring:
    """Her points that expire within ``days`` compare so."""

    days: int
    cmp: Cmp
    points: int

    def __post_init__(self) -> None:
        check_whole(self.days, "days", least=1)
        check_whole(self.points, "points")


@dataclass(frozen=True, slots=True)
class BasketTotal:
    """The basket in hand sums up so, in the smallest currency unit."""

    cmp: Cmp
    amount: int

    def __post_init__(self) -> None:
        check_whole(self.amount, "amount")


@dataclass(frozen=True, slots=True)
class BasketHas:
    """The basket in hand holds a line (with ``together``: a line for each)."""

    filter: Filter


@dataclass(frozen=True, slots=True)
class BasketLacks:
    """The basket in hand holds no such line."""

    filter: Filter

    def __post_init__(self) -> None:
        check_lines(self.filter, "filter")


def check_lines(filter: Filter, field: str) -> None:  # noqa: A002 - the glossary's word
    """Raise Wrong when a filter is ``together`` where lines, not purchases, are counted."""
    if isinstance(filter, Together):
        raise Wrong(
            "together-not-here",
            field,
            Say(
                "together は会計を選ぶので、visits・never・days_since_last・days_since_first・overdue・bought・"
                "basket has だけで使えます。",
                "together picks purchases: it stands in visits, never, days_since_last, days_since_first, overdue,"
                " bought and basket has only.",
            ),
        )


def _check_measured(measure: Measure, filter: Filter) -> None:  # noqa: A002 - the glossary's word
    if measure is not Measure.VISITS:
        check_lines(filter, "filter")
