"""The member's sign-in: who am I, masked, and the way on to her ledger door."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from litestar import get, post
from litestar.params import FromQuery
from litestar.response import Template

from noren.doors.pages.away import Away
from noren.doors.pages.cookies import set_cookie
from noren.doors.pages.language import Asked, language
from noren.doors.pages.sessions import LIFE
from noren.doors.vault.admission import TryLater, admit
from noren.doors.vault.choices_pages import view_of
from noren.doors.vault.cookies import FORM, FORM_SECONDS, SESSION
from noren.doors.vault.desk import Desk, GivenDesk, form_secret
from noren.identity.model import CardState, Refused
from noren.identity.queries import WhoAmI, who_am_i

_NONCE: Final = re.compile(r"[A-Za-z0-9_-]{16,128}\Z", re.ASCII)
MAX_NUMBER_CHARACTERS: Final = 32
_FINE: Final = 200
_UNAUTHORIZED: Final = 401
_SLOW_DOWN: Final = 429


@get("/sign-in", sync_to_thread=False)
def sign_in_page(request: Asked, desk: GivenDesk, nonce: FromQuery[str] = "") -> Any:
    """Show the sign-in; who is signed in goes on to her own page."""
    if desk.visitor(request) is not None:
        return Away(_own_page(nonce))
    return _form(request, desk, nonce)


@post("/sign-in")
async def sign_in_form(request: Asked, desk: GivenDesk) -> Any:
    """Check number and password."""
    form = await request.form()
    desk.check_form(request, form.get("token"), cookie=FORM)
    number, password, nonce = (_text(form.get(name)) for name in ("number", "password", "nonce"))
    row = await admit(desk, number.strip(), password)
    if isinstance(row, Refused | TryLater):
        return _form(request, desk, nonce, number=number, refused=row)
    desk.sessions.end(request.cookies.get(SESSION))
    secret = desk.sessions.begin(row)
    return Away(_own_page(nonce), set_cookie(SESSION, secret, seconds=int(LIFE.total_seconds())))


@get("/", sync_to_thread=True)
def own_page(request: Asked, desk: GivenDesk, nonce: FromQuery[str] = "") -> Any:
    """Show a member who she is; hand her the ticket to her ledger door when her browser brought a nonce."""
    me = _me(request, desk)
    if me is None:
        return Away("/sign-in" + _query(nonce))
    token = desk.form_token(request.cookies.get(SESSION, ""))
    return desk.shell.page(
        request,
        "own.html",
        me=me,
        active=CardState.ACTIVE,
        token=token,
        onward=_onward(desk, me, nonce),
        choices=view_of(request, desk, me.row),
    )


@get("/onward", sync_to_thread=True)
def onward_part(request: Asked, desk: GivenDesk, nonce: FromQuery[str] = "") -> Template:
    """Answer the way on alone, with a fresh ticket: the part of the page that renews itself."""
    me = _me(request, desk)
    if me is None:
        return desk.shell.page(request, "over.html")
    return desk.shell.page(request, "onward.html", onward=_onward(desk, me, nonce))


@post("/leave")
async def leave(request: Asked, desk: GivenDesk) -> Away:
    """Close the session."""
    desk.check_form(request, (await request.form()).get("token"), cookie=SESSION)
    desk.sessions.end(request.cookies.get(SESSION))
    return Away("/left", set_cookie(SESSION, "", seconds=0))


@get("/left", sync_to_thread=False)
def left(request: Asked, desk: GivenDesk) -> Template:
    """Say that the session is closed."""
    return desk.shell.page(request, "left.html")


def _form(
    request: Asked, desk: Desk, nonce: str, *, number: str = "", refused: Refused | TryLater | None = None
) -> Template:
    secret, new = form_secret(request)
    page = desk.shell.page(
        request,
        "sign_in.html",
        status=_SLOW_DOWN if isinstance(refused, TryLater) else _UNAUTHORIZED if refused else _FINE,
        token=desk.form_token(secret),
        nonce=_known(nonce),
        number=number[:MAX_NUMBER_CHARACTERS],
        wrong=refused.reason(language(request)) if refused else "",
    )
    if isinstance(refused, TryLater):
        page.headers["Retry-After"] = str(refused.seconds)
    if new:
        page.headers["Set-Cookie"] = set_cookie(FORM, secret, seconds=FORM_SECONDS)
    return page


def _me(request: Asked, desk: Desk) -> WhoAmI | None:
    row = desk.visitor(request)
    return None if row is None else who_am_i(desk.room.vault, row=row)


@dataclass(frozen=True, slots=True)
class Onward:
    """The way on. ``ticket`` and ``nonce`` are empty when her browser brought no nonce."""

    ticket: str = field(repr=False)
    nonce: str
    known_to_ledger: bool


def _onward(desk: Desk, me: WhoAmI, nonce: str) -> Onward:
    ticket = ""
    if me.link_token is not None and _known(nonce):
        ticket = desk.room.ticket(me.link_token, nonce, desk.room.clock.now())
    return Onward(ticket, _known(nonce), me.link_token is not None)


def _known(nonce: str) -> str:
    return nonce if _NONCE.match(nonce) else ""


def _own_page(nonce: str) -> str:
    return "/" + _query(nonce)


def _query(nonce: str) -> str:
    return f"?{urlencode({'nonce': nonce})}" if _known(nonce) else ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
