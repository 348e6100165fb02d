"""The member's page: balance, one-time code, purchases; and her purchases as a file."""

from __future__ import annotations

from typing import Any, Final

from litestar import get
from litestar.params import FromQuery
from litestar.response import Stream, Template

from noren.activity.queries import every_own_purchase
from noren.doors.pages.away import Away
from noren.doors.pages.language import Asked, language
from noren.doors.statement.codes import code_picture, grouped
from noren.doors.statement.entrance import send_to_sign_in
from noren.doors.statement.given import Desk, GivenDesk, GivenHandle
from noren.doors.statement.table import as_csv
from noren.doors.statement.tier_view import tier_of
from noren.kernel.ids import Handle
from noren.register.codes import make_code

MAX_FILE_PURCHASES: Final = 20_000


@get("/", sync_to_thread=True)
def own_page(request: Asked, desk: GivenDesk, before: FromQuery[str | None] = None) -> Away | Template:
    """Show a member what is hers; who is not signed in goes to the vault's sign-in first."""
    handle = desk.visitor(request)
    if handle is None:
        return send_to_sign_in(request, desk)
    with desk.view(handle) as viewer:
        return desk.shell.page(
            request,
            "own.html",
            balance=viewer.balance(),
            page=viewer.purchases(before),
            uses=viewer.uses(),
            tier=tier_of(desk.room, viewer.feed, handle),
            first=before is None,
            **_code(desk, handle),
        )


@get("/code", sync_to_thread=True)
def code_part(request: Asked, desk: GivenDesk) -> Template:
    """Answer a fresh one-time code: the part of the page that renews itself."""
    handle = desk.visitor(request)
    if handle is None:
        return desk.shell.page(request, "code_over.html")
    return desk.shell.page(request, "code.html", **_code(desk, handle))


def _code(desk: Desk, handle: Handle) -> dict[str, Any]:
    with desk.view(handle) as viewer:
        code = make_code(desk.room.codes, handle, desk.room.programme_now(viewer.feed))
    return {"picture": code_picture(code), "digits": grouped(code)}


@get("/purchases.csv", sync_to_thread=True)
def purchases_csv(request: Asked, desk: GivenDesk, handle: GivenHandle) -> Stream:
    """Answer all her purchases as a file."""
    with desk.view(handle) as viewer:
        pieces = as_csv(
            every_own_purchase(feed=viewer.feed, handle=handle, zone=desk.room.home.zone, limit=MAX_FILE_PURCHASES),
            lang=language(request),
            shop_name=desk.room.reader.shop_name,
            name=viewer.outer_name,
        )
    return Stream(
        pieces,
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="purchases.csv"'},
    )
