"""The draw: tickets, slots, shares and the seed, as the contract of the till states them. Pure.

Who wins is decided by nobody: the seed comes of three persons' shares, committed to before the start; a ticket comes of
the member's own draw number. Whoever has both can compute the outcome again.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from typing import Final

from noren.kernel.ids import MalformedId, Unprintable
from noren.kernel.values import value

DRAW_NUMBER_BYTES: Final = 16
SHARE_BYTES: Final = 32
SHARES: Final = 3
CERTAIN: Final = 2**64
"""The threshold that every slot is below."""

_BREAK: Final = b"\x00"
_SEEDS: Final = 2_048
"""Campaigns whose seeds are kept taken in, at most."""


class Unit(StrEnum):
    """What is drawn for: a person once, or each visit."""

    MEMBER = "member"
    VISIT = "visit"


class Outcome(StrEnum):
    """What a draw came to. ``CAPPED``: it won, and a cap held it back."""

    ISSUED = "issued"
    LOST = "lost"
    HOLDOUT = "holdout"
    CAPPED = "capped"


class DrawNumber(Unprintable[bytes]):
    """Random 128 bits per member, made on the ledger side and shown to her alone: what her tickets come of."""

    __slots__ = ()

    def __init__(self, number: bytes) -> None:
        if len(number) != DRAW_NUMBER_BYTES:
            raise MalformedId("a draw number has 16 bytes")
        super().__init__(number)


@value
class Visit:
    """The receipt that a visit is known by: ``business_date`` in ISO, as the till sends them."""

    shop: str
    terminal: str
    business_date: str
    receipt: str


def threshold(share: str) -> int:
    """Return below which slots a share (decimal text, 0 to 1, exact) holds: floor(share · 2^64)."""
    exact = Fraction(share)
    assert 0 <= exact <= 1, "a share lies between 0 and 1"
    return int(exact * CERTAIN)


def member_ticket(number: DrawNumber, campaign: str) -> bytes:
    """Return the one ticket of a member in a campaign, 32 bytes."""
    return _hmac(number.reveal(), b"member", campaign.encode())


def visit_ticket(number: DrawNumber, campaign: str, visit: Visit) -> bytes:
    """Return the ticket of one visit of hers, 32 bytes."""
    parts = (campaign, visit.shop, visit.terminal, visit.business_date, visit.receipt)
    return _hmac(number.reveal(), b"visit", *(each.encode() for each in parts))


def slot(seed: bytes, ticket: bytes) -> int:
    """Return where a ticket falls, 0 to 2^64 - 1: it wins below the threshold of the campaign's rate."""
    return _slot(seed, ticket)


def holdout_slot(seed: bytes, number: DrawNumber, campaign: str) -> int:
    """Return where a member falls for the holdout: below the threshold of its share she is left out."""
    return _slot(seed, b"holdout" + _BREAK + _hmac(number.reveal(), campaign.encode()))


def commitment(share: bytes) -> bytes:
    """Return what is published of a share before the start, 32 bytes."""
    assert len(share) == SHARE_BYTES, "a share has 32 bytes"
    return hashlib.sha256(share).digest()


def seed_of(shares: Sequence[bytes]) -> bytes:
    """Return the seed of the author's share and the two approvers', in this order."""
    assert len(shares) == SHARES, "the author's share and two approvers'"
    assert all(len(each) == SHARE_BYTES for each in shares), "a share has 32 bytes"
    return hashlib.sha256(b"".join(shares)).digest()


def _hmac(key: bytes, *parts: bytes) -> bytes:
    return hmac.digest(key, _BREAK.join(parts), "sha256")


def _slot(seed: bytes, text: bytes) -> int:
    keyed = _keyed(seed).copy()
    keyed.update(text)
    return int.from_bytes(keyed.digest()[:8], "big")


@lru_cache(maxsize=_SEEDS)
def _keyed(seed: bytes) -> hmac.HMAC:
    """Return a keyed hash to be copied: a campaign's seed is asked for each of its draws, and taking it in is half."""
    return hmac.new(seed, digestmod="sha256")
