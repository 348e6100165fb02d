"""Nights in which the demo's year stands still: what a programme does between two days is let come to its end.

A year passes in a minute, so what a month's first night gives hours for has seconds. On the eve of each campaign and of
each month in which one runs, the till's conditions are made ready for every member before it sells on; else members
with long histories would not be drawn for in the first days, and the audit would find them.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from datetime import time as time_of_day
from itertools import groupby
from typing import Any, Final

from noren.doors.cli.demo.counter import set_clock
from noren.doors.cli.demo.errors import StandingsStuck
from noren.doors.cli.demo.stage import Stage
from noren.doors.cli.demo.year import ZONE, Basket

_NEWS_SECONDS: Final = 3.5
"""After so long the ledger-worker and the till have seen that the day is another one."""

_PATIENCE_SECONDS: Final = 300.0
_LOOK_SECONDS: Final = 0.3


class Nights:
    """The nights before ``days``. ``key``: of a terminal, to set the sandbox's clock; ``eve``: done then."""

    def __init__(self, stage: Stage, key: str, days: Sequence[date], eve: Callable[[date], None]) -> None:
        self._stage, self._key, self._days, self._eve = stage, key, sorted(set(days)), eve

    def parts(self, baskets: Iterable[Basket]) -> Iterator[tuple[date | None, Iterable[Basket]]]:
        """Yield the year's parts: the day on which each begins, None for the first, and its baskets."""
        for number, part in groupby(baskets, lambda basket: bisect_right(self._days, basket.at.date())):
            yield self._days[number - 1] if number else None, part

    def rest(self, day: date | None) -> None:
        """Let a day begin, and wait until all that a till is asked that day is ready.

        Raises:
            StandingsStuck: it does not become ready.
        """
        if day is None:
            return
        set_clock(self._stage.till, self._key, datetime.combine(day, time_of_day(0, 0, 1), ZONE))
        time.sleep(_NEWS_SECONDS)
        until = time.monotonic() + _PATIENCE_SECONDS
        while not self._ready():
            if time.monotonic() > until:
                raise StandingsStuck
            self._stage.keeper.look()
            time.sleep(_LOOK_SECONDS)
        self._eve(day)

    def _ready(self) -> bool:
        told: Any = self._stage.worker.call("/summary", method="GET")
        return bool(told["standings_caught_up"])
