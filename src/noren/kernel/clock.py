"""Clocks are passed in from the doors; contexts never ask the machine what time it is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final, Protocol
from zoneinfo import ZoneInfo

__all__ = [
    "UTC", "Clock", "FixedClock", "ShiftedClock", "SystemClock", "instant_of", "local_date", "microseconds",
]  # fmt: skip

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Clock(Protocol):
    """Tells the instant, always in UTC."""

    def now(self) -> datetime:
        """Return the present instant (aware, UTC)."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the machine's instant."""
        return datetime.now(UTC)


class ShiftedClock:
    """The machine's clock moved by an offset that can be set: a sandbox programme's clock only."""

    def __init__(self, base: Clock, offset: timedelta = timedelta(0)) -> None:
        self._base = base
        self.offset = offset

    def now(self) -> datetime:
        """Return the machine's instant plus the offset."""
        return self._base.now() + self.offset

    def move_to(self, instant: datetime) -> timedelta:
        """Set the offset so that ``now`` is ``instant``; return the new offset."""
        self.offset = instant.astimezone(UTC) - self._base.now()
        return self.offset


class FixedClock:
    """A clock that stands until moved: tests and replays."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant.astimezone(UTC)

    def now(self) -> datetime:
        """Return the instant it was set to."""
        return self.instant


def local_date(instant: datetime, zone: ZoneInfo) -> date:
    """Return the calendar day of ``instant`` in the programme's zone."""
    return instant.astimezone(zone).date()


def months_back(day: date, months: int) -> date:
    """Return the first day of the month so many months before a day's own."""
    month = day.year * 12 + day.month - 1 - months
    return date(month // 12, month % 12 + 1, 1)


def microseconds(instant: datetime) -> int:
    """Return an instant as microseconds since 1970 UTC, exactly: as the stores keep it."""
    since = instant - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def instant_of(at_us: int) -> datetime:
    """Return the instant (aware, UTC) of microseconds since 1970 UTC."""
    return _EPOCH + timedelta(microseconds=at_us)
