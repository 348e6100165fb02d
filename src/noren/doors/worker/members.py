"""Members and cards: what the vault may ask of the ledger side. Card numbers stay in memory here."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from litestar import post
from litestar.exceptions import ClientException, NotFoundException
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from noren.activity import enrolment
from noren.activity.model import Chosen, MemberState, Stop
from noren.activity.ports import LedgerBatch
from noren.doors.worker.bodies import (
    CardsBody,
    CardStateBody,
    ChoicesBody,
    ChosenBody,
    EnrolBody,
    MergeBody,
    RecallBody,
    RecalledAnswer,
    RecalledRow,
    RecallRow,
    StopBody,
    TokenBody,
    TokensAnswer,
    TokensBody,
)
from noren.doors.worker.turn import Turn
from noren.governance.stopping import Rule
from noren.kernel.ids import Handle, LinkToken, MalformedId
from noren.kernel.sealing import DoesNotOpen, make_link_token, open_link_token
from noren.register.till_keys import card_indexes


def member_handlers(turn: Turn) -> list[Any]:
    """Return the handlers of ``/enrol``, ``/cards`` and ``/choices``."""
    who = _Who(turn)
    return [_enrolling(who), *_cards(who), *_choices(who)]


class _Who:
    """Tells cards and members from what crosses: a card number, a link token."""

    def __init__(self, turn: Turn) -> None:
        self.turn = turn
        self.room = turn.room

    def indexes(self, card: str) -> list[bytes]:
        return card_indexes(self.room.receipts.card_index, card)

    def handle(self, token: bytes) -> bytes:
        try:
            return open_link_token(self.room.link, LinkToken(token)).reveal()
        except (DoesNotOpen, MalformedId):
            raise NotFoundException("no such member") from None

    def token(self, handle: bytes | None) -> bytes | None:
        return None if handle is None else make_link_token(self.room.link, Handle(handle)).reveal()


def _enrolling(who: _Who) -> Any:
    @post("/enrol", status_code=HTTP_200_OK, sync_to_thread=True)
    def enrol(data: JSONBody[EnrolBody]) -> TokensAnswer:
        arrivals = [enrolment.Arrival(tuple(map(who.indexes, m.cards)), m.traits) for m in data.members]
        with who.turn:
            handles = enrolment.enrol(who.room.ledger, arrivals=arrivals)
        return TokensAnswer([who.token(handle) for handle in handles])

    return enrol


def _cards(who: _Who) -> list[Any]:
    ledger = who.room.ledger

    @post("/cards/state", status_code=HTTP_200_OK, sync_to_thread=True)
    def state(data: JSONBody[CardStateBody]) -> dict[str, bool]:
        with who.turn:
            done = enrolment.set_card_state(ledger, card=who.indexes(data.card), state=data.value)
        return _done(done, "the card is not known")

    @post("/cards/merge", status_code=HTTP_200_OK, sync_to_thread=True)
    def merge(data: JSONBody[MergeBody]) -> dict[str, bool]:
        source, target = who.handle(data.source), who.handle(data.target)
        with who.turn:
            done = enrolment.merge(
                ledger,
                source=source,
                target=target,
                day=who.room.today().toordinal(),
                expiry_days=who.room.home.settings.points.expiry_days,
            )
        if done:
            who.room.provisions.move(source, target)
        return _done(done, "the two members can not be merged")

    return [state, merge, *_rotating(who)]


def _rotating(who: _Who) -> list[Any]:
    """What a rotation asks of the crossing: both keep to memory what the vault streams."""

    @post("/cards/tokens", status_code=HTTP_200_OK, sync_to_thread=True)
    def tokens(data: JSONBody[TokensBody]) -> TokensAnswer:
        return TokensAnswer([who.token(who.handle(token)) for token in data.tokens])

    @post("/cards/reindex", status_code=HTTP_200_OK, sync_to_thread=True)
    def reindex(data: JSONBody[CardsBody]) -> dict[str, int]:
        shown = [who.indexes(card) for card in data.cards]
        pairs = [(old, now) for now, *before in shown for old in before]
        with who.turn, who.room.ledger.batch() as batch:
            return {"moved": batch.rename_cards(pairs)}

    return [tokens, reindex]


def _choices(who: _Who) -> list[Any]:
    ledger = who.room.ledger

    @post("/choices/set", status_code=HTTP_200_OK, sync_to_thread=True)
    def chosen(data: JSONBody[ChoicesBody]) -> dict[str, bool]:
        rows = [(who.handle(row.token), _chosen(row)) for row in data.rows]
        with who.turn:
            done = enrolment.set_choices(ledger, rows=rows)
        return _done(done, "no such member")

    @post("/choices/get", status_code=HTTP_200_OK, sync_to_thread=True)
    def choices(data: JSONBody[TokenBody]) -> dict[str, bool]:
        with who.turn:
            on = enrolment.is_points_only(ledger, handle=who.handle(data.token))
        if on is None:
            raise NotFoundException("no such member")
        return {"points_only": on}

    @post("/choices/recall", status_code=HTTP_200_OK, sync_to_thread=True)
    def recall(data: JSONBody[RecallBody]) -> RecalledAnswer:
        with who.turn, ledger.batch() as batch:
            return RecalledAnswer([_recalled(who, batch, row) for row in data.rows])

    return [chosen, choices, recall]


def _recalled(who: _Who, batch: LedgerBatch, row: RecallRow) -> RecalledRow:
    handle = who.handle(row.token)
    known = batch.members([handle]).get(handle)
    cards = [_card_state(who, batch, card) for card in row.cards]
    if known is None or known.state is MemberState.MERGED:
        return RecalledRow("unknown", [], False, 0, cards)
    stops = [StopBody(**asdict(each.rule), since=each.since) for each in batch.stops(handle)]
    state = "here" if known.state is MemberState.ACTIVE else "left"
    return RecalledRow(state, stops, known.points_only, batch.keep_months(handle), cards)


def _card_state(who: _Who, batch: LedgerBatch, card: str) -> str | None:
    known = next(iter(batch.cards(who.indexes(card)).values()), None)
    return None if known is None else known.state.name.lower()


def _chosen(row: ChosenBody) -> Chosen:
    stops = tuple(Stop(Rule(each.purpose, each.recipient, each.channel), each.since) for each in row.stops)
    return Chosen(stops, row.points_only, row.keep_months)


def _done(done: bool, otherwise: str) -> dict[str, bool]:
    if not done:
        raise ClientException(otherwise, status_code=409)
    return {"ok": True}
