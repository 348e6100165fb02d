"""The ledger-worker's daily round: points lapse, receipts and figures past their term go, draws get their root."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final

import structlog

from noren.activity.sweeping import Broom, drop_receipts, lapse_points, turn_days
from noren.audience.retention import sweep
from noren.doors.inner_copies import end_copies
from noren.doors.worker.erasures import ErasureRounds
from noren.doors.worker.turn import Turn
from noren.kernel.clock import SystemClock, local_date

LOOK_EVERY_SECONDS: Final = 60.0
LATE_HOUR: Final = 23
"""From this local hour on, what the day brought is taken into the audiences' history."""

_log = structlog.get_logger("daily")


class DailyRound:
    """Does each step once for each local day, soon after it has begun; what fails is tried again."""

    def __init__(self, turn: Turn, erasures: ErasureRounds) -> None:
        self._turn = turn
        self._erasures = erasures
        self._lapsed_day = self._dropped_day = self._taken_in_day = self._rooted_day = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Go round until told to stop."""
        while not stop.is_set():
            try:
                await asyncio.to_thread(self.round)
            except Exception as wrong:  # whatever it is, the next look must come
                _log.error("daily_round_broken", kind=type(wrong).__name__)
            try:
                async with asyncio.timeout(LOOK_EVERY_SECONDS):
                    await stop.wait()
            except TimeoutError:
                continue

    def round(self) -> None:
        """Do what this day still wants."""
        room = self._turn.room
        day, settings = room.today().toordinal(), room.home.settings
        broom = Broom(room.ledger, room.feed, self._turn)
        end_copies(room.copies)
        self._erasures.round()
        self._erasures.age()
        self._erasures.thin()
        if self._rooted_day != day:
            room.roots.write_all()
            self._rooted_day = day
        if self._lapsed_day != day:
            lapsed = lapse_points(broom, day=day, expiry_days=settings.points.expiry_days)
            self._lapsed_day = day
            room.erasures.forget(local_date(SystemClock().now(), room.home.zone))
            room.directory.alerts.forget(SystemClock().now() - timedelta(days=settings.alerts.keep_days))
            sweep(room.audiences.store, room.today())
            room.provisions.end_months(room.today())
            _log.info("points_lapsed", members=lapsed)
        if self._dropped_day != day and room.loop.caught_up:
            lake = room.loop.status()
            dropped = drop_receipts(
                broom,
                before_day=day - settings.receipts.keep_days,
                up_to_entry=lake.entry,
                up_to_return=lake.return_entry,
            )
            turn_days(broom, day=day, before_day=day - settings.receipts.keep_days)
            self._dropped_day = day
            _log.info("receipts_dropped", receipts=dropped)
        late = room.now().astimezone(room.home.zone).hour >= LATE_HOUR
        if late and self._taken_in_day != day:
            taken_in = room.audiences.patiently(lambda: room.audiences.take_in_the_day(room.today()))
            self._taken_in_day = day if taken_in else 0
