"""Audiences by the inner door: saved, approved, told, counted, committed to. No operation lists members."""

from __future__ import annotations

from typing import Any

from litestar import Response, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from noren.audience.counting import Counter, day_before
from noren.audience.figure.asking import Asker
from noren.audience.figure.budget import renewal
from noren.audience.figure.rounding import TooFew, noise_band
from noren.audience.judging import judge
from noren.audience.language import Refused, to_json
from noren.audience.model import Asked, Channel, Guards, Version
from noren.audience.operations import (
    Draft,
    approve,
    bad_person,
    countable,
    newest,
    save,
    unknown_purpose,
    unknown_recipient,
)
from noren.audience.persons import is_name, plain
from noren.audience.queries import every, one, tell
from noren.audience.refusals import Refusal, expired, wrong_condition
from noren.doors.worker import audience_answers as answers
from noren.doors.worker import audience_bodies as bodies
from noren.doors.worker.turn import Turn
from noren.governance.ports import EntryKind, Fact
from noren.house.ledger_worker import WorkerRoom

_MICROS = 1_000_000


def audience_handlers(turn: Turn) -> list[Any]:
    """Return the handlers of ``/audiences``."""
    room = turn.room
    return [*_defining(room), *_telling(room), *_counting(room), *_comparing(room), *_committing(room)]


def _defining(room: WorkerRoom) -> list[Any]:
    held = room.audiences

    @post("/audiences/check", status_code=HTTP_200_OK, sync_to_thread=True)
    def check(data: JSONBody[bodies.CheckBody]) -> bodies.CheckAnswer:
        judged = judge(data.text, data.recipient, held.names(), day_before(room.today()))
        if isinstance(judged, Refused):
            return bodies.CheckAnswer(answers.problems(judged.problems), [], None)
        return bodies.CheckAnswer(answers.problems(judged.errors), answers.problems(judged.warnings), judged.cost)

    @post("/audiences/save", status_code=HTTP_200_OK, sync_to_thread=True)
    def saving(data: JSONBody[bodies.SaveBody]) -> Response[bodies.SavedAnswer] | Response[bodies.RefusalAnswer]:
        minimum = data.minimum or held.rules.smallest
        guards = Guards(data.purpose, data.recipient, data.channel, data.expires, minimum, data.with_young)
        draft, today = Draft(data.name, data.text, guards, data.author), room.today()
        with held.lock:
            saved = save(held.store, draft, held.names(), held.rules, today, day_before(today))
        if isinstance(saved, Refusal):
            return answers.refused(saved)
        _note(room, EntryKind.AUDIENCE_SAVED, saved.version, by=data.author)
        told = tell(saved.version, [saved.version], today, room.home.settings.programme.currency)
        warnings = answers.problems(saved.judged.warnings)
        return answers.done(bodies.SavedAnswer(answers.version(told), saved.changed, warnings))

    @post("/audiences/approve", status_code=HTTP_200_OK, sync_to_thread=True)
    def approving(
        data: JSONBody[bodies.ApproveBody],
    ) -> Response[bodies.VersionAnswer] | Response[bodies.RefusalAnswer]:
        today = room.today()
        with held.lock:
            done = approve(held.store, data.name, data.approver, held.names(), held.rules, held.flows, today)
        if isinstance(done, Refusal):
            return answers.refused(done)
        _note(room, EntryKind.AUDIENCE_APPROVED, done, by=data.approver)
        return answers.done(answers.version(tell(done, [done], today, room.home.settings.programme.currency)))

    return [check, saving, approving]


def _telling(room: WorkerRoom) -> list[Any]:
    store, currency = room.audiences.store, room.home.settings.programme.currency

    @post("/audiences/list", status_code=HTTP_200_OK, sync_to_thread=True)
    def listed() -> bodies.VersionsAnswer:
        return bodies.VersionsAnswer([answers.version(told) for told in every(store, room.today(), currency)])

    @post("/audiences/show", status_code=HTTP_200_OK, sync_to_thread=True)
    def shown(data: JSONBody[bodies.NameBody]) -> Response[bodies.VersionsAnswer] | Response[bodies.RefusalAnswer]:
        found = one(store, data.name, room.today(), currency)
        if isinstance(found, Refusal):
            return answers.refused(found)
        return answers.done(bodies.VersionsAnswer([answers.version(told) for told in found]))

    return [listed, shown]


def _counting(room: WorkerRoom) -> list[Any]:
    @post("/audiences/count", status_code=HTTP_200_OK, sync_to_thread=True)
    def count(data: JSONBody[bodies.CountBody]) -> Response[bodies.CountAnswer] | Response[bodies.RefusalAnswer]:
        asker, found = _asker(room, data.asker), _asked(room, data)
        if isinstance(asker, Refusal):
            return answers.refused(asker)
        if isinstance(found, Refusal):
            return answers.refused(found)
        asked, minimum = found
        channels = list(Channel) if data.reach else [asked.channel]
        counter, today = room.audiences.counter, room.today()
        figures = room.audiences.patiently(lambda: counter.count(asked, channels, minimum, asker, today))
        if isinstance(figures, Refusal):
            return answers.refused(figures)
        room.note(EntryKind.AUDIENCE_COUNTED, by=asker.name, figures=len(figures), **_what(data))
        shown = [answers.figure(figure, channel) for figure, channel in zip(figures, channels, strict=True)]
        budget = _budget(room, counter, asker)
        off = noise_band(budget.figure)
        return answers.done(bodies.CountAnswer(figures[0].day, shown, off, budget.figure, budget.asker_left))

    @post("/audiences/budget", status_code=HTTP_200_OK, sync_to_thread=True)
    def budget(data: JSONBody[bodies.AskerBody]) -> Response[bodies.BudgetAnswer] | Response[bodies.RefusalAnswer]:
        asker = _asker(room, data.asker)
        if isinstance(asker, Refusal):
            return answers.refused(asker)
        return answers.done(_budget(room, room.audiences.counter, asker))

    return [count, budget]


