"""Coming in by ticket and going out.

``/`` gives the browser a nonce and sends it to the vault; the vault, having signed the
member in, lets the browser post a ticket bound to that nonce here. A ticket opens once.
"""

from __future__ import annotations

import secrets
from typing import Final
from urllib.parse import urlencode

from litestar import get, post
from litestar.response import Template

from noren.doors.pages import PageProblem
from noren.doors.pages.away import Away
from noren.doors.pages.cookies import set_cookie
from noren.doors.pages.language import Asked, language
from noren.doors.pages.sessions import LIFE
from noren.doors.statement.cookies import NONCE, NONCE_SECONDS, SESSION
from noren.doors.statement.given import Desk, GivenDesk, from_here
from noren.doors.statement.troubles import ticket_trouble
from noren.house.home import HomeProblem
from noren.kernel.ids import Handle
from noren.kernel.sealing import DoesNotOpen, open_link_token
from noren.kernel.ticket import NOT_A_TICKET, OTHER_BROWSER, TicketRefused

SIGN_IN_PATH: Final = "/sign-in"


def send_to_sign_in(request: Asked, desk: Desk) -> Away:
    """Give the browser a nonce and send it to the vault's sign-in."""
    nonce = secrets.token_urlsafe(32)
    where = f"{desk.shell.origins.vault}{SIGN_IN_PATH}?{urlencode({'nonce': nonce, 'lang': language(request)})}"
    return Away(where, set_cookie(NONCE, nonce, seconds=NONCE_SECONDS))


@post("/enter")
async def enter(request: Asked, desk: GivenDesk) -> Away:
    """Take the ticket and open a session."""
    ticket = (await request.form()).get("ticket")
    handle = _admitted(desk, ticket if isinstance(ticket, str) else "", request.cookies.get(NONCE))
    if isinstance(handle, TicketRefused):
        raise PageProblem(ticket_trouble(handle))
    desk.sessions.end(request.cookies.get(SESSION))
    secret = desk.sessions.begin(handle)
    return Away("/", set_cookie(SESSION, secret, seconds=int(LIFE.total_seconds())), set_cookie(NONCE, "", seconds=0))


def _admitted(desk: Desk, ticket: str, nonce: str | None) -> Handle | TicketRefused:
    if not nonce:
        return OTHER_BROWSER
    try:
        token = desk.room.admit(ticket, nonce)
        return token if isinstance(token, TicketRefused) else open_link_token(desk.room.link, token)
    except (DoesNotOpen, HomeProblem):
        return NOT_A_TICKET


@post("/leave", sync_to_thread=False)
def leave(request: Asked, desk: GivenDesk) -> Away:
    """Close the session; only by the button on our own page."""
    from_here(request)
    desk.sessions.end(request.cookies.get(SESSION))
    return Away("/left", set_cookie(SESSION, "", seconds=0))


@get("/left", sync_to_thread=False)
def left(request: Asked, desk: GivenDesk) -> Template:
    """Say that the door is closed behind her."""
    return desk.shell.page(request, "left.html")
