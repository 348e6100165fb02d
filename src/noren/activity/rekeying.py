"""Moving what rests on an old key version to the current one: cards, receipts, bodies. Small transactions, any order.

A keyed value begins with the version of its key, so every step sees what is still to be
moved, may be repeated, and may be broken off anywhere. The store's methods are few and plain
(``Rekeyed``, ``Keyed``), the same on every engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, Protocol

CHUNK: Final = 250
"""Rows of one transaction: the till waits no longer than it takes (about 10 ms)."""

ReceiptRow = tuple[int, bytes, int | None]
"""A receipt: day, keyed hash, entry of its purchase (None where the member was erased)."""

Turn = Callable[[bytes], bytes]
"""Gives a stored value under the current key; one that is there already it gives back as it is."""


class Rekeyed(Protocol):
    """What a rotation writes, within one transaction."""

    def rename_cards(self, pairs: Iterable[tuple[bytes, bytes]]) -> int:
        """Give cards (old index, new index) their new index; unknown old ones are passed over. Return how many."""
        ...

    def rename_receipts(self, renamed: Iterable[tuple[int, bytes, int | None, bytes]]) -> None:
        """Give receipts (day, old hash, entry, new hash) their new hash, in their purchase too."""
        ...

    def put_bodies(self, bodies: Iterable[tuple[int, bytes]]) -> None:
        """Give purchases or returns, by entry, their body's new hash."""
        ...

    def rename_openings(self, pairs: Iterable[tuple[bytes, bytes]]) -> None:
        """Give opening balances (old key, new key) their new key."""
        ...

    def rename_coupons(self, pairs: Iterable[tuple[bytes, bytes]]) -> None:
        """Give coupons (old name, new name) their new name, in their redemptions too."""
        ...


class Keyed(Protocol):
    """What a rotation reads."""

    def cards_under(self, bound: bytes, limit: int) -> Sequence[bytes]:
        """Return keyed indexes of cards below ``bound``: those under versions before the one that it names."""
        ...

    def receipts_after(self, after: tuple[int, bytes], limit: int) -> Sequence[ReceiptRow]:
        """Return the receipts after (day, hash), ascending."""
        ...

    def bodies_after(self, entry: int, limit: int) -> Sequence[tuple[int, bytes]]:
        """Return (entry, body hash) of the purchases and returns after an entry, ascending."""
        ...


def stale(values: Iterable[bytes], turn: Turn) -> list[tuple[bytes, bytes]]:
    """Return (old, new) of the values that are to be renamed."""
    return [(old, new) for old in values if (new := turn(old)) != old]


def stale_receipts(rows: Iterable[ReceiptRow], turn: Turn) -> list[tuple[int, bytes, int | None, bytes]]:
    """Return what is to be renamed among receipts."""
    turned = ((day, old, entry, turn(old)) for day, old, entry in rows)
    return [row for row in turned if row[1] != row[3]]


def stale_bodies(rows: Iterable[tuple[int, bytes]], turn: Turn) -> list[tuple[int, bytes]]:
    """Return what is to be written among bodies."""
    turned = ((entry, old, turn(old)) for entry, old in rows)
    return [(entry, new) for entry, old, new in turned if new != old]
