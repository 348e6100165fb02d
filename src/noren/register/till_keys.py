"""Keyed hashes of the till: cards, receipts, bodies and one-time codes, each under its own key."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Final

import msgspec

from noren.activity.model import Line, ReceiptKey
from noren.kernel.keyring import Edition, KeyRing, keyed_index
from noren.kernel.marks import marks, named
from noren.register.requests import PurchaseRequest, ReturnRequest

INDEX_BYTES: Final = 16
_PACK: Final = msgspec.msgpack.Encoder()


def card_indexes(ring: KeyRing, card: str) -> list[bytes]:
    """Return a card's keyed index (version and HMAC) under each live key version, the current one first."""
    number = card.encode("ascii")
    return [named(v, keyed_index(key, b"card", number)[:INDEX_BYTES]) for v, key in ring.newest_first()]


@dataclass(frozen=True, slots=True)
class ReceiptKeys:
    """The rings by which receipts and cards are known: held by the till, and by the worker that imports history."""

    card_index: KeyRing = field(repr=False)
    receipt_index: KeyRing = field(repr=False)
    body_hash: KeyRing = field(repr=False)
    purchase_id: KeyRing = field(repr=False)
    edition: Edition = field(default_factory=Edition, repr=False, kw_only=True)

    def cards(self, card: str) -> list[bytes]:
        """Return the card's index under each live key version."""
        return card_indexes(self.card_index, card)

    def receipts(self, shop: str, terminal: str, business_date: date, receipt: str) -> list[ReceiptKey]:
        """Return the receipt's key under each live key version, the current one first."""
        day = business_date.toordinal()
        parts = (shop.encode(), terminal.encode(), day.to_bytes(4, "big"), receipt.encode())
        return [ReceiptKey(day, mark) for mark in marks(self.receipt_index, *parts)]

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
        return marks(self.body_hash, packed)


@dataclass(frozen=True, slots=True)
class TillKeys(ReceiptKeys):
    """What the till holds besides: the ring that makes and reads one-time codes."""

    one_time_code: KeyRing = field(repr=False)


def used_code(key: bytes, code: str) -> bytes:
    """Return the keyed hash by which a used one-time code is remembered, under the key that reads it.

    Not under the current one: a code is known as used for as long as any key reads it.
    """
    return keyed_index(key, b"used", code.encode("ascii"))[:INDEX_BYTES]
