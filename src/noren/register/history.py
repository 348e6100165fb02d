"""History from another system: purchases that happened before, or elsewhere. They earn nothing and draw nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

import msgspec

from noren.activity.model import Purchase
from noren.activity.points import Standing
from noren.activity.ports import Asked, LedgerStore
from noren.kernel.clock import microseconds
from noren.kernel.say import Say
from noren.register.answers import PointsAnswer, PurchaseAnswer
from noren.register.decide import MAX_AHEAD, Sale
from noren.register.requests import FIRST_YEAR, LAST_YEAR, PurchaseRequest
from noren.register.till_keys import ReceiptKeys
from noren.register.work import Work

CHUNK: Final = 500
"""Purchases in one transaction: the till waits no longer than this takes (about 50 ms)."""

Result = Literal["imported", "same"] | Say

_UNKNOWN_CARD: Final = Say("このカードは登録されていません。", "The card is not known.")
_CONFLICT: Final = Say("同じレシート番号で内容の違う取引があります。", "The receipt is there with other contents.")
_ERASED: Final = Say("この会員の記録は消去されました。", "The member's records were erased.")
_UNKNOWN_SHOP: Final = Say(
    "店舗が登録されていません。先に店舗を取り込んでください。", "Unknown shop: import shops first."
)
_NO_SUCH_TIME: Final = Say("日時の年が正しくありません。", "The year is out of bounds.")
_FUTURE: Final = Say("日時が未来です。", "The time lies in the future.")


@dataclass(frozen=True, slots=True)
class Past:
    """A purchase of the past, at a shop of ``partner`` (None: the shop is unknown)."""

    shop: str
    terminal: str
    partner: str | None
    request: PurchaseRequest


def import_purchases(
    store: LedgerStore, *, keys: ReceiptKeys, purchases: Sequence[Past], received: datetime
) -> list[Result]:
    """Take history in; one result per purchase. Repeating it changes nothing."""
    out: list[Result] = []
    for start in range(0, len(purchases), CHUNK):
        chunk = purchases[start : start + CHUNK]
        known = [_Names(keys, past) for past in chunk]
        with store.batch() as batch:
            work = Work(batch)
            work.prefetch(
                Asked(
                    receipts={key for names in known for key in names.receipts},
                    cards={index for names in known for index in names.cards},
                )
            )
            out.extend(_import(work, keys, past, names, received) for past, names in zip(chunk, known, strict=True))
            batch.write(work.changes)
    return out


class _Names:
    """The keyed hashes of one purchase's receipt and card, under each live key version."""

    __slots__ = ("cards", "receipts")

    def __init__(self, keys: ReceiptKeys, past: Past) -> None:
        request = past.request
        self.receipts = keys.receipts(past.shop, past.terminal, request.business_date, request.receipt)
        self.cards = keys.cards(request.card)


def _import(work: Work, keys: ReceiptKeys, past: Past, names: _Names, received: datetime) -> Result:
    request = past.request
    if past.partner is None:
        return _UNKNOWN_SHOP
    if not FIRST_YEAR <= request.at.year <= LAST_YEAR:
        return _NO_SUCH_TIME
    if request.at > received + MAX_AHEAD:
        return _FUTURE
    lines = request.as_lines()
    bodies = keys.purchase_bodies(request, lines)
    for key in names.receipts:
        seen, entry = work.receipt(key)
        if seen:
            known = work.purchase(entry) if entry is not None else None
            if known is None:
                return _ERASED
            return "same" if known.body_hash in bodies else _CONFLICT
    cards = (work.card(index) for index in names.cards)
    card = next((card for card in cards if card is not None), None)
    standing = work.standing(card.handle) if card is not None else None
    if standing is None:
        return _UNKNOWN_CARD
    entry = work.entry()
    answer = PurchaseAnswer(work.name(keys.purchase_id, entry), PointsAnswer(0, 0, standing.member.pool), [])
    purchase = Purchase(
        entry=entry,
        handle=standing.member.handle,
        key=names.receipts[0],
        body_hash=bodies[0],
        shop=past.shop,
        partner=past.partner,
        terminal=past.terminal,
        receipt=request.receipt,
        at=microseconds(request.at),
        received=microseconds(received),
        amount=request.amount,
        amount_left=request.amount,
        base_left=0,
        used_left=0,
        earned=0,
        earned_left=0,
        per=1,
        previous=standing.member.last_purchase,
        imported=True,
        lines=None if standing.member.points_only else lines,
        answer=msgspec.json.encode(answer),
    )
    linked = Standing(replace(standing.member, last_purchase=entry), standing.lots)
    work.accept_sale(Sale(purchase, linked, (), 0, purchase.answer), code_hash=None)
    work.changes.tally.imported += 1
    return "imported"
