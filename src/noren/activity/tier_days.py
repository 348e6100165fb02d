"""Which tier a member had on a day, from what is kept of two months: a value that the models and the till carry."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from noren.kernel.clock import microseconds
from noren.kernel.values import value


@value
class HerTier:
    """What is known of one member's tiers: of the newest month worked out, and of the one before."""

    month: int = 0
    first_day: int = 0
    lowest: str = ""
    first_before: int = 0
    lowest_before: str = ""
    row_month: int = 0
    level: str = ""
    was: str = ""

    def on(self, day: date) -> str | None:
        """Return her tier on a day; None: there is none, or it is not known any more."""
        asked, ordinal = month_of(day), day.toordinal()
        if not self.month or not self.month - 1 <= asked <= self.month:
            return None
        lowest, first = self.lowest, self.first_day
        if asked < self.month:
            lowest, first = self.lowest_before, self.first_before
        if not lowest or ordinal < first:
            return None
        if self.row_month == asked:
            return self.level
        return (self.was or lowest) if self.row_month == asked + 1 else lowest


NO_TIER: Final = HerTier()


def month_of(day: date) -> int:
    """Return a day's month as one number, by which months are counted."""
    return day.year * 12 + day.month - 1


def first_of(month: int) -> date:
    """Return the first day of a month."""
    return date(month // 12, month % 12 + 1, 1)


def begin_us(day: date, zone: ZoneInfo) -> int:
    """Return the first instant of a local day."""
    return microseconds(datetime.combine(day, time(), zone).astimezone(UTC))
