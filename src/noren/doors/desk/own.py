"""The own page of who is signed in: roles and what they may do, sessions, passkeys, the link to the company."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.status_codes import HTTP_200_OK

from noren.doors.desk.cookies import BROWSER
from noren.doors.desk.entrance import Entrance, GivenEntrance, form_of
from noren.doors.desk.inviting import INVITED, onward
from noren.doors.desk.proofs import credential_of, kept, passkey_of, subject
from noren.doors.desk.signing_in import reached
from noren.doors.desk.troubles import NOT_FRESH, NOT_HERE, not_taken, refused
from noren.doors.desk.waiting import waits
from noren.doors.pages import PageProblem
from noren.doors.pages.away import Away
from noren.doors.pages.language import Asked
from noren.governance.signing_in.refusals import NotProved, Why
from noren.governance.signing_in.relying import Back, Subject
from noren.governance.staff_words import ROLE_NAMES, allowance
from noren.governance.staffing.model import How, Means, SignedIn
from noren.governance.staffing.own import MAX_PASSKEYS, accept_with, end_one, is_fresh, remove_means
from noren.governance.staffing.refusing import Refused

LINK = "link "
"""With the account after it: what a sign-in at the provider was begun for."""


@get("/", sync_to_thread=True)
def own_page(request: Asked, entrance: GivenEntrance) -> Response[Any]:
    """Show somebody her own page."""
    who = entrance.visitor(request)
    if who is None:
        return Away("/sign-in")
    store, now = entrance.room.staff.store, entrance.room.staff.clock.now()
    held = store.added(who.account.id)
    return entrance.page(
        request,
        "own.html",
        who=who,
        roles=[ROLE_NAMES[role] for role in sorted(who.account.roles)],
        allowance=allowance(who.account.roles),
        sessions=store.sessions(who.account.id, now),
        passkeys=[each for each in held if each[0].means is Means.PASSKEY],
        links=[each for each in held if each[0].means is Means.OIDC],
        has_password=any(each.means is Means.PASSWORD for each, _ in held),
        fresh=is_fresh(who, now),
        waiting=len(waits(entrance)),
    )


@post("/sessions/end")
async def end_session(request: Asked, entrance: GivenEntrance) -> Response[Any]:
    """End one of her sessions."""
    form = await form_of(request)
    entrance.check_form(request, form.get("token"))
    await sync_to_thread(end_one, entrance.room.staff, entrance.signed_in(request), form.get("session", ""))
    return Away("/")


@post("/passkeys/question", status_code=HTTP_200_OK)
async def passkey_question(request: Asked, entrance: GivenEntrance) -> Response[Any]:
    """Ask her device for a new passkey."""
    browser = entrance.check_form(request, (await form_of(request)).get("token"))
    who = _fresh(entrance, request)
    if entrance.ways.passkeys is None:
        raise PageProblem(NOT_HERE)
    held = [passkey_of(e) for e in entrance.room.staff.credentials(who.account) if e.means is Means.PASSKEY]
    asked = entrance.ways.passkeys.begin_adding(who.account.id, held[:MAX_PASSKEYS], browser=browser)
    return Response({"name": asked.name, "options": asked.options})


@post("/passkeys")
async def add_passkey(request: Asked, entrance: GivenEntrance) -> Response[Any]:
    """Keep her new passkey."""
    form = await form_of(request)
    browser, who = entrance.check_form(request, form.get("token")), _fresh(entrance, request)
    return kept(await sync_to_thread(_add, entrance, who, form, browser))


def _add(entrance: Entrance, who: SignedIn, form: dict[str, str], browser: str) -> Refused | None:
    passkeys, staff = entrance.ways.passkeys, entrance.room.staff
    if passkeys is None:
        raise PageProblem(NOT_HERE)
    answered = form.get("name", ""), form.get("answer", "")
    made = passkeys.finish_adding(*answered, account=who.account.id, browser=browser)
    if isinstance(made, NotProved):
        entrance.note("passkey_refused", made)
        raise PageProblem(not_taken(made, back="/"))
    if sum(each.means is Means.PASSKEY for each in staff.credentials(who.account)) >= MAX_PASSKEYS:
        raise PageProblem(NOT_HERE)
    return staff.add_credential(who.account, credential_of(made))


@post("/means/remove")
async def remove(request: Asked, entrance: GivenEntrance) -> Response[Any]:
    """Take a passkey, or the link to the company, away."""
    form = await form_of(request)
    entrance.check_form(request, form.get("token"))
    who, means = entrance.signed_in(request), Means.OIDC if form.get("means") == Means.OIDC else Means.PASSKEY
    return kept(await sync_to_thread(remove_means, entrance.room.staff, who, means, form.get("name", "")))


@post("/company/link", status_code=HTTP_200_OK)
async def link(request: Asked, entrance: GivenEntrance) -> Response[Any]:
    """Show the way to the provider that links its subject to her account."""
    browser = entrance.check_form(request, (await form_of(request)).get("token"))
    who = _fresh(entrance, request)
    return await sync_to_thread(onward, entrance, request, browser, LINK + who.account.id, who.account.id)


@get("/company/back", sync_to_thread=True)
def back(request: Asked, entrance: GivenEntrance) -> Response[Any]:
    """Take what the provider sent back, and go on at once: what it sent leaves the address bar."""
    if entrance.ways.company is None:
        raise PageProblem(NOT_HERE)
    state, code, error, issuer = (request.query_params.get(name, "") for name in ("state", "code", "error", "iss"))
    found = entrance.ways.company.finish(Back(state, code, error, issuer), browser=request.cookies.get(BROWSER, ""))
    if isinstance(found, Subject):
        if found.purpose.startswith(LINK):
            return _linked(entrance, request, found)
        found = _entered(entrance, found)
    if isinstance(found, NotProved):
        entrance.note("company_refused", found)
        return Away(f"/sign-in?why={found.why.value}")
    return entrance.enter(request, found)


def _entered(entrance: Entrance, found: Subject) -> Any:
    if not found.purpose.startswith(INVITED):
        return reached(entrance, found.issuer, found.subject)
    done = accept_with(entrance.room.staff, found.purpose.removeprefix(INVITED), subject(found.issuer, found.subject))
    if isinstance(done, Refused):
        raise PageProblem(refused(done, back="/invite"))
    return entrance.room.staff.open_session(done, How.OIDC)


def _linked(entrance: Entrance, request: Asked, found: Subject) -> Any:
    who = _fresh(entrance, request)
    if found.purpose.removeprefix(LINK) != who.account.id:  # she signed in as another meanwhile
        raise PageProblem(not_taken(NotProved(Why.NOT_BEGUN_HERE), back="/"))
    return kept(entrance.room.staff.add_credential(who.account, subject(found.issuer, found.subject)))


def _fresh(entrance: Entrance, request: Asked) -> SignedIn:
    who = entrance.signed_in(request)
    if not is_fresh(who, entrance.room.staff.clock.now()):
        raise PageProblem(NOT_FRESH)
    return who
