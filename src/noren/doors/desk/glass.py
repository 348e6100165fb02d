"""Broken glass at the desk's door: asked for, listed, seen; and the desk's word of it to the vault."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
import structlog
from litestar import Response, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from noren.doors.desk import staff_bodies as bodies
from noren.doors.desk.staff import Asked, signed_in
from noren.doors.inner_door import refusal
from noren.governance.staffing.glass import ACT, Broken, Glass
from noren.governance.staffing.glass_refusals import ACCOUNTS
from noren.governance.staffing.model import Waiting
from noren.governance.staffing.recovering import asked_now
from noren.governance.staffing.refusing import NOT_SIGNED_IN, Refused
from noren.governance.staffing.room import StaffRoom
from noren.house.glass import MAX_ORDER
from noren.kernel.say import Say

LOG: Final[Any] = structlog.get_logger("desk")


class AskBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Glass to break. ``order``: whose record, sealed to the vault."""

    order: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_ORDER)]
    why: bodies.Short


class OpenBody(bodies.TokenBody, frozen=True, forbid_unknown_fields=True):
    """Who wants to see what was opened under which number."""

    number: Annotated[int, msgspec.Meta(ge=1)]


class GlassAnswer(msgspec.Struct, frozen=True):
    """Glass that was broken."""

    number: int
    by: str
    why: str
    at: datetime
    until: datetime
    approved: list[str]
    seen_by: str
    stands: bool


class OpenAnswer(msgspec.Struct, frozen=True):
    """The desk's word to the vault."""

    number: int
    by: str
    roles: list[str]
    why: str
    approvals: int
    until: datetime
    order: str


def glass_handlers(room: StaffRoom, glass: Glass) -> list[Any]:
    """Return the handlers of ``/staff/break-glass``, ``/staff/glass``, ``/staff/seen`` and ``/glass``."""

    @post("/staff/break-glass", status_code=HTTP_200_OK, sync_to_thread=True)
    def ask(request: Asked, data: JSONBody[AskBody]) -> Response[Any]:
        who = signed_in(room, request)
        if who is None:
            return refusal(NOT_SIGNED_IN if room.is_governed() else ACCOUNTS)
        found = glass.ask(who, data.order, data.why)
        if isinstance(found, Refused):
            return refusal(found)
        return Response(bodies.DoneAnswer(waiting=bodies.waiting_shown(found)))

    @post("/staff/glass", status_code=HTTP_200_OK, sync_to_thread=True)
    def listed() -> list[GlassAnswer]:
        glass.forget_orders()  # doctor asks here too: no order outlives its glass for long
        return [_shown(room, each) for each in glass.all()]

    @post("/staff/seen", status_code=HTTP_200_OK, sync_to_thread=True)
    def seen(request: Asked, data: JSONBody[bodies.NumberBody]) -> Response[Any]:
        who = signed_in(room, request)
        found = NOT_SIGNED_IN if who is None else glass.see(who, data.number)
        return refusal(found) if isinstance(found, Refused) else Response(_shown(room, found))

    return [ask, listed, seen, _word(room, glass)]


def _word(room: StaffRoom, glass: Glass) -> Any:
    @post("/glass", status_code=HTTP_200_OK, sync_to_thread=True)
    def word(data: JSONBody[OpenBody]) -> Response[Any]:
        who = room.session(data.token)
        if who is None:
            return refusal(NOT_SIGNED_IN)
        found = glass.open_to(who, data.number)
        if isinstance(found, Refused):
            return refusal(found)
        each, roles = found.broken, sorted(role.value for role in who.account.roles)
        return Response(OpenAnswer(each.number, each.by, roles, each.why, found.approvals, each.until, found.order))

    return word


def _shown(room: StaffRoom, each: Broken) -> GlassAnswer:
    said = each.number, each.by, each.why, each.at, each.until, list(each.approved), each.seen_by
    return GlassAnswer(*said, each.stands(room.clock.now()))


def glass_performer(room: StaffRoom, glass: Glass) -> dict[str, Callable[[Waiting], Response[Any]]]:
    """Return what breaks approved glass, and raises the alert."""

    def perform(waiting: Waiting) -> Response[Any]:
        found = glass.break_(waiting)
        if isinstance(found, Refused):
            return refusal(found)
        LOG.error("glass_broken", number=found.number)
        kept = room.store.waiting(waiting.number, room.clock.now())
        assert kept is not None, "it waited"
        return Response(bodies.DoneAnswer(waiting=bodies.waiting_shown(kept)))

    return {ACT: perform}


def told_loudly(room: StaffRoom, glass: Glass) -> Sequence[Say]:
    """Return what stands above every page of the staff: broken glass, unseen glass, a way back that was asked for."""
    now = room.clock.now()
    ways_back = [Say(each.says_ja, each.says_en) for each in asked_now(room)]
    return [*ways_back, *(_standing(each) if each.stands(now) else _unseen(each) for each in glass.loud())]


def _standing(each: Broken) -> Say:
    return Say(
        f"緊急の開示({each.number}番)が行われています。一人の会員の登録が、求めた人に見えています。",
        f"Glass is broken (number {each.number}): a member's record is open to who asked for it.",
    )


def _unseen(each: Broken) -> Say:
    return Say(
        f"緊急の開示({each.number}番)が行われました。かかわっていないプライバシー責任者の確認を待っています。",
        f"Glass was broken (number {each.number}). A privacy officer who took no part has yet to say that she saw it.",
    )
