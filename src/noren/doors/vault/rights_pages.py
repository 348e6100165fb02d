"""The member's page of her rights: her document, her requests with their days, and what she corrects herself."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from litestar import get, post

from noren.doors.pages.away import Away
from noren.doors.pages.language import Asked as AskedPage
from noren.doors.pages.language import language
from noren.doors.vault.cookies import SESSION
from noren.doors.vault.desk import Desk, GivenDesk
from noren.identity.correcting import BY_HER_OWN_HAND, Corrected, correct
from noren.identity.disclosing import FIELD_SAYS
from noren.identity.members import open_members
from noren.identity.model import CONTACT_FIELDS, Refused
from noren.identity.requests import KIND_SAYS, STATE_SAYS, Asked, Checked, Request, RequestKind, requests_of, take_in

PAGE: Final = "/rights"
Form = dict[str, str]


@get(PAGE, sync_to_thread=True)
def rights(request: AskedPage, desk: GivenDesk) -> Any:
    """Show a member what she can take, ask and correct."""
    row = desk.visitor(request)
    if row is None:
        return Away("/sign-in")
    return rights_page(request, desk, row)


@post("/rights/requests")
async def ask(request: AskedPage, desk: GivenDesk) -> Any:
    """Take in a request of hers."""
    return await _taken(request, desk, _ask)


@post("/rights/corrections")
async def mend(request: AskedPage, desk: GivenDesk) -> Any:
    """Correct her contact."""
    return await _taken(request, desk, _mend)


def rights_page(request: AskedPage, desk: Desk, row: bytes, *, code: str = "", wrong_number: bool = False) -> Any:
    """Return the page. ``code``: of the file whose number she gave."""
    vault = desk.room.vault
    with vault.store.reading() as batch:
        member = open_members(vault, batch, [row]).get(row)
    found = requests_of(vault, who=row)
    if member is None or isinstance(found, Refused):
        return Away("/sign-in")
    return desk.shell.page(
        request,
        "rights.html",
        token=desk.form_token(request.cookies.get(SESSION, "")),
        requests=found,
        today=vault.today(),
        clock=desk.room.clocks()["answer-a-right"],
        kinds=[(kind.value, KIND_SAYS[kind](language(request))) for kind in RequestKind],
        kind_says=KIND_SAYS,
        state_says=STATE_SAYS,
        fields=[(name, FIELD_SAYS[name](language(request)), getattr(member.contact, name)) for name in CONTACT_FIELDS],
        code=code,
        wrong_number=wrong_number,
    )


async def _taken(request: AskedPage, desk: Desk, take: Any) -> Any:
    form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    desk.check_form(request, form.get("token"), cookie=SESSION)
    row = desk.visitor(request)
    if row is None:
        return Away("/sign-in")
    done: Request | Corrected | Refused = await asyncio.to_thread(take, desk, row, form)
    if isinstance(done, Refused):
        return desk.shell.page(request, "refused.html", status=409, reason=done.reason(language(request)))
    return Away(PAGE)


def _ask(desk: Desk, row: bytes, form: Form) -> Request | Refused:
    kind = next((each for each in RequestKind if each.value == form.get("kind")), RequestKind.COMPLAINT)
    asked = Asked(kind, Checked.SIGNED_IN, said=form.get("said", "").strip())
    return take_in(desk.room.vault, who=row, asked=asked, clocks=desk.room.clocks())


def _mend(desk: Desk, row: bytes, form: Form) -> Corrected | Refused:
    values = {name: form[name] for name in sorted(BY_HER_OWN_HAND) if name in form}
    return correct(desk.room.vault, who=row, values=values, by="member")
