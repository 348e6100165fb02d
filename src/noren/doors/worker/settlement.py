"""Settlement by the inner door: who pays whom for which days. No member, no shop, no receipt is in it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec
from litestar import Response, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_409_CONFLICT

from noren.activity.settling import Span, Statement, of_company, settle
from noren.doors.worker.bodies import Partner
from noren.doors.worker.turn import Turn
from noren.house.ledger_worker import WorkerRoom
from noren.kernel.say import Say


class SettlementBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which days are to be settled, both included, and for which company alone. ``last`` None: up to yesterday."""

    first: date | None = None
    last: date | None = None
    company: Partner | None = None


class EntryAnswer(msgspec.Struct, frozen=True):
    """One side of a movement. Companies by their codes; the programme is the empty name."""

    day: str
    company: str
    other: str
    what: str
    issuer: str
    count: int
    amount: int


class PaymentAnswer(msgspec.Struct, frozen=True):
    """What is to be paid over all days together."""

    payer: str
    payee: str
    amount: int


class StatementAnswer(msgspec.Struct, frozen=True):
    """A settlement in whole minor units; its entries sum to zero on each day."""

    first: str
    last: str
    currency: str
    entries: list[EntryAnswer]
    payments: list[PaymentAnswer]


class RefusedAnswer(msgspec.Struct, frozen=True):
    """Why these days can not be settled."""

    reason_ja: str
    reason_en: str


Settled = Response[StatementAnswer] | Response[RefusedAnswer]


def settlement_handlers(turn: Turn) -> list[Any]:
    """Return the handler of ``/settlement``."""
    room = turn.room

    @post("/settlement", status_code=HTTP_200_OK, sync_to_thread=True)
    def settlement(data: JSONBody[SettlementBody]) -> Settled:
        span = _span(room, data)
        refused = span if isinstance(span, Say) else _unknown(room, data.company)
        if refused is not None:
            return Response(RefusedAnswer(refused.ja, refused.en), status_code=HTTP_409_CONFLICT)
        assert isinstance(span, Span)
        whole = settle(room.feed, span)
        told = whole if data.company is None else of_company(whole, data.company)
        return Response(_answer(told, room.home.settings.programme.currency), status_code=HTTP_200_OK)

    return [settlement]


def _span(room: WorkerRoom, data: SettlementBody) -> Span | Say:
    """Return the days, or why they can not be settled: each is to come out the same whenever it is asked for."""
    today, keep = room.today(), room.home.settings.receipts.keep_days
    last = data.last or today - timedelta(days=1)
    first = data.first or last.replace(day=1)
    oldest = today - timedelta(days=keep)
    if last >= today:
        return Say(f"精算できるのは前日({today - timedelta(days=1)})までです。", f"Days before {today} alone are over.")
    if first > last:
        return Say(f"{first}は{last}より後です。", f"{first} is after {last}.")
    if first < oldest:
        return Say(
            f"{oldest}より前は精算できません。だれの券だったかを、期限から{keep}日(receipts.keep_days)で消すためです。",
            f"Days before {oldest} can not be settled: whose slip it was goes {keep} days (receipts.keep_days)"
            " after its last day.",
        )
    return Span(first, last, room.home.zone)


def _unknown(room: WorkerRoom, company: str | None) -> Say | None:
    if company is None or company in room.directory.partners():
        return None
    return Say(f"{company} という会社はありません。", f"There is no company {company}.")


def _answer(told: Statement, currency: str) -> StatementAnswer:
    return StatementAnswer(
        told.first.isoformat(),
        told.last.isoformat(),
        currency,
        [
            EntryAnswer(x.day.isoformat(), x.company, x.other, x.what.value, x.issuer, x.count, x.amount)
            for x in told.entries
        ],
        [PaymentAnswer(x.payer, x.payee, x.amount) for x in told.payments],
    )
