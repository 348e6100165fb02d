"""Routes of the member's own ledger door."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from litestar import Response, get
from litestar.di import Provide

from noren.doors.pages import Policy, Shell, compose
from noren.doors.pages.headers import App
from noren.doors.pages.sessions import Sessions
from noren.doors.statement.coupons import coupons_json, coupons_page
from noren.doors.statement.disclosure import disclosure, disclosure_code
from noren.doors.statement.entrance import enter, leave, left
from noren.doors.statement.entries import (
    campaigns_json,
    campaigns_page,
    delete_entry,
    enter_campaign,
    leave_campaign,
    put_entry,
)
from noren.doors.statement.forget import acknowledgement, forget, forget_page, undo
from noren.doors.statement.given import Desk, whose
from noren.doors.statement.pages import code_part, own_page, purchases_csv
from noren.doors.statement.wire import balance_json, purchases_json, tier_json, uses_json
from noren.house.statement import StatementRoom
from noren.kernel.ids import Handle

FOLDER: Final = Path(__file__).parent


@get("/healthz", sync_to_thread=False)
def healthz() -> Response[bytes]:
    """Say that this process answers."""
    return Response(b'{"ok":true}', media_type="application/json")


def statement_app(room: StatementRoom) -> App:
    """Return the application of the statement process."""
    shell = Shell(room.home, FOLDER)
    desk = Desk(room, shell, Sessions[Handle](room.clock))
    routes: list[Any] = [
        own_page,
        code_part,
        purchases_csv,
        coupons_page,
        coupons_json,
        campaigns_page,
        campaigns_json,
        enter_campaign,
        leave_campaign,
        put_entry,
        delete_entry,
        balance_json,
        purchases_json,
        tier_json,
        uses_json,
        disclosure,
        disclosure_code,
        forget_page,
        forget,
        undo,
        acknowledgement,
        enter,
        leave,
        left,
        healthz,
    ]
    given = {
        "desk": Provide(lambda: desk, sync_to_thread=False),
        "handle": Provide(whose, sync_to_thread=False),
    }
    return compose(shell, routes, Policy(framed_by=("'self'", shell.origins.front)), given)
