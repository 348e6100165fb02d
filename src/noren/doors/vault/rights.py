"""The inner door's ``/rights``: requests taken in, answered, listed; a correction; a look while a request is open."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Response, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from noren.doors.vault.bodies import CardText
from noren.doors.vault.operator import refuse
from noren.house.vault import VaultRoom
from noren.identity.correcting import correct
from noren.identity.disclosing import look
from noren.identity.model import Refused
from noren.identity.requests import (
    MAX_WORDS,
    Asked,
    Checked,
    Request,
    RequestKind,
    State,
    answer,
    counts,
    open_requests,
    requests_of,
    take_in,
)
from noren.kernel.discreet import Discreet
from noren.kernel.ids import CardNumber

Who = Annotated[str, msgspec.Meta(pattern=r"\A[0-9A-Za-z._-]{1,64}\Z")]
Words = Annotated[str, msgspec.Meta(max_length=MAX_WORDS)]
MAX_VALUE = 1_000


class AskedBody(Discreet, msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request that staff take in."""

    card: CardText
    kind: RequestKind
    checked: Checked
    who: Who
    said: Words = ""


class AnswerBody(Discreet, msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An answer to a request."""

    request: Annotated[str, msgspec.Meta(pattern=r"\A[a-z2-7]{8}\Z")]
    refused: bool
    who: Who
    reason: Words = ""


class WhoseBody(Discreet, msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose requests, or whose registration; ``who`` asks."""

    card: CardText
    who: Who


class CorrectionBody(Discreet, msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Fields with their right values."""

    card: CardText
    who: Who
    values: dict[str, Annotated[str, msgspec.Meta(max_length=MAX_VALUE)]]


class YearBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which year."""

    year: Annotated[int, msgspec.Meta(ge=2000, le=2999)]


def rights_handlers(room: VaultRoom) -> list[Any]:
    """Return the handlers of ``/rights``."""
    return [*_requests(room), *_listing(room), *_registration(room)]


def _requests(room: VaultRoom) -> list[Any]:
    vault = room.vault

    @post("/rights/add", status_code=HTTP_200_OK, sync_to_thread=True)
    def add(data: JSONBody[AskedBody]) -> Response[Any]:
        asked = Asked(data.kind, data.checked, data.who, data.said)
        return _answer(room, take_in(vault, who=CardNumber(data.card), asked=asked, clocks=room.clocks()))

    @post("/rights/answer", status_code=HTTP_200_OK, sync_to_thread=True)
    def end(data: JSONBody[AnswerBody]) -> Response[Any]:
        state = State.REFUSED if data.refused else State.ANSWERED
        return _answer(room, answer(vault, request=data.request, state=state, reason=data.reason, by=data.who))

    return [add, end]


def _listing(room: VaultRoom) -> list[Any]:
    vault = room.vault

    @post("/rights/list", status_code=HTTP_200_OK, sync_to_thread=True)
    def waiting() -> dict[str, Any]:
        found = open_requests(vault)
        return {"requests": [{**shown(room, each.request), "member_number": each.member_number} for each in found]}

    @post("/rights/show", status_code=HTTP_200_OK, sync_to_thread=True)
    def show(data: JSONBody[WhoseBody]) -> Response[Any]:
        found = requests_of(vault, who=CardNumber(data.card))
        if isinstance(found, Refused):
            return refuse(found.reason)
        return Response({"requests": [{**shown(room, each), "said": each.said} for each in found]})

    @post("/rights/due", status_code=HTTP_200_OK, sync_to_thread=True)
    def due() -> dict[str, int]:
        found = [each.request for each in open_requests(vault)]
        return {"open": len(found), "late": sum(each.is_late(vault.today()) for each in found)}

    @post("/rights/counts", status_code=HTTP_200_OK, sync_to_thread=True)
    def counted(data: JSONBody[YearBody]) -> dict[str, dict[str, int]]:
        return counts(vault, data.year)

    return [waiting, show, due, counted]


def _registration(room: VaultRoom) -> list[Any]:
    vault = room.vault

    @post("/rights/look", status_code=HTTP_200_OK, sync_to_thread=True)
    def seen(data: JSONBody[WhoseBody]) -> Response[Any]:
        found = look(vault, card=CardNumber(data.card), by=data.who)
        return refuse(found.reason) if isinstance(found, Refused) else Response(found)

    @post("/rights/correct", status_code=HTTP_200_OK, sync_to_thread=True)
    def mend(data: JSONBody[CorrectionBody]) -> Response[Any]:
        done = correct(vault, who=CardNumber(data.card), values=data.values, by=data.who)
        if isinstance(done, Refused):
            return refuse(done.reason)
        return Response({"ok": True, "fields": list(done.fields), "told": done.told})

    return [seen, mend]


def shown(room: VaultRoom, each: Request) -> dict[str, Any]:
    """Return a request as it is listed."""
    return {
        "id": each.id, "kind": each.kind.value, "received": each.received.isoformat(), "due": each.due.isoformat(),
        "state": each.state.value, "late": each.is_late(room.vault.today()), "taken_by": each.taken_by,
        "checked": each.checked.value, "reason": each.reason, "answered_by": each.answered_by,
        "answered": None if each.answered is None else each.answered.isoformat(),
    }  # fmt: skip


def _answer(room: VaultRoom, done: Request | Refused) -> Response[Any]:
    return refuse(done.reason) if isinstance(done, Refused) else Response({"ok": True, **shown(room, done)})
