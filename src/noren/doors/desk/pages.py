"""The desk's pages for staff: an origin of their own, in no frame, under one policy."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from litestar import Response, get
from litestar.di import Provide

from noren.doors.desk import inviting, own, signing_in, waiting
from noren.doors.desk.deciding import Perform
from noren.doors.desk.entrance import Entrance
from noren.doors.desk.glass import told_loudly
from noren.doors.pages import Policy, Shell, compose
from noren.doors.pages.headers import App
from noren.house.desk import DeskRoom
from noren.house.desk_ways import Ways

FOLDER: Final = Path(__file__).parent


def staff_app(room: DeskRoom, ways: Ways, performers: Mapping[str, Perform]) -> App:
    """Return the application of the pages on which staff sign in. ``performers``: do what was approved, by its act."""
    shell = Shell(room.home, FOLDER)
    shell.loud = lambda: told_loudly(room.staff, room.glass)
    entrance = Entrance(room, shell, ways, performers)
    routes: list[Any] = [healthz]
    routes += [signing_in.sign_in_page, signing_in.sign_in, signing_in.passkey_question, signing_in.passkey]
    routes += [signing_in.company, signing_in.leave, signing_in.left]
    routes += [inviting.invite_page, inviting.invite, inviting.by_password, inviting.passkey_question]
    routes += [inviting.by_passkey, inviting.by_company]
    routes += [own.own_page, own.end_session, own.passkey_question, own.add_passkey, own.remove, own.link, own.back]
    routes += [waiting.waiting_page, waiting.approve, waiting.refuse, waiting.seen]
    return compose(shell, routes, Policy(), {"entrance": Provide(lambda: entrance, sync_to_thread=False)})


@get("/healthz", sync_to_thread=False)
def healthz() -> Response[bytes]:
    """Say that this process answers."""
    return Response(b'{"ok":true}', media_type="application/json")
