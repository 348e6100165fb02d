"""The ledger-worker's daily round: points lapse, receipts past their term go."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Final

import structlog

from noren.activity.errors import LedgerBroken
from noren.activity.sweeping import drop_receipts, lapse_points
from noren.doors.worker.turn import Turn

LOOK_EVERY_SECONDS: Final = 60.0
_log = structlog.get_logger("daily")


async def sweep_daily(turn: Turn, stop: asyncio.Event) -> None:
    """Sweep once for each local day, soon after it has begun, until told to stop."""
    swept: date | None = None
    while not stop.is_set():
        today = turn.room.today()
        if today != swept:
            try:
                await asyncio.to_thread(sweep, turn, today)
                swept = today
            except LedgerBroken as wrong:
                _log.error("sweep_broken", kind=type(wrong).__name__)
        try:
            async with asyncio.timeout(LOOK_EVERY_SECONDS):
                await stop.wait()
        except TimeoutError:
            continue


def sweep(turn: Turn, today: date) -> None:
    """Do one day's round, a turn at the ledger per step."""
    room, day = turn.room, today.toordinal()
    settings = room.home.settings
    with turn:
        lapsed = lapse_points(room.ledger, day=day, expiry_days=settings.points.expiry_days)
    dropped = 0
    if room.loop.caught_up:  # else a return that the lake has not taken yet could go with its receipt
        with turn:
            dropped = drop_receipts(
                room.ledger, before_day=day - settings.receipts.keep_days, up_to_entry=room.loop.status().entry
            )
    _log.info("swept", members_lapsed=lapsed, receipts_dropped=dropped)
