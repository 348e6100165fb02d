"""What waits for approval, by page: what would change, who asked, who approved; approve it or turn it down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread

from noren.doors.desk.bodies import AnnounceAnswer
from noren.doors.desk.deciding import approve_one, may_decide, refuse_one
from noren.doors.desk.documents import fields, preview
from noren.doors.desk.entrance import Entrance, GivenEntrance, form_of
from noren.doors.desk.staff_bodies import DoneAnswer
from noren.doors.desk.troubles import NOT_DONE, refused
from noren.doors.pages import PageProblem
from noren.doors.pages.away import Away
from noren.doors.pages.language import Asked
from noren.governance.announced.saying import DOCUMENT_SAYS, Field
from noren.governance.staffing.approving import same_person
from noren.governance.staffing.model import Outcome, SignedIn, Waiting
from noren.governance.staffing.refusing import Refused

_FAILED: Final = 400
_MAX_DIGITS: Final = 9


@dataclass(frozen=True, slots=True)
class Shown:
    """Something that waits, as somebody sees it.

    ``changes``: of an announcement, what it would change. ``fields``: what each of its documents says.
    """

    waiting: Waiting
    mine: bool
    approved: bool
    barred: Refused | None
    changes: AnnounceAnswer | None
    fields: Mapping[tuple[str, str], Sequence[Field]]


@get("/waiting", sync_to_thread=True)
def waiting_page(request: Asked, entrance: GivenEntrance) -> Response[Any]:
    """Show what waits."""
    who = entrance.signed_in(request)
    found = [_shown(entrance, who, each) for each in waits(entrance)]
    glass = [(each, entrance.room.glass.may_see(who, each) is None) for each in entrance.room.glass.loud()]
    return entrance.page(request, "waiting.html", waiting=found, glass=glass, kinds=DOCUMENT_SAYS)


def waits(entrance: Entrance) -> list[Waiting]:
    """Return what waits for approval, the oldest first."""
    staff = entrance.room.staff
    found = staff.store.all_waiting(staff.clock.now())
    return [each for each in reversed(found) if each.outcome is Outcome.WAITS]


def _shown(entrance: Entrance, who: SignedIn, each: Waiting) -> Shown:
    staff = entrance.room.staff
    approved = any(same_person(staff, who.account.id, other) for other in each.approvals)
    announced = each.act == "announce"
    changes = preview(entrance.room, each) if announced else None
    told = fields(entrance.room, each) if announced else {}
    return Shown(each, each.author == who.account.id, approved, may_decide(staff, who, each.number), changes, told)


@post("/waiting/approve")
async def approve(request: Asked, entrance: GivenEntrance) -> Response[Any]:
    """Approve one; what it makes for eyes once, an invitation's code, is shown."""
    form = await form_of(request)
    entrance.check_form(request, form.get("token"))
    who, number = entrance.signed_in(request), _number(form)
    done = await sync_to_thread(approve_one, entrance.room.staff, entrance.performers, who, number)
    if isinstance(done, Refused):
        raise PageProblem(refused(done, back="/waiting"))
    if isinstance(done, Waiting):
        return Away("/waiting")
    if (done.status_code or 0) >= _FAILED or (isinstance(done.content, AnnounceAnswer) and not done.content.announced):
        raise PageProblem(NOT_DONE)
    if isinstance(done.content, DoneAnswer) and done.content.code:
        return entrance.page(request, "done.html", done=done.content)
    return Away("/waiting")


@post("/waiting/refuse")
async def refuse(request: Asked, entrance: GivenEntrance) -> Response[Any]:
    """Turn one down, or take one's own back."""
    form = await form_of(request)
    entrance.check_form(request, form.get("token"))
    done = await sync_to_thread(refuse_one, entrance.room.staff, entrance.signed_in(request), _number(form))
    if isinstance(done, Refused):
        raise PageProblem(refused(done, back="/waiting"))
    return Away("/waiting")


@post("/glass/seen")
async def seen(request: Asked, entrance: GivenEntrance) -> Response[Any]:
    """Let a privacy officer who took no part say that she saw broken glass."""
    form = await form_of(request)
    entrance.check_form(request, form.get("token"))
    done = await sync_to_thread(entrance.room.glass.see, entrance.signed_in(request), _number(form))
    if isinstance(done, Refused):
        raise PageProblem(refused(done, back="/waiting"))
    return Away("/waiting")


def _number(form: dict[str, str]) -> int:
    said = form.get("number", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) <= _MAX_DIGITS else 0
