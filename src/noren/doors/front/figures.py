"""Live figures: asked of the ledger worker at most once a second, however many people look on.

A live programme's figures are published coarsely (:mod:`noren.doors.front.coarse`), a sandbox's as they are. There
the speed is the difference between the newest and the oldest reading of the last ten
seconds. When the worker does not answer, the last figures stay, marked as not of now.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from noren.doors.front.coarse import AMOUNTS, COUNTS, Standing, is_live
from noren.doors.front.summary import Summary, read_summary
from noren.house.front import FrontRoom, Year
from noren.house.inner import CallRefused, ZoneDown
from noren.house.showing import Shown

FRESH_SECONDS: Final = 1.0
SPEED_OVER_SECONDS: Final = 10.0
MAX_READINGS: Final = 32


@dataclass(frozen=True, slots=True)
class Reading:
    """What the page shows. ``fresh`` is False when the worker did not answer; ``summary`` None when it never did.

    ``per_second``: purchases a second just now, None when there is nothing to measure yet or the programme is live.
    ``year``, ``shown``: a demonstration's.
    """

    summary: Summary | None
    fresh: bool
    per_second: int | None = None
    year: Year | None = None
    shown: Shown | None = None

    @property
    def rounded(self) -> bool:
        """Whether the figures are rounded down to ``count_step`` and ``amount_step``."""
        return self.summary is not None and is_live(self.summary)

    @property
    def count_step(self) -> int:
        """Counts are whole multiples of this."""
        return COUNTS if self.rounded else 1

    @property
    def amount_step(self) -> int:
        """Amounts, in minor units, are whole multiples of this."""
        return AMOUNTS if self.rounded else 1

    @property
    def moving(self) -> bool:
        """Whether purchases are coming in right now."""
        return self.fresh and bool(self.per_second)


class LiveFigures:
    """Keeps the newest reading; safe for many askers at once."""

    def __init__(self, room: FrontRoom, monotonic: Callable[[], float]) -> None:
        self._room = room
        self._monotonic = monotonic
        self._lock = asyncio.Lock()
        self._reading = Reading(None, fresh=False)
        self._read_at: float | None = None
        self._standing = Standing()
        self._history: deque[tuple[float, int]] = deque(maxlen=MAX_READINGS)

    async def now(self) -> Reading:
        """Return a reading at most one second old (of a live programme: what is published of it)."""
        async with self._lock:
            at = self._monotonic()
            if self._read_at is None or at - self._read_at >= FRESH_SECONDS:
                self._reading = await self._read()
                self._read_at = self._monotonic()
            return self._reading

    async def _read(self) -> Reading:
        try:
            summary = read_summary(await asyncio.to_thread(self._room.summary))
        except (ZoneDown, CallRefused, msgspec.ValidationError):
            self._history.clear()
            return Reading(self._reading.summary, fresh=False, **self._of_demonstration())
        if is_live(summary):
            return Reading(self._standing.publish(summary, self._monotonic()), fresh=True)
        self._remember(summary.purchases)
        return Reading(summary, fresh=True, per_second=self._speed(), **self._of_demonstration())

    def _of_demonstration(self) -> dict[str, Any]:
        return {"year": self._room.year(), "shown": self._room.shown()}

    def _remember(self, purchases: int) -> None:
        at = self._monotonic()
        while self._history and at - self._history[0][0] > SPEED_OVER_SECONDS:
            self._history.popleft()
        self._history.append((at, purchases))

    def _speed(self) -> int | None:
        (first_at, first), (last_at, last) = self._history[0], self._history[-1]
        milliseconds = int((last_at - first_at) * 1000)
        return max(0, last - first) * 1000 // milliseconds if milliseconds > 0 else None
