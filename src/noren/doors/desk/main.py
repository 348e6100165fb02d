"""``noren desk``: one process, its inner door on a Unix socket and the pages on which staff sign in on a port."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from litestar import Litestar, Response

from noren.doors.desk.cases import case_handlers
from noren.doors.desk.clearing import clearing_handlers
from noren.doors.desk.deciding import Perform
from noren.doors.desk.documents import announce_approved, document_handlers, told
from noren.doors.desk.glass import glass_handlers, glass_performer
from noren.doors.desk.pages import staff_app
from noren.doors.desk.staff import staff_handlers, staff_performers
from noren.doors.inner_backup import backup_handlers
from noren.doors.inner_copies import copy_handlers, end_copies
from noren.doors.inner_door import inner_app
from noren.doors.logs import log_to_stderr
from noren.doors.serving import Tls, run, serve
from noren.doors.staff_guard import StaffGuard
from noren.governance.staffing.model import Waiting
from noren.house.desk import DeskRoom, LocalDoor, desk_room
from noren.house.desk_backup import back_up
from noren.house.desk_ways import open_ways
from noren.house.home import open_home
from noren.house.keys.watch import watching
from noren.house.logs import keeping
from noren.house.occupancy import PASSING
from noren.kernel.clock import SystemClock


def main(home: Path | None, host: str, port: int | None, tls: Tls | None = None) -> None:
    """Serve both doors until told to stop."""
    log_to_stderr("desk")
    room = desk_room(open_home(home))
    end_copies(room.copies)  # a backup that was cut off is all that can lie here
    try:
        with watching(room.zone_keys), keeping(room.home, room.zone_keys, room.journal):
            run(lambda: _run(room, host, port, tls))
    finally:
        room.close()


async def _run(room: DeskRoom, host: str, port: int | None, tls: Tls | None) -> None:
    inside = app_of(room)
    inner = room.home.socket("desk")
    # Started for a command's time only, nobody signs in here: the port stays free for the desk that staff use.
    if os.environ.get("NOREN_STAY") == PASSING:
        await serve(inside, interface="asgi", uds=inner)
        return
    pages = staff_app(room, open_ways(room.home, SystemClock()), performers_of(room))
    chosen = room.home.settings.doors.desk if port is None else port
    outer = serve(pages, interface="asgi", host=host, port=chosen, tls=tls)
    await asyncio.gather(serve(inside, interface="asgi", uds=inner), outer)


def _backups(room: DeskRoom) -> list[Any]:
    ring = room.zone_keys.ring("desk-backup")
    return backup_handlers(
        lambda folder: back_up(room.home, folder, room.copies, ring, room.journal), room.journal, room.copies
    )


def app_of(room: DeskRoom) -> Litestar:
    """Return the inner door's application."""
    handlers = [*document_handlers(room), *copy_handlers(room.copies), *_backups(room), *_others(room)]
    return inner_app(room.porter, handlers, StaffGuard(room.home, "desk", LocalDoor(room.staff)))


def performers_of(room: DeskRoom) -> Mapping[str, Perform]:
    """Return what does approved acts, by act."""

    def announce(waiting: Waiting) -> Response[Any]:
        return announce_approved(room, waiting)

    return {"announce": announce, **staff_performers(room.staff), **glass_performer(room.staff, room.glass)}


def _others(room: DeskRoom) -> list[Any]:
    issuer = room.home.settings.programme.name_en
    staff = staff_handlers(room.staff, performers_of(room), issuer, lambda waiting: told(room, waiting))
    cases = case_handlers(room.case_room(), lambda year: room.glass.count(year, room.home.zone))
    return [*clearing_handlers(room), *cases, *staff, *glass_handlers(room.staff, room.glass)]
