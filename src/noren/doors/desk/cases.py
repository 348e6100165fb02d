"""Incidents and legal requests at the desk's door: opened, stepped, approved, told. No member stands in any of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Annotated, Any, TypeVar

import msgspec
from litestar import Response, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_409_CONFLICT

from noren.doors.desk.bodies import Id
from noren.governance.cases.incidents import Incident, Step, Trigger, draft, due
from noren.governance.cases.operations import CaseRoom, Known, is_loud, no_such_case
from noren.governance.cases.refusing import Refused
from noren.governance.cases.report import transparency
from noren.governance.cases.requests import Instrument, LegalRequest
from noren.governance.cases.store import Taken

Who = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Text = Annotated[str, msgspec.Meta(max_length=4_000)]
Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)]
Year = Annotated[int, msgspec.Meta(ge=2000, le=2999)]
C = TypeVar("C", Incident, LegalRequest)


class KnownBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is known of an incident: null leaves as it is. ``found_on`` opens one, ``id`` names one."""

    who: Who
    found_on: date | None = None
    id: Id | None = None
    triggers: list[Trigger] | None = None
    persons: Count | None = None
    facts: dict[str, Text] | None = None
    protected_by: Text | None = None

    def known(self) -> Known:
        """Return it as the room takes it."""
        triggers = None if self.triggers is None else frozenset(self.triggers)
        return Known(triggers, self.persons, self.facts, self.protected_by)


class StepBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A step of an incident that was taken."""

    id: Id
    step: Step
    on: date
    who: Who


class NameBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which case."""

    id: Id


class RequestBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A legal request to open. ``items``: the scope asked."""

    authority: Id
    instrument: Instrument
    number: Text
    received_on: date
    items: list[str]
    persons: Count
    who: Who
    sealed_until: date | None = None


class AnswerBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is done about a request: a key turned, ``items`` given, or turned down for a ``reason``."""

    id: Id
    who: Who
    items: list[str] | None = None
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=4_000)] | None = None


class YearBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which year."""

    year: Year


class DueAnswer(msgspec.Struct, frozen=True):
    """Something to be done by a day."""

    step: Step
    by: date
    late: bool


class CaseAnswer(msgspec.Struct, frozen=True):
    """A case as it is: an incident with what is due, or a request."""

    case: Incident | LegalRequest
    due: list[DueAnswer]
    loud: bool = False


class StepAnswer(msgspec.Struct, frozen=True):
    """A step that was taken."""

    at: datetime
    who: str
    step: str


class WholeAnswer(msgspec.Struct, frozen=True):
    """A case with its steps and, of an incident, the drafts of its reports."""

    case: CaseAnswer
    steps: list[StepAnswer]
    drafts: dict[str, str]


class RefusalAnswer(msgspec.Struct, frozen=True):
    """Why not: the rule, what and why, how to mend it; Japanese, then English."""

    rule: str
    says: tuple[str, str]
    fix: tuple[str, str]


def case_handlers(room: CaseRoom, glass_of: Callable[[int], int]) -> list[Any]:
    """Return the handlers of ``/incidents``, ``/requests`` and ``/transparency``. ``glass_of``: broken in a year."""

    @post("/transparency", status_code=HTTP_200_OK, sync_to_thread=True)
    def report(data: JSONBody[YearBody]) -> dict[str, Any]:
        asked, found = room.store.cases(LegalRequest), room.store.cases(Incident)
        return transparency(data.year, asked, found, glass_of(data.year))

    return [*_incidents(room), *_requests(room), *_telling(room), report]


def _incidents(room: CaseRoom) -> list[Any]:
    @post("/incidents/open", status_code=HTTP_200_OK, sync_to_thread=True)
    def open_(data: JSONBody[KnownBody]) -> Response[Any]:
        found_on = data.found_on or room.today()
        return _answer(room, room.open_incident(found_on=found_on, known=data.known(), who=data.who))

    @post("/incidents/facts", status_code=HTTP_200_OK, sync_to_thread=True)
    def facts(data: JSONBody[KnownBody]) -> Response[Any]:
        return _answer(room, room.tell(data.id or "", known=data.known(), who=data.who))

    @post("/incidents/step", status_code=HTTP_200_OK, sync_to_thread=True)
    def step(data: JSONBody[StepBody]) -> Response[Any]:
        return _answer(room, room.step(data.id, step=data.step, on=data.on, who=data.who))

    return [open_, facts, step]


def _requests(room: CaseRoom) -> list[Any]:
    @post("/requests/open", status_code=HTTP_200_OK, sync_to_thread=True)
    def open_(data: JSONBody[RequestBody]) -> Response[Any]:
        asked = frozenset(data.items)
        about = data.authority, data.instrument, data.number, data.received_on
        new = LegalRequest("", *about, asked, data.persons, data.who, data.sealed_until)
        return _answer(room, room.open_request(new))

    @post("/requests/approve", status_code=HTTP_200_OK, sync_to_thread=True)
    def approve(data: JSONBody[AnswerBody]) -> Response[Any]:
        return _answer(room, room.approve(data.id, who=data.who))

    @post("/requests/give", status_code=HTTP_200_OK, sync_to_thread=True)
    def give(data: JSONBody[AnswerBody]) -> Response[Any]:
        return _answer(room, room.give(data.id, items=frozenset(data.items or ()), who=data.who))

    @post("/requests/refuse", status_code=HTTP_200_OK, sync_to_thread=True)
    def refuse(data: JSONBody[AnswerBody]) -> Response[Any]:
        return _answer(room, room.refuse(data.id, reason=data.reason or "-", who=data.who))

    return [open_, approve, give, refuse]


def _telling(room: CaseRoom) -> list[Any]:
    @post("/incidents/list", status_code=HTTP_200_OK, sync_to_thread=True)
    def incidents() -> list[CaseAnswer]:
        return [_case(room, each) for each in room.store.cases(Incident)]

    @post("/requests/list", status_code=HTTP_200_OK, sync_to_thread=True)
    def requests() -> list[CaseAnswer]:
        return [_case(room, each) for each in room.store.cases(LegalRequest)]

    @post("/incidents/show", status_code=HTTP_200_OK, sync_to_thread=True)
    def incident(data: JSONBody[NameBody]) -> Response[Any]:
        steps = room.store.steps(Incident, data.id)
        drafts = {"preliminary": False, "final": True}
        return _whole(
            room, data.id, steps, {n: draft(steps[-1].case, final=f) for n, f in drafts.items()} if steps else {}
        )

    @post("/requests/show", status_code=HTTP_200_OK, sync_to_thread=True)
    def request(data: JSONBody[NameBody]) -> Response[Any]:
        return _whole(room, data.id, room.store.steps(LegalRequest, data.id), {})

    return [incidents, requests, incident, request]


def _whole(room: CaseRoom, name: str, steps: Sequence[Taken[C]], drafts: dict[str, str]) -> Response[Any]:
    if not steps:
        return _answer(room, no_such_case(name))
    taken = [StepAnswer(each.at, each.who, each.step) for each in steps]
    return Response(WholeAnswer(_case(room, steps[-1].case), taken, drafts))


def _case(room: CaseRoom, case: Incident | LegalRequest) -> CaseAnswer:
    if isinstance(case, LegalRequest):
        return CaseAnswer(case, [], is_loud(case))
    today, wanted = room.today(), due(case, room.clocks())
    return CaseAnswer(case, [DueAnswer(each.step, each.by, today > each.by) for each in wanted])


def _answer(room: CaseRoom, done: Incident | LegalRequest | Refused) -> Response[Any]:
    if isinstance(done, Refused):
        says, fix = (done.says.ja, done.says.en), (done.fix.ja, done.fix.en)
        return Response(RefusalAnswer(done.rule, says, fix), status_code=HTTP_409_CONFLICT)
    return Response(_case(room, done))