def _comparing(room: WorkerRoom) -> list[Any]:
    @post("/audiences/overlap", status_code=HTTP_200_OK, sync_to_thread=True)
    def overlap(data: JSONBody[bodies.OverlapBody]) -> Response[bodies.OverlapAnswer] | Response[bodies.RefusalAnswer]:
        asker, one, other = _asker(room, data.asker), _current(room, data.name), _current(room, data.other)
        if isinstance(asker, Refusal):
            return answers.refused(asker)
        if isinstance(one, Refusal):
            return answers.refused(one)
        if isinstance(other, Refusal):
            return answers.refused(other)
        hindrance = _countable(room, one, other)
        if hindrance is not None:
            return answers.refused(hindrance)
        counter, today = room.audiences.counter, room.today()
        minimum = max(one.guards.minimum, other.guards.minimum)
        found = room.audiences.patiently(lambda: counter.overlap(Asked.of(one), Asked.of(other), minimum, asker, today))
        if isinstance(found, Refusal):
            return answers.refused(found)
        room.note(EntryKind.AUDIENCE_COUNTED, by=asker.name, figures=1, audience=data.name, other=data.other)
        word = None if isinstance(found.band, TooFew) else found.band.word
        budget, say = _budget(room, counter, asker), answers.both(found.band.say)
        return answers.done(bodies.OverlapAnswer(found.day, word, say, budget.figure, budget.asker_left))

    return [overlap]


def _committing(room: WorkerRoom) -> list[Any]:
    @post("/audiences/commit", status_code=HTTP_200_OK, sync_to_thread=True)
    def commit(data: JSONBody[bodies.NameBody]) -> Response[bodies.CommitmentAnswer] | Response[bodies.RefusalAnswer]:
        with room.audiences.lock:
            committer, today = room.audiences.committer, room.today()
        made = room.audiences.patiently(lambda: committer.commit(data.name, today))
        if isinstance(made, Refusal):
            return answers.refused(made)
        facts = {"audience": made.name, "version": made.number, "day": made.day.isoformat(), "root": made.root.hex()}
        room.note(EntryKind.AUDIENCE_COMMITTED, **facts)
        return answers.done(answers.commitment(made))

    @post("/audiences/reopen", status_code=HTTP_200_OK, sync_to_thread=True)
    def reopen(data: JSONBody[bodies.ReopenBody]) -> Response[bodies.ReopenAnswer] | Response[bodies.RefusalAnswer]:
        with room.audiences.lock:
            opens = room.audiences.committer.reopen(data.name, data.version, data.day)
        return answers.refused(opens) if isinstance(opens, Refusal) else answers.done(bodies.ReopenAnswer(opens))

    return [commit, reopen]


def _note(room: WorkerRoom, kind: EntryKind, version: Version, *, by: str) -> None:
    facts = {"audience": version.name, "version": version.number, "purpose": version.guards.purpose}
    room.note(kind, by=plain(by), recipient=version.guards.recipient, **facts)


def _what(data: bodies.CountBody) -> dict[str, Fact]:
    return {"draft": True} if data.draft is not None else {"audience": data.name or ""}


def _asker(room: WorkerRoom, name: str) -> Asker | Refusal:
    return Asker(plain(name), room.audiences.machine_today()) if is_name(name) else bad_person("--asker")


def _current(room: WorkerRoom, name: str) -> Version | Refusal:
    """Return an audience that may be counted: its newest version, a draft too, within its time."""
    version = newest(room.audiences.store, name)
    if isinstance(version, Refusal):
        return version
    return expired(name, version.guards.expires) if room.today() > version.guards.expires else version


def _countable(room: WorkerRoom, *versions: Version) -> Refusal | None:
    return countable(versions, room.audiences.names(), day_before(room.today()))


def _asked(room: WorkerRoom, data: bodies.CountBody) -> tuple[Asked, int] | Refusal:
    if data.draft is None:
        version = _current(room, data.name or "")
        if isinstance(version, Refusal):
            return version
        return _countable(room, version) or (Asked.of(version), version.guards.minimum)
    draft, names = data.draft, room.audiences.names()
    stranger = unknown_recipient(draft.recipient, names) or unknown_purpose(draft.purpose, room.audiences.rules)
    if stranger is not None:
        return stranger
    judged = judge(draft.text, draft.recipient, names, day_before(room.today()))
    if isinstance(judged, Refused) or judged.errors:
        return wrong_condition(judged.problems if isinstance(judged, Refused) else judged.errors)
    asked = Asked(to_json(judged.condition), draft.purpose, draft.recipient, draft.channel)
    return asked, room.audiences.rules.smallest


def _budget(room: WorkerRoom, counter: Counter, asker: Asker) -> bodies.BudgetAnswer:
    said, spent = room.home.settings.audiences, counter.figures.spent(asker.today)
    own = spent.by_asker.get(asker.name, 0) / _MICROS
    programme = max(0.0, said.programme_epsilon_a_month - spent.total / _MICROS)
    return bodies.BudgetAnswer(
        month=spent.month,
        figure=said.figure_epsilon,
        asker_left=round(min(max(0.0, said.asker_epsilon_a_month - own), programme), 6),
        programme_left=round(programme, 6),
        renews=renewal(spent.month),
    )
