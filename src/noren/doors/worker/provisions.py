"""Provision by the inner door: an extract made, taken, given; its record; the recipient's word that it is gone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from litestar import Response, post
from litestar.params import JSONBody
from litestar.response import Stream
from litestar.status_codes import HTTP_200_OK, HTTP_409_CONFLICT

from noren.doors.worker.turn import Turn
from noren.governance.clearing import clear_flow
from noren.governance.leases.copies import Refused as CopyRefused
from noren.governance.leases.errors import CopiesBroken
from noren.governance.leases.model import CopyLease, Proof
from noren.governance.refusing import Refused
from noren.house.ledger_worker import WorkerRoom
from noren.house.providing import ConsentsUnread, ReadRegister, covering_texts, provider_of
from noren.kernel.clock import SystemClock, local_date
from noren.kernel.say import Say
from noren.provision.attesting import accept
from noren.provision.envelope import RecipientKey
from noren.provision.model import MAX_DAYS, ProvisionRecord, Window
from noren.provision.providing import Provided, provide


class RunBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A flow to run: the days whose purchases go, how many days the recipient may keep them, who answers for it.

    ``consents``: the vault's sealed word of who agreed, where ``/provide/needs`` wants it.
    """

    flow: str
    first: date
    last: date
    days: int
    owner: str
    consents: str = ""


class FlowBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which flow."""

    flow: str


class NeedsAnswer(msgspec.Struct, frozen=True):
    """Whether a flow needs consents, for which recipient, and to which texts one of them may be."""

    consents: bool
    recipient: str
    texts: list[str]


class RunNameBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which run."""

    run: str


class WordBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A recipient's signed word."""

    word: str


class RecordAnswer(msgspec.Struct, frozen=True):
    """A record of provision. ``destroyed_on``: the day on which its recipient attested that its copy is gone."""

    run: str
    flow: str
    purpose: str
    recipient: str
    recipient_name: str
    address: str
    representative: str
    route: str
    notice: str
    notice_version: int
    terms_version: int
    items: tuple[str, ...]
    first_day: date
    last_day: date
    begun_on: date
    delete_by: datetime
    completed_on: date | None
    rows: int | None
    members: int | None
    copy: str
    destroyed_on: date | None


class RefusalAnswer(msgspec.Struct, frozen=True):
    """Why not: the rule's name, what it says, what of this flow offends it, how to mend it; Japanese, then English."""

    rule: str
    says: tuple[str, str]
    what: tuple[str, str]
    fix: tuple[str, str]


class RecordsAnswer(msgspec.Struct, frozen=True):
    """All records, the newest first."""

    records: list[RecordAnswer]


def provision_handlers(turn: Turn) -> list[Any]:
    """Return the handlers of ``/provide``."""
    room = turn.room
    return [*_making(room), *_giving(room), *_telling(room)]


def _making(room: WorkerRoom) -> list[Any]:
    @post("/provide/needs", status_code=HTTP_200_OK, sync_to_thread=True)
    def needs(data: JSONBody[FlowBody]) -> Response[NeedsAnswer] | Response[RefusalAnswer]:
        now = SystemClock().now()
        cleared = clear_flow(ReadRegister(room.home, "ledger-worker").at(now), data.flow, at=now)
        if isinstance(cleared, Refused):
            return _refused(cleared)
        texts = covering_texts(room.home, cleared, now) if cleared.needs_consent else []
        return Response(NeedsAnswer(cleared.needs_consent, cleared.recipient.id, texts))

    @post("/provide/run", status_code=HTTP_200_OK, sync_to_thread=True)
    def run(data: JSONBody[RunBody]) -> Response[RecordAnswer] | Response[RefusalAnswer]:
        if not 0 <= (data.last - data.first).days < MAX_DAYS:
            return _refused(_window_refused())
        provider, now = provider_of(room, data.consents), SystemClock().now()
        cleared = clear_flow(provider.runner.registers.at(now), data.flow, at=now)
        if isinstance(cleared, Refused):
            return _refused(cleared)
        until, window = now + timedelta(days=data.days), Window(data.first, data.last)
        try:
            done = provide(provider, cleared, window=window, owner=data.owner, expires_at=until)
        except ConsentsUnread:
            return _refused(_CONSENTS)
        return Response(_record(room, done.record)) if isinstance(done, Provided) else _refused(done)

    return [needs, run]


