"""``noren ledger-worker``: the inner door of the ledger side, and the loops that feed the lake and keep standings."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from litestar import Litestar

from noren.doors.inner_backup import backup_handlers
from noren.doors.inner_copies import copy_handlers
from noren.doors.inner_door import inner_app
from noren.doors.logs import log_to_stderr
from noren.doors.serving import run, serve
from noren.doors.staff_guard import StaffGuard
from noren.doors.worker.alerts import alert_handlers
from noren.doors.worker.audiences import audience_handlers
from noren.doors.worker.campaign_figures import campaign_figure_handlers
from noren.doors.worker.campaigns import campaign_handlers
from noren.doors.worker.claims import claim_handlers
from noren.doors.worker.cutover import cutover_handlers
from noren.doors.worker.daily import DailyRound
from noren.doors.worker.disclosures import disclosure_handlers
from noren.doors.worker.dormant import dormant_handlers
from noren.doors.worker.entries import entry_handlers
from noren.doors.worker.erasures import ErasureRounds, erasure_handlers
from noren.doors.worker.figures import figure_handlers
from noren.doors.worker.forgets import forget_handlers
from noren.doors.worker.keys import key_handlers
from noren.doors.worker.members import member_handlers
from noren.doors.worker.provided import provided_handlers
from noren.doors.worker.provisions import provision_handlers
from noren.doors.worker.reference import reference_handlers
from noren.doors.worker.settlement import settlement_handlers
from noren.doors.worker.tier_round import TierRound
from noren.doors.worker.tiers import tier_handlers
from noren.doors.worker.turn import Turn
from noren.house.home import open_home
from noren.house.keys.watch import watching
from noren.house.ledger_backup import back_up
from noren.house.ledger_worker import WorkerRoom, worker_room
from noren.house.logs import keeping


def main(home: Path | None) -> None:
    """Serve the inner door and feed the lake until told to stop."""
    log_to_stderr("ledger-worker")
    room = worker_room(open_home(home))
    try:
        with watching(room.zone_keys), keeping(room.home, room.zone_keys, room.log):
            run(lambda: _run(room))
    finally:
        room.close()


def _backups(room: WorkerRoom) -> list[Any]:
    ring = room.zone_keys.ring("ledger-backup")
    return backup_handlers(
        lambda folder: back_up(room.home, folder, room.lake, room.copies, ring, room.log), room.log, room.copies
    )


def app_of(turn: Turn, rounds: ErasureRounds) -> Litestar:
    """Return the inner door's application."""
    room = turn.room
    made = (member_handlers, reference_handlers, cutover_handlers, figure_handlers, alert_handlers, key_handlers)
    made = (*made, audience_handlers, provision_handlers, disclosure_handlers, forget_handlers)
    made = (*made, dormant_handlers, provided_handlers, campaign_handlers, campaign_figure_handlers)
    made = (*made, settlement_handlers, entry_handlers, claim_handlers)
    made = (*made, tier_handlers)
    handlers = [
        *copy_handlers(room.copies),
        *erasure_handlers(rounds),
        *_backups(room),
        *(each for make in made for each in make(turn)),
    ]
    return inner_app(room.porter, handlers, StaffGuard(room.home, "ledger-worker", room.staff_door()))


async def _run(room: WorkerRoom) -> None:
    turn = Turn(room)
    rounds = ErasureRounds(turn)
    app = app_of(turn, rounds)
    stop = asyncio.Event()
    lake = asyncio.create_task(room.loop.run(stop))
    daily = asyncio.create_task(DailyRound(turn, rounds).run(stop))
    standings = asyncio.create_task(room.standings.run(stop))
    tiers = asyncio.create_task(TierRound(turn).run(stop))
    try:
        await serve(app, interface="asgi", uds=room.home.socket("ledger-worker"))
    finally:
        stop.set()
        await asyncio.gather(lake, daily, standings, tiers)
