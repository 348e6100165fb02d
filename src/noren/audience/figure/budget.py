"""The budget: what an asker and the whole programme may spend in a month. Pure rules over whole numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from noren.kernel.say import Say

_DECEMBER: Final = 12


@dataclass(frozen=True, slots=True)
class Limits:
    """Millionths of epsilon: of one figure, of one asker's month, of the programme's month."""

    figure: int
    asker: int
    programme: int


@dataclass(frozen=True, slots=True)
class Spent:
    """What each asker has spent in a month."""

    month: str
    by_asker: Mapping[str, int]

    @property
    def total(self) -> int:
        """What all have spent."""
        return sum(self.by_asker.values())


@dataclass(frozen=True, slots=True)
class BudgetEmpty:
    """There is not enough left for this figure. ``whose``: the asker's or the programme's; ``renews``: when."""

    whose: str
    renews: date

    @property
    def say(self) -> Say:
        """Return it in words."""
        ja, en = ("あなたの", "your") if self.whose == "asker" else ("プログラム全体の", "the programme's")
        return Say(
            f"{ja}今月の開示枠を使い切りました。開示枠は{self.renews}に新しくなります。同じ日の同じ照会は開示枠を使いません。",
            f"There is not enough left of {en} budget for figures this month. It renews on {self.renews}."
            " The same question on the same day costs nothing.",
        )


def month_of(day: date) -> str:
    """Return the month of a day."""
    return f"{day.year:04d}-{day.month:02d}"


def renewal(month: str) -> date:
    """Return the first day of the month after."""
    year, number = int(month[:4]), int(month[5:])
    return date(year + (number == _DECEMBER), number % _DECEMBER + 1, 1)


def latest(*months: str) -> str:
    """Return the latest of some months: a clock that was turned back brings no old budget back."""
    return max(months)


def highest(*kept: Mapping[str, int]) -> dict[str, int]:
    """Return for each asker the most that any record says was spent."""
    return {asker: max(each.get(asker, 0) for each in kept) for asker in {name for each in kept for name in each}}


def refusal(limits: Limits, spent: Spent, asker: str, count: int) -> BudgetEmpty | None:
    """Return why ``count`` figures more can not be paid; None: they can."""
    cost = limits.figure * count
    if spent.total + cost > limits.programme:
        return BudgetEmpty("programme", renewal(spent.month))
    if spent.by_asker.get(asker, 0) + cost > limits.asker:
        return BudgetEmpty("asker", renewal(spent.month))
    return None