def _giving(room: WorkerRoom) -> list[Any]:
    @post("/provide/take", status_code=HTTP_200_OK, sync_to_thread=True)
    def take(data: JSONBody[RunNameBody]) -> Any:
        record = _of(room, data.run)
        if record is None:
            return _refused(_NO_RUN)
        return Stream(_pieces(room, record.copy), media_type="application/octet-stream")

    @post("/provide/given", status_code=HTTP_200_OK, sync_to_thread=True)
    def given(data: JSONBody[RunNameBody]) -> Response[RecordAnswer] | Response[RefusalAnswer]:
        record = _of(room, data.run)
        if record is None:
            return _refused(_NO_RUN)
        try:
            room.copies.give(record.copy)
        except CopiesBroken:
            return _refused(_NO_RUN)
        return Response(_record(room, record))

    return [take, given]


def _telling(room: WorkerRoom) -> list[Any]:
    @post("/provide/list", status_code=HTTP_200_OK, sync_to_thread=True)
    def records() -> RecordsAnswer:
        return RecordsAnswer([_record(room, each) for each in room.provisions.records()])

    @post("/provide/attest", status_code=HTTP_200_OK, sync_to_thread=True)
    def attest(data: JSONBody[WordBody]) -> Response[RecordAnswer] | Response[RefusalAnswer]:
        now = SystemClock().now()
        parties = provider_of(room, "").runner.registers.at(now).parties

        def key_of(recipient: str) -> RecipientKey | None:
            party = parties.get(recipient)
            return RecipientKey.from_text(party.value.public_key or "") if party else None

        done = accept(data.word, room.provisions.records(), key_of, room.copies, today=room.today())
        return Response(_record(room, done)) if isinstance(done, ProvisionRecord) else _refused(done)

    return [records, attest]


def _of(room: WorkerRoom, run: str) -> ProvisionRecord | None:
    """Return a provision whose copy lies here still."""
    found = next((each for each in room.provisions.records() if each.run == run), None)
    lease = room.copies.store.lease(found.copy) if found is not None and found.copy else None
    return found if lease is not None and room.copies.store.wrapped(lease.copy) is not None else None


def _pieces(room: WorkerRoom, copy: str) -> Iterator[bytes]:
    yield from room.copies.open(copy)


def _record(room: WorkerRoom, record: ProvisionRecord) -> RecordAnswer:
    lease = room.copies.store.lease(record.copy) if record.copy else None
    return RecordAnswer(
        run=record.run,
        flow=record.flow,
        purpose=record.purpose,
        recipient=record.recipient,
        recipient_name=record.recipient_name,
        address=record.address,
        representative=record.representative,
        route=record.route,
        notice=record.notice,
        notice_version=record.notice_version,
        terms_version=record.terms_version,
        items=record.items,
        first_day=record.window.first,
        last_day=record.window.last,
        begun_on=record.begun_on,
        delete_by=record.expires_at,
        completed_on=record.completed_on,
        rows=record.rows,
        members=record.members,
        copy=record.copy,
        destroyed_on=_destroyed_on(room, lease),
    )


def _destroyed_on(room: WorkerRoom, lease: CopyLease | None) -> date | None:
    if lease is None or lease.proof is not Proof.ATTESTED or lease.ended_at is None:
        return None
    return local_date(lease.ended_at, room.home.zone)


_NOTHING = Say("", "")
_NO_RUN = CopyRefused(
    "provision-not-here",
    Say("その提供の複製はここにありません。", "No copy of that provision lies here."),
    Say("渡し終えたか、期限が来ています。もう一度提供してください。", "It was given or has ended. Provide again."),
)


_CONSENTS = CopyRefused(
    "consents-not-read",
    Say(
        "同意した方を確かめられないので、提供しません。",
        "Nothing is provided: who agreed can not be told.",
    ),
    Say(
        "会員情報庫(vault)が動いているか確かめ、もう一度実行してください。",
        "See that the vault runs, then do it again.",
    ),
)


def _window_refused() -> CopyRefused:
    return CopyRefused(
        "provision-window",
        Say("期間が正しくありません。", "The window is not right."),
        Say(f"--from が --until より前で、{MAX_DAYS}日までです。", f"--from before --until, at most {MAX_DAYS} days."),
    )


def _refused(refusal: Refused | CopyRefused) -> Response[RefusalAnswer]:
    what = refusal.what if isinstance(refusal, Refused) else _NOTHING
    answer = RefusalAnswer(
        refusal.rule,
        (refusal.says.ja, refusal.says.en),
        (what.ja, what.en),
        (refusal.fix.ja, refusal.fix.en),
    )
    return Response(answer, status_code=HTTP_409_CONFLICT)
