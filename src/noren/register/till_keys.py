"""Keyed hashes of the till: cards, receipts, bodies and one-time codes, each under its own key."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Final

import msgspec

from noren.activity.model import Line, ReceiptKey
from noren.kernel.keyring import KeyRing, keyed_index
from noren.register.requests import PurchaseRequest, ReturnRequest

INDEX_BYTES: Final = 16
_PACK: Final = msgspec.msgpack.Encoder()


def card_indexes(ring: KeyRing, card: str) -> list[bytes]:
    """Return a card's keyed index under each live key version, the current one first."""
    return [keyed_index(key, b"card", card.encode("ascii"))[:INDEX_BYTES] for _, key in ring.newest_first()]


@dataclass(frozen=True, slots=True)
class ReceiptKeys:
    """The rings by which receipts and cards are known: held by the till, and by the worker that imports history."""

    card_index: KeyRing = field(repr=False)
    receipt_index: KeyRing = field(repr=False)
    body_hash: KeyRing = field(repr=False)
    purchase_id: KeyRing = field(repr=False)

    def cards(self, card: str) -> list[bytes]:
        """Return the card's index under each live key version."""
        return card_indexes(self.card_index, card)

    def receipts(self, shop: str, terminal: str, business_date: date, receipt: str) -> list[ReceiptKey]:
        """Return the receipt's key under each live key version, the current one first."""
        day = business_date.toordinal()
        parts = (shop.encode(), terminal.encode(), day.to_bytes(4, "big"), receipt.encode())
        return [ReceiptKey(day, keyed_index(k, *parts)[:INDEX_BYTES]) for _, k in self.receipt_index.newest_first()]

    def purchase_bodies(self, request: PurchaseRequest, lines: tuple[Line, ...]) -> list[bytes]:
        """Return the keyed hash of a parsed purchase under each live key version; defaults count as sent."""
        coupons = [] if request.coupons is msgspec.UNSET else request.coupons
        whole = (request.receipt, request.business_date, request.at, request.card, lines, request.amount,
                 request.base, request.used, coupons)  # fmt: skip
        return self._bodies(_PACK.encode(whole))

    def return_bodies(self, request: ReturnRequest) -> list[bytes]:
        """Return the keyed hash of a parsed return under each live key version."""
        lines = [(x.line, x.quantity, x.amount) for x in request.lines]
        base = None if request.points_base is msgspec.UNSET else request.points_base
        return self._bodies(_PACK.encode((request.name, lines, base)))

    def _bodies(self, packed: bytes) -> list[bytes]:
        return [keyed_index(key, packed)[:INDEX_BYTES] for _, key in self.body_hash.newest_first()]


@dataclass(frozen=True, slots=True)
class TillKeys(ReceiptKeys):
    """What the till holds besides: the ring that makes and reads one-time codes."""

    one_time_code: KeyRing = field(repr=False)

    def code(self, code: str) -> bytes:
        """Return the keyed hash by which a used one-time code is remembered."""
        return keyed_index(self.one_time_code.key(), b"used", code.encode("ascii"))[:INDEX_BYTES]
