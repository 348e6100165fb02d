"""``noren vault``: one process, its inner door on a Unix socket and the member's sign-in on a port."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from typing import Final

import structlog

from noren.doors.inner_copies import end_copies
from noren.doors.logs import log_to_stderr
from noren.doors.serving import Tls, run, serve
from noren.doors.vault.app import operator_app, sign_in_app
from noren.doors.vault.dormant import terms_of
from noren.house.home import open_home
from noren.house.keys.watch import watching
from noren.house.logs import keeping
from noren.house.occupancy import PASSING
from noren.house.reconciling import reconcile
from noren.house.vault import VaultRoom, vault_room
from noren.identity.dormancy import look_when_due
from noren.identity.errors import LedgerAway, LedgerRefused, StoreUnusable
from noren.identity.healing import finish_waiting, sweep
from noren.identity.requests import late_requests
from noren.identity.retention import remove_stray_keys
from noren.identity.withdrawing import erase_due

SWEEP_FIRST_SECONDS: Final = 1.0
SWEEP_LAST_SECONDS: Final = 60.0
AWAY_SECONDS: Final = 0.25
ORDER_SECONDS: Final = 10.0
SNAPSHOT_LOOK_SECONDS: Final = 60.0
COPIES_LOOK_SECONDS: Final = 20.0
LET_GO_SECONDS: Final = 20.0
ORDER_SHARE: Final = 20
"""Laying a large store anew takes a while: it rests this many times as long as it took."""
_log = structlog.get_logger("vault")


def main(home: Path | None, host: str, port: int | None, tls: Tls | None = None) -> None:
    """Serve both doors and heal what a crash left, until told to stop."""
    log_to_stderr("vault")
    room = vault_room(open_home(home))
    try:
        with watching(room.keys), keeping(room.home, room.keys, room.log):
            run(lambda: _run(room, host, port, tls))
    finally:
        room.close()


async def _run(room: VaultRoom, host: str, port: int | None, tls: Tls | None) -> None:
    await _read_back(room)
    doors = [serve(operator_app(room), interface="asgi", uds=room.home.socket("vault"))]
    # Started for a command's time only, nobody signs in here: the port stays free for the vault that members use.
    if os.environ.get("NOREN_STAY") != PASSING:
        chosen = room.home.settings.doors.vault if port is None else port
        doors.append(serve(sign_in_app(room), interface="asgi", host=host, port=chosen, tls=tls))
    rounds = (_heal, _forget_order, _take_snapshots, _end_copies, _let_go)
    await asyncio.gather(*(each(room) for each in rounds), *doors)


async def _read_back(room: VaultRoom) -> None:
    """After a restore: no door opens, and nothing is told, until what was chosen since is read back."""
    while True:
        try:
            done = await asyncio.to_thread(reconcile, room)
        except LedgerAway:
            _log.info("reconciling_waits")
            await asyncio.sleep(AWAY_SECONDS)
            continue
        if done is not None:
            _log.info("reconciled", changed=done.changed, left=done.left)
        return


async def _heal(room: VaultRoom) -> None:
    """Remove stray keys, then tell what is pending, and again whenever the ledger side did not hear of something.

    While it is away it is tried often: a member's stop holds within a second of its return. What it answers and
    refuses is tried ever less often.
    """
    await asyncio.to_thread(remove_stray_keys, room.vault)
    wait = SWEEP_FIRST_SECONDS
    while True:
        room.vault.untold.clear()  # before the look: what comes meanwhile sets it again
        try:
            pending = await asyncio.to_thread(sweep, room.vault)
        except LedgerRefused:
            _log.warning("sweep_refused")
            await asyncio.sleep(wait)
            wait = min(wait * 2, SWEEP_LAST_SECONDS)
        except LedgerAway:
            await asyncio.sleep(AWAY_SECONDS)
        else:
            _log.info("sweep_done", pending=pending)
            wait = SWEEP_FIRST_SECONDS
            while not room.vault.untold.is_set():  # noqa: ASYNC110  # it is set by other threads
                await asyncio.sleep(AWAY_SECONDS)


async def _take_snapshots(room: VaultRoom) -> None:
    """Take the hour's snapshot of the member keys; none is older than a day."""
    while True:
        try:
            if await asyncio.to_thread(room.vault.keys.snapshot, room.clock.now()):
                _log.info("snapshot_taken")
        except StoreUnusable:
            _log.warning("snapshot_postponed")
        await asyncio.sleep(SNAPSHOT_LOOK_SECONDS)


async def _end_copies(room: VaultRoom) -> None:
    """Destroy the copies whose lease has ended, the one after the other; what fails is tried again."""
    while True:
        await asyncio.to_thread(end_copies, room.copies)
        await asyncio.sleep(COPIES_LOOK_SECONDS)


async def _let_go(room: VaultRoom) -> None:
    """Finish erasures that the ledger side has not heard of; once a day erase whose day has come, once a month look."""
    day = None
    while True:
        await asyncio.sleep(LET_GO_SECONDS)
        try:
            if day != room.vault.today():
                erased = await asyncio.to_thread(erase_due, room.vault)
                day = room.vault.today()
                _log.info("retention_done", erased=erased)
                await asyncio.to_thread(_tell_late, room)
            await asyncio.to_thread(finish_waiting, room.vault)
            looked = await asyncio.to_thread(look_when_due, room.vault, terms_of(room.home))
            if looked is not None:
                _log.info("dormant_looked", asked=looked.asked, noted=looked.noted, erased=looked.erased)
        except LedgerAway:
            _log.info("erasures_postponed")
        except StoreUnusable:
            _log.warning("retention_postponed")


def _tell_late(room: VaultRoom) -> None:
    """Once a day raise an alert where a request is past its day: a number, nobody's name."""
    waiting, late = late_requests(room.vault)
    if late:
        _log.error("requests_late", late=late, waiting=waiting)


async def _forget_order(room: VaultRoom) -> None:
    """Lay the stores anew whenever rows came: their order would link members to their first purchases."""
    wait = ORDER_SECONDS
    while True:
        await asyncio.sleep(wait)
        started = time.monotonic()
        try:
            await asyncio.to_thread(room.vault.forget_order)
        except StoreUnusable:
            _log.info("order_kept_for_now")
        wait = max(ORDER_SECONDS, ORDER_SHARE * (time.monotonic() - started))
