"""Signing in by page: password and code, passkey, the company's provider; and signing out."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.params import FromQuery
from litestar.status_codes import HTTP_200_OK

from noren.doors.desk.cookies import BROWSER, BROWSER_SECONDS, SESSION, lax_cookie
from noren.doors.desk.entrance import Entrance, GivenEntrance, form_of
from noren.doors.desk.proofs import passkey_of
from noren.doors.desk.troubles import NOT_HERE
from noren.doors.pages import PageProblem
from noren.doors.pages.away import Away
from noren.doors.pages.language import Asked, language
from noren.governance.signing_in.refusals import TOLD, NotProved, Why
from noren.governance.staffing.model import Door, How, Session

_TOO_MANY: Final = 429
_UNAUTHORIZED: Final = 401


@get("/sign-in", sync_to_thread=False)  # the framework loses a thread's answer where two methods share a path
def sign_in_page(request: Asked, entrance: GivenEntrance, why: FromQuery[str] = "") -> Response[Any]:
    """Show the ways to sign in; who is signed in goes on to her page. ``why``: what an earlier try came to."""
    if entrance.visitor(request) is not None:
        return Away("/")
    told = TOLD.get(Why(why)) if why in tuple(Why) else None
    return entrance.page(request, "sign_in.html", wrong=told(language(request)) if told else "", account="")


@post("/sign-in")
async def sign_in(request: Asked, entrance: GivenEntrance) -> Response[Any]:
    """Sign in by password and one-time code."""
    form = await form_of(request)
    entrance.check_form(request, form.get("token"))
    account, password = form.get("account", "").strip()[:40], form.get("password", "")
    code = form.get("code", "").replace(" ", "")[:8]
    done = await sync_to_thread(entrance.room.staff.begin_password, account, password, code, Door.PAGE)
    if isinstance(done, Session):
        return entrance.enter(request, done)
    wrong = f"{done.says(language(request))} {done.fix(language(request))}"
    page = entrance.page(
        request,
        "sign_in.html",
        status=_TOO_MANY if done.wait_seconds else _UNAUTHORIZED,
        wrong=wrong,
        account=account,
    )
    if done.wait_seconds:
        page.headers["Retry-After"] = str(done.wait_seconds)
    return page


@post("/passkey/question", status_code=HTTP_200_OK)
async def passkey_question(request: Asked, entrance: GivenEntrance) -> Response[Any]:
    """Ask whoever is there for a passkey."""
    browser = entrance.check_form(request, (await form_of(request)).get("token"))
    if entrance.ways.passkeys is None:
        raise PageProblem(NOT_HERE)
    asked = entrance.ways.passkeys.begin(browser=browser)
    return Response({"name": asked.name, "options": asked.options})


@post("/passkey")
async def passkey(request: Asked, entrance: GivenEntrance) -> Response[Any]:
    """Sign in by the answer of a passkey."""
    form = await form_of(request)
    browser = entrance.check_form(request, form.get("token"))
    done = await sync_to_thread(_by_passkey, entrance, form.get("name", ""), form.get("answer", ""), browser)
    if isinstance(done, NotProved):
        entrance.note("passkey_refused", done)
        return Away(f"/sign-in?why={done.why.value}")
    return entrance.enter(request, done)


def _by_passkey(entrance: Entrance, name: str, answer: str, browser: str) -> Session | NotProved:
    passkeys, staff = entrance.ways.passkeys, entrance.room.staff
    if passkeys is None:
        raise PageProblem(NOT_HERE)
    found = staff.account_of_passkey(passkeys.credential_id(answer))
    proved = passkeys.finish(name, answer, None if found is None else passkey_of(found[1]), browser=browser)
    if isinstance(proved, NotProved):
        staff.refuse_sign_in(None if found is None else found[0], How.PASSKEY)
        return proved
    assert found is not None, "what is proved is known"
    if not staff.raise_sign_count(*found, proved.sign_count):
        staff.refuse_sign_in(found[0], How.PASSKEY)
        return NotProved(Why.COPIED, "sign-count")
    return staff.open_session(found[0], How.PASSKEY)


@get("/company", sync_to_thread=True)
def company(request: Asked, entrance: GivenEntrance) -> Response[Any]:
    """Go to the company's provider to sign in."""
    if entrance.ways.company is None:
        raise PageProblem(NOT_HERE)
    known = request.cookies.get(BROWSER)
    if not known:
        return Away("/sign-in")  # it gives the browser its secret
    where = entrance.ways.company.begin(browser=known, purpose="sign-in")
    if isinstance(where, NotProved):
        entrance.note("company_refused", where)
        return Away(f"/sign-in?why={where.why.value}")
    return Away(where, lax_cookie(BROWSER, known, seconds=BROWSER_SECONDS))


@post("/leave")
async def leave(request: Asked, entrance: GivenEntrance) -> Response[Any]:
    """Sign out."""
    entrance.check_form(request, (await form_of(request)).get("token"))
    found = entrance.visitor(request)
    if found is not None:
        entrance.room.staff.end_session(found)
    return Away("/left", lax_cookie(SESSION, "", seconds=0), lax_cookie(BROWSER, "", seconds=0))


@get("/left", sync_to_thread=False)
def left(request: Asked, entrance: GivenEntrance) -> Response[Any]:
    """Say that she is signed out."""
    return entrance.page(request, "left.html")


def reached(entrance: Entrance, issuer: str, subject: str) -> Session | NotProved:
    """Return the session of the account that is linked to a subject; nobody is added by signing in."""
    staff = entrance.room.staff
    account = staff.account_of_subject(issuer, subject)
    if account is None:
        staff.refuse_sign_in(None, How.OIDC)
        return NotProved(Why.NOT_PROVED, "unknown-subject")
    return staff.open_session(account, How.OIDC)
