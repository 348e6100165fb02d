"""The two applications of the vault process."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from litestar import Litestar, Response, Router, get
from litestar.di import Provide

from noren.doors.inner_backup import backup_handlers
from noren.doors.inner_copies import copy_handlers
from noren.doors.inner_door import inner_app
from noren.doors.pages import Policy, Shell, compose
from noren.doors.pages.headers import App
from noren.doors.pages.sessions import Sessions
from noren.doors.staff_guard import StaffGuard
from noren.doors.vault.attempts import Attempts
from noren.doors.vault.bodies import Reason
from noren.doors.vault.choices_pages import acknowledgement, agree, choose
from noren.doors.vault.choosing import choice_handlers
from noren.doors.vault.desk import Desk
from noren.doors.vault.disclosure import disclosure, export_handlers, show_code
from noren.doors.vault.dormant import dormant_handlers
from noren.doors.vault.glass import glass_handlers
from noren.doors.vault.keys import key_handlers
from noren.doors.vault.leaving import leaving_handlers
from noren.doors.vault.operator import operator_handlers
from noren.doors.vault.own_log import own_log, own_log_file
from noren.doors.vault.pages import leave, left, onward_part, own_page, sign_in_form, sign_in_page
from noren.doors.vault.provided import provided_handlers
from noren.doors.vault.rights import rights_handlers
from noren.doors.vault.rights_pages import ask, mend, rights
from noren.house.vault import VaultRoom
from noren.house.vault_backup import back_up
from noren.identity.errors import LedgerAway

FOLDER: Final = Path(__file__).parent
_AWAY: Final = Reason(
    "取引台帳(ledger-worker)が応答しません。登録した内容は保存してあり、あとで自動的に伝えます。同じ操作をもう一度しても構いません。",
    "The ledger side (ledger-worker) does not answer. What you sent is stored and is told to it later; "
    "you may also do the same again.",
)


def operator_app(room: VaultRoom) -> Litestar:
    """Return the inner door's application."""
    handlers = [
        *operator_handlers(room.vault),
        *choice_handlers(room),
        *key_handlers(room.vault, room.copies),
        *copy_handlers(room.copies),
        *leaving_handlers(room),
        *dormant_handlers(room),
        *rights_handlers(room),
        *export_handlers(room),
        *glass_handlers(room),
        *provided_handlers(room),
        *_backups(room),
    ]
    inside = Router("/", route_handlers=handlers, exception_handlers={LedgerAway: _ledger_away})
    return inner_app(room.porter, [inside], StaffGuard(room.home, "vault", room.staff_door()))


def sign_in_app(room: VaultRoom) -> App:
    """Return the application of the member's sign-in: an origin of its own."""
    shell = Shell(room.home, FOLDER)
    desk = Desk(room, shell, Sessions[bytes](room.clock), Attempts(room.clock))
    routes: list[Any] = [sign_in_page, sign_in_form, own_page, onward_part, leave, left, healthz]
    routes += [choose, agree, acknowledgement, own_log, own_log_file]
    routes += [rights, ask, mend, disclosure, show_code]
    origins = shell.origins
    policy = Policy(posts_to=(origins.statement,), framed_by=("'self'", origins.front))
    return compose(shell, routes, policy, {"desk": Provide(lambda: desk, sync_to_thread=False)})


@get("/healthz", sync_to_thread=False)
def healthz() -> Response[bytes]:
    """Say that this process answers."""
    return Response(b'{"ok":true}', media_type="application/json")


def _ledger_away(_request: Any, _away: LedgerAway) -> Response[Any]:
    return Response(_AWAY, status_code=503)


def _backups(room: VaultRoom) -> list[Any]:
    ring = room.keys.ring("vault-backup")
    return backup_handlers(
        lambda folder: back_up(room.home, folder, room.copies, ring, room.log), room.log, room.copies
    )
