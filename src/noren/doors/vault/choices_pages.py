"""The member's choices on her own page: taken by forms of one button, and the acknowledgement as a file to keep."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final, cast

from litestar import Response, get, post

from noren.doors.pages.away import Away
from noren.doors.pages.language import Asked, language
from noren.doors.vault.choices_view import ChoicesView, choices_view
from noren.doors.vault.cookies import SESSION
from noren.doors.vault.desk import Desk, GivenDesk
from noren.governance.consent_texts import KINDS, ConsentKind
from noren.governance.stopping import PARTS
from noren.identity.consenting import Agreed, consent, is_child, withdraw
from noren.identity.deciding import UNFIT_WISH, Decided, Wish, decide, find, preview
from noren.identity.model import Refused

PLACE: Final = "#choices"
_WORDS: Final = ("stop", "resume", "points-only", "auto-delete")
Form = dict[str, str]


@post("/choices")
async def choose(request: Asked, desk: GivenDesk) -> Any:
    """Take one choice."""
    return await _taken(request, desk, _decide)


@post("/consents")
async def agree(request: Asked, desk: GivenDesk) -> Any:
    """Take or withdraw one consent."""
    return await _taken(request, desk, _consent)


@get("/acknowledgement.json", sync_to_thread=True)
def acknowledgement(request: Asked, desk: GivenDesk) -> Any:
    """Answer the signed acknowledgement of her newest choice."""
    row = desk.visitor(request)
    if row is None:
        return Away("/sign-in")
    found = preview(desk.room.vault, who=row, wishes=())
    file = None if isinstance(found, Refused) else desk.room.acknowledgement(row, found.choices)
    if file is None:
        return Away("/" + PLACE)
    headers = {"Content-Disposition": 'attachment; filename="acknowledgement.json"'}
    return Response(file, media_type="application/json", headers=headers)


def view_of(request: Asked, desk: Desk, row: bytes) -> ChoicesView | None:
    """Return what the page shows of a member's choices; None: she is no member any more."""
    vault = desk.room.vault
    found = preview(vault, who=row, wishes=())
    with vault.store.reading() as batch:
        member = find(vault, batch, row)
    if isinstance(found, Refused) or isinstance(member, Refused):
        return None
    return choices_view(
        found,
        register=desk.room.register_now(),
        names=desk.room.names(),
        lang=language(request),
        child=is_child(vault, member.person),
    )


async def _taken(request: Asked, desk: Desk, take: Callable[[Desk, bytes, Form], Decided | Refused]) -> Any:
    form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    desk.check_form(request, form.get("token"), cookie=SESSION)
    row = desk.visitor(request)
    if row is None:
        return Away("/sign-in")
    done = await asyncio.to_thread(take, desk, row, form)
    if isinstance(done, Refused):
        return desk.shell.page(request, "refused.html", status=409, reason=done.reason(language(request)))
    nonce = form.get("nonce", "")
    return Away(("/?nonce=" + nonce if nonce.replace("-", "").replace("_", "").isalnum() else "/") + PLACE)


def _decide(desk: Desk, row: bytes, form: Form) -> Decided | Refused:
    what, value = form.get("what", ""), form.get("value", "")
    if what not in _WORDS:
        return UNFIT_WISH
    if not value:  # chosen part by part
        value = ",".join(f"{part}={form[part]}" for part in PARTS if form.get(part)) or "all"
    return decide(desk.room.vault, who=row, wishes=[Wish(what, value)])


def _consent(desk: Desk, row: bytes, form: Form) -> Decided | Refused:
    kind, recipient = form.get("kind", ""), form.get("recipient", "")
    if kind not in KINDS:
        return UNFIT_WISH
    word = cast("ConsentKind", kind)
    if form.get("withdraw"):
        return withdraw(desk.room.vault, who=row, kind=word, recipient=recipient)
    agreed = Agreed(word, form.get("version", ""), recipient)
    return consent(desk.room.vault, who=row, agreed=agreed, register=desk.room.register_now())
