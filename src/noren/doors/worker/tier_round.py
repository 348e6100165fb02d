"""The ledger-worker's monthly pass: tiers are worked out soon after a month begins, or rules do."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import structlog

from noren.activity.background import step_back
from noren.activity.sweeping import Broom
from noren.activity.tiering import work_out
from noren.doors.worker.turn import Turn
from noren.kernel.clock import local_date, microseconds

LOOK_EVERY_SECONDS: Final = 10.0

_log = structlog.get_logger("tiers")


class TierRound:
    """Looks every few seconds whether a month is due; what fails is tried again."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn

    async def run(self, stop: asyncio.Event) -> None:
        """Go round until told to stop."""
        running = asyncio.get_running_loop()
        with ThreadPoolExecutor(1, "tiers", initializer=step_back) as own_thread:
            while not stop.is_set():
                try:
                    await running.run_in_executor(own_thread, self.round)
                except Exception as wrong:  # whatever it is, the next look must come
                    _log.error("tier_round_broken", kind=type(wrong).__name__)
                try:
                    async with asyncio.timeout(LOOK_EVERY_SECONDS):
                        await stop.wait()
                except TimeoutError:
                    continue

    def round(self) -> int:
        """Work out what is due; return how many months were."""
        room = self._turn.room
        now, zone = room.now(), room.home.zone
        broom = Broom(room.ledger, room.tier_feed, self._turn)
        done = work_out(broom, room.tier_feed, now_us=microseconds(now), today=local_date(now, zone), zone=zone)
        if done:
            _log.info("tiers_worked_out", months=done)
        return done
