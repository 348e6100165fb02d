"""Accepting an invitation by page: with a password and a one-time code, with a passkey, or by the company's provider.

The invitation's code comes in a form, never in an address: addresses are written down along the way.
"""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.status_codes import HTTP_200_OK

from noren.doors.desk.entrance import Entrance, GivenEntrance, form_of
from noren.doors.desk.proofs import code_picture, credential_of
from noren.doors.desk.troubles import NOT_HERE, not_taken, refused
from noren.doors.pages import PageProblem
from noren.doors.pages.language import Asked, language
from noren.governance.signing_in.refusals import NotProved
from noren.governance.staffing.model import How
from noren.governance.staffing.own import accept_with
from noren.governance.staffing.refusing import Refused
from noren.governance.staffing.secrets import LEAST
from noren.governance.staffing.tending import Offer, accept, offer

MAX_CODE: Final = 100
_UNAUTHORIZED: Final = 401
INVITED: Final = "invited "
"""With the code after it: what a sign-in at the provider was begun for."""


@get("/invite", sync_to_thread=False)
def invite_page(request: Asked, entrance: GivenEntrance) -> Response[Any]:
    """Ask for the invitation's code."""
    return entrance.page(request, "invite.html", wrong="")


@post("/invite", status_code=HTTP_200_OK)
async def invite(request: Asked, entrance: GivenEntrance) -> Response[Any]:
    """Show whose account it is and the ways to take it."""
    form = await form_of(request)
    entrance.check_form(request, form.get("token"))
    return await sync_to_thread(_offered, entrance, request, _code(form), "")


@post("/invite/password")
async def by_password(request: Asked, entrance: GivenEntrance) -> Response[Any]:
    """Take the account with a password and a code of the device just set up."""
    form = await form_of(request)
    entrance.check_form(request, form.get("token"))
    code, password, totp = _code(form), form.get("password", ""), form.get("totp", "").replace(" ", "")[:8]
    done = await sync_to_thread(accept, entrance.room.staff, code, password, totp)
    if isinstance(done, Refused):
        wrong = f"{done.says(language(request))} {done.fix(language(request))}"
        return await sync_to_thread(_offered, entrance, request, code, wrong)
    return entrance.enter(request, entrance.room.staff.open_session(done, How.PASSWORD))


@post("/invite/passkey/question", status_code=HTTP_200_OK)
async def passkey_question(request: Asked, entrance: GivenEntrance) -> Response[Any]:
    """Ask the invited person's device for a new passkey."""
    form = await form_of(request)
    browser = entrance.check_form(request, form.get("token"))
    found = await sync_to_thread(_offer, entrance, _code(form))
    if entrance.ways.passkeys is None:
        raise PageProblem(NOT_HERE)
    asked = entrance.ways.passkeys.begin_adding(found.account.id, [], browser=browser)
    return Response({"name": asked.name, "options": asked.options})


@post("/invite/passkey")
async def by_passkey(request: Asked, entrance: GivenEntrance) -> Response[Any]:
    """Take the account with a new passkey."""
    form = await form_of(request)
    browser = entrance.check_form(request, form.get("token"))
    done = await sync_to_thread(_passkey, entrance, form, browser)
    if isinstance(done, Refused):
        raise PageProblem(refused(done, back="/invite"))
    return entrance.enter(request, entrance.room.staff.open_session(done, How.PASSKEY))


def _passkey(entrance: Entrance, form: dict[str, str], browser: str) -> Any:
    code, passkeys = _code(form), entrance.ways.passkeys
    if passkeys is None:
        raise PageProblem(NOT_HERE)
    whose = _offer(entrance, code).account.id
    made = passkeys.finish_adding(form.get("name", ""), form.get("answer", ""), account=whose, browser=browser)
    if isinstance(made, NotProved):
        entrance.note("passkey_refused", made)
        raise PageProblem(not_taken(made, back="/invite"))
    return accept_with(entrance.room.staff, code, credential_of(made))


@post("/invite/company", status_code=HTTP_200_OK)
async def by_company(request: Asked, entrance: GivenEntrance) -> Response[Any]:
    """Show the way to the provider that links its subject to the account; it comes back at ``/company/back``."""
    form = await form_of(request)
    browser = entrance.check_form(request, form.get("token"))
    found = await sync_to_thread(_offer, entrance, _code(form))
    return await sync_to_thread(onward, entrance, request, browser, INVITED + _code(form), found.account.id)


def onward(entrance: Entrance, request: Asked, browser: str, purpose: str, account: str) -> Any:
    """Return the page with the way to the provider: a link, since a form's redirect to another site is not let pass."""
    if entrance.ways.company is None:
        raise PageProblem(NOT_HERE)
    where = entrance.ways.company.begin(browser=browser, purpose=purpose)
    if isinstance(where, NotProved):
        entrance.note("company_refused", where)
        raise PageProblem(not_taken(where, back="/"))
    return entrance.page(request, "onward_company.html", where=where, account=account)


def _offer(entrance: Entrance, code: str) -> Offer:
    found = offer(entrance.room.staff, code, entrance.shell.home.settings.programme.name_en)
    if isinstance(found, Refused):
        raise PageProblem(refused(found, back="/invite"))
    return found


def _offered(entrance: Entrance, request: Asked, code: str, wrong: str) -> Any:
    found = offer(entrance.room.staff, code, entrance.shell.home.settings.programme.name_en)
    if isinstance(found, Refused):
        said = f"{found.says(language(request))} {found.fix(language(request))}"
        return entrance.page(request, "invite.html", status=_UNAUTHORIZED, wrong=said)
    return entrance.page(
        request,
        "invited.html",
        account=found.account,
        code=code,
        picture=code_picture(found.uri),
        secret=found.uri.partition("secret=")[2].partition("&")[0],
        least=LEAST,
        wrong=wrong,
    )


def _code(form: dict[str, str]) -> str:
    return form.get("code", "").strip()[:MAX_CODE]
