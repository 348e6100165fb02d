"""What a member does not want kept: what goes and what stays, the asking, the way back, the acknowledgement."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any, Final

from litestar import Response, get, post
from litestar.params import FromQuery
from litestar.response import Template

from noren.activity.forgetting import UNDO, WHOLE
from noren.doors.pages import PageProblem, ZoneUnavailable
from noren.doors.pages.away import Away
from noren.doors.pages.language import Asked
from noren.doors.statement.given import Desk, GivenDesk, GivenHandle, from_here
from noren.doors.statement.troubles import NO_SUCH_PAGE, NOTHING_TO_FORGET
from noren.doors.statement.view import LineView, PurchaseView
from noren.governance.acknowledgement import signed
from noren.house.inner import CallRefused, ZoneDown
from noren.kernel.clock import instant_of, local_date
from noren.kernel.ids import Handle

_LINE_DIGITS: Final = 5
VERSION: Final = "2026-11-26.2"
"""Of the sentences on the page and in the acknowledgement: another day when one of them changes."""

GOES: Final = {
    "whole": {
        "ja": "店、レジ、レシート番号、時刻、すべての明細",
        "en": "shop, terminal, receipt number, time of day and all lines",
    },
    "line": {"ja": "その行の商品、数量、金額", "en": "product, quantity and amount of the line"},
}
STAYS: Final = {
    "whole": {
        "ja": "日、会社、金額、ポイント。レシートの照合印は、その期間だけ",
        "en": "day, company, amount and points of the purchase; the receipt's keyed mark for its term",
    },
    "line": {
        "ja": "お買い物のほかのすべて。金額とポイントも",
        "en": "everything else of the purchase, its amount and points too",
    },
}


@get("/forget", sync_to_thread=True)
def forget_page(
    request: Asked, desk: GivenDesk, handle: GivenHandle, purchase: FromQuery[str], line: FromQuery[str | None] = None
) -> Template:
    """Show what would go and what would stay, and ask."""
    with desk.view(handle) as viewer:
        _, one = viewer.purchase(purchase)
    return desk.shell.page(request, "forget.html", one=one, **_meant(one, line), **_terms(desk))


@post("/forget/ask")  # a path of its own: two handlers of one path, one of them threaded, break the framework
async def forget(request: Asked, desk: GivenDesk, handle: GivenHandle) -> Away:
    """Take what she asked."""
    return await asyncio.to_thread(_told, desk, handle, await _said(request), "/forget/ask")


@post("/forget/undo")
async def undo(request: Asked, desk: GivenDesk, handle: GivenHandle) -> Away:
    """Take it back."""
    return await asyncio.to_thread(_told, desk, handle, await _said(request), "/forget/undo")


@get("/forget/acknowledgement.json", sync_to_thread=True)
def acknowledgement(
    desk: GivenDesk, handle: GivenHandle, purchase: FromQuery[str], line: FromQuery[str | None] = None
) -> Response[bytes]:
    """Answer the signed acknowledgement of what waits."""
    number = _number(line)
    with desk.view(handle) as viewer:
        entry, one = viewer.purchase(purchase)
        waiting = next((each for each in viewer.feed.forgetting_of(entry) if each.line == number), None)
    if waiting is None:
        raise PageProblem(NOTHING_TO_FORGET)
    programme = desk.room.home.settings.programme
    kind, at = ("whole" if number == WHOLE else "line"), instant_of(waiting.since)
    said: dict[str, Any] = {
        "kind": "forget-purchase", "programme": {"ja": programme.name_ja, "en": programme.name_en},
        "purchase": one.purchase,
        "line": None if number == WHOLE else number, "text_version": VERSION, "goes": GOES[kind], "stays": STAYS[kind],
        "received_on": local_date(at, desk.room.home.zone).isoformat(), "undo_until": (at + UNDO).isoformat(),
        "gone_within_hours": _terms(desk)["hours"],
    }  # fmt: skip
    headers = {"Content-Disposition": 'attachment; filename="acknowledgement.json"'}
    return Response(signed(said, desk.room.keys.signing), media_type="application/json", headers=headers)


async def _said(request: Asked) -> tuple[str, int]:
    from_here(request)
    form = await request.form()
    purchase, line = form.get("purchase"), form.get("line")
    return (purchase if isinstance(purchase, str) else ""), _number(line if isinstance(line, str) else None)


def _told(desk: Desk, handle: Handle, said: tuple[str, int], path: str) -> Away:
    name, line = said
    with desk.view(handle) as viewer:
        entry, _ = viewer.purchase(name)
    try:
        answer = desk.room.asking.call(path, {"handle": handle.reveal(), "entry": entry, "line": line})
    except (ZoneDown, CallRefused) as wrong:
        raise ZoneUnavailable from wrong
    if not answer["ok"]:
        raise PageProblem(NOTHING_TO_FORGET)
    return Away("/")


def _number(line: str | None) -> int:
    if not line:
        return WHOLE
    if not (line.isascii() and line.isdigit() and len(line) <= _LINE_DIGITS):
        raise PageProblem(NO_SUCH_PAGE)
    return int(line)


def _meant(one: PurchaseView, line: str | None) -> dict[str, LineView | int | str | None]:
    number = _number(line)
    if number == WHOLE:
        if one.state != "kept":
            raise PageProblem(NOTHING_TO_FORGET)
        return {"line": None, "which": ""}
    if one.lines is None or number >= len(one.lines) or one.lines[number].state != "kept":
        raise PageProblem(NOTHING_TO_FORGET)
    return {"line": one.lines[number], "which": number}


def _terms(desk: Desk) -> dict[str, int]:
    settings = desk.room.home.settings.erasure
    later = timedelta(hours=settings.gather_hours) + timedelta(minutes=settings.readers_minutes)
    return {"undo_minutes": UNDO // timedelta(minutes=1), "hours": -(-later // timedelta(hours=1))}
