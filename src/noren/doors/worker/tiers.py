"""Tier rules by the inner door: drafted, published, told. No member is in it, and no count of members."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_409_CONFLICT

from noren.activity.tier_days import first_of, month_of
from noren.activity.tiers import RulesRow, RulesState, of_month
from noren.audience.tiering import operations
from noren.audience.tiering.operations import Refusal, Room, file_refused, first_possible
from noren.audience.tiering.reading import read_rules
from noren.audience.tiering.telling import RulesView, told
from noren.audience.tiering.words import level_says, rule_says
from noren.doors.worker.campaign_bodies import Both, ProblemAnswer, RefusalAnswer, Text, Word
from noren.doors.worker.turn import Turn
from noren.house.ledger_worker import WorkerRoom
from noren.kernel.clock import instant_of
from noren.kernel.say import Say


class DraftBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of rules as its author wrote it."""

    text: Text
    author: Word


class ApproveBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A version that somebody else than its author publishes."""

    version: Annotated[int, msgspec.Meta(ge=1, le=10_000)]
    approver: Word


class LevelAnswer(msgspec.Struct, frozen=True):
    """A level, and what it takes, in words."""

    id: str
    threshold: int
    title: Both
    says: Both


class VersionAnswer(msgspec.Struct, frozen=True):
    """A version of the rules. ``state``: ``draft``, ``coming``, ``in-force``, ``past``; ``file`` is what is logged."""

    version: int
    state: str
    first: str
    says: Both
    levels: list[LevelAnswer]
    author: str
    approver: str
    published: str
    file: str


class TiersAnswer(msgspec.Struct, frozen=True):
    """All versions, the oldest first. ``worked_out``: the newest month, ``YYYY-MM``, or empty.

    ``next_from``: the first day from which a version that is drafted today may hold.
    """

    versions: list[VersionAnswer]
    worked_out: str
    next_from: str


Stepping = Response[VersionAnswer] | Response[RefusalAnswer]


def tier_handlers(turn: Turn) -> list[Any]:
    """Return the handlers of ``/tiers``."""
    room = turn.room

    @post("/tiers/draft", status_code=HTTP_200_OK, sync_to_thread=True)
    def draft(data: JSONBody[DraftBody]) -> Stepping:
        read = read_rules(data.text)
        if isinstance(read, list):
            return _refused(file_refused(read))
        return _stepped(turn, lambda room: operations.draft(room, read, data.author))

    @post("/tiers/approve", status_code=HTTP_200_OK, sync_to_thread=True)
    def approve(data: JSONBody[ApproveBody]) -> Stepping:
        return _stepped(turn, lambda room: operations.approve(room, data.version, data.approver))

    @post("/tiers/show", status_code=HTTP_200_OK, sync_to_thread=True)
    def show() -> TiersAnswer:
        rows, months, today = room.feed.tier_rules(), room.feed.tier_months(), room.today()
        done = [row for row in rows if row.state is RulesState.PUBLISHED]
        newest = first_of(months[-1].month).isoformat()[:7] if months else ""
        return TiersAnswer([_version(room, row) for row in rows], newest, first_possible(done, today).isoformat())

    @get("/published/tiers", sync_to_thread=True)
    def published_tiers() -> list[RulesView]:
        return list(told(room.feed.tier_rules(), room.today(), room.home.settings.programme.currency))

    return [draft, approve, show, published_tiers]


def _stepped(turn: Turn, work: Callable[[Room], RulesRow | Refusal]) -> Stepping:
    """Do a step, alone at the ledger."""
    room = turn.room
    with turn:
        done = work(Room(room.ledger, room.log, room.now(), room.home.zone))
    return _refused(done) if isinstance(done, Refusal) else Response(_version(room, done), status_code=HTTP_200_OK)


def _version(room: WorkerRoom, row: RulesRow) -> VersionAnswer:
    rules, currency = row.rules, room.home.settings.programme.currency
    return VersionAnswer(
        row.version,
        _state(room, row),
        rules.first.isoformat(),
        _both(rule_says(rules)),
        [
            LevelAnswer(
                each.id, each.threshold, Both(each.title.ja, each.title.en), _both(level_says(rules, each, currency))
            )
            for each in rules.level
        ],
        row.author,
        row.approver,
        instant_of(row.published).isoformat() if row.published else "",
        row.file.decode(),
    )


def _state(room: WorkerRoom, row: RulesRow) -> str:
    today = room.today()
    if row.state is RulesState.DRAFT:
        return "draft"
    if row.rules.first > today:
        return "coming"
    held = of_month(room.feed.tier_rules(), month_of(today))
    return "in-force" if held is not None and held[0].version == row.version else "past"


def _both(say: Say) -> Both:
    return Both(say.ja, say.en)


def _refused(refusal: Refusal) -> Response[RefusalAnswer]:
    problems = [ProblemAnswer(each.at, _both(each.say)) for each in refusal.problems]
    return Response(
        RefusalAnswer(refusal.word.value, refusal.say.ja, refusal.say.en, problems), status_code=HTTP_409_CONFLICT
    )
