"""The embedded ledger's side of a rotation: named SQL and the methods of ``rekeying``'s ports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from noren.activity.connection import Database
from noren.activity.rekeying import ReceiptRow
from noren.activity.rows import Row

RENAME_CARD: Final = "UPDATE card SET card_index = ? WHERE card_index = ?"
RENAME_RECEIPT: Final = "UPDATE receipt SET hash = ? WHERE day = ? AND hash = ?"
RENAME_PURCHASE: Final = "UPDATE purchase SET hash = ? WHERE entry = ?"
PUT_BODY: Final = "UPDATE purchase SET body_hash = ? WHERE entry = ?"
PUT_RETURN_BODY: Final = "UPDATE goods_return SET body_hash = ? WHERE entry = ?"
RENAME_OPENING: Final = "UPDATE opening SET natural_key = ? WHERE natural_key = ?"
RENAME_COUPON: Final = "UPDATE coupon SET coupon = ? WHERE coupon = ?"
RENAME_REDEMPTION: Final = "UPDATE redemption SET coupon = ? WHERE coupon = ?"
CHANGED: Final = "SELECT changes()"

GET_CARDS_UNDER: Final = "SELECT card_index FROM card WHERE card_index < ? ORDER BY card_index LIMIT ?"
GET_RECEIPTS_AFTER: Final = "SELECT day, hash, entry FROM receipt WHERE (day, hash) > (?, ?) ORDER BY day, hash LIMIT ?"
# One entry is a purchase's or a return's, never both; what is past its term has no answer and is known no more.
GET_BODIES_AFTER: Final = (
    "SELECT * FROM (SELECT entry, body_hash FROM purchase WHERE entry > ? AND answer <> x'' ORDER BY entry LIMIT ?)"
    " UNION ALL"
    " SELECT * FROM (SELECT entry, body_hash FROM goods_return WHERE entry > ? AND answer <> x''"
    " ORDER BY entry LIMIT ?)"
    " ORDER BY 1 LIMIT ?"
)


class RekeyedRows:
    """Fills ``rekeying.Rekeyed`` for a batch that holds ``_db``."""

    _db: Database

    def rename_cards(self, pairs: Iterable[tuple[bytes, bytes]]) -> int:
        """See ``Rekeyed``."""
        count = 0
        for old, new in pairs:
            self._db.execute(RENAME_CARD, (new, old))
            changed = self._db.execute(CHANGED).fetchone()
            count += changed[0] if changed else 0
        return count

    def rename_receipts(self, renamed: Iterable[tuple[int, bytes, int | None, bytes]]) -> None:
        """See ``Rekeyed``."""
        for day, old, entry, new in renamed:
            self._db.execute(RENAME_RECEIPT, (new, day, old))
            if entry is not None:
                self._db.execute(RENAME_PURCHASE, (new, entry))

    def put_bodies(self, bodies: Iterable[tuple[int, bytes]]) -> None:
        """See ``Rekeyed``."""
        for entry, body in bodies:
            self._db.execute(PUT_BODY, (body, entry))
            self._db.execute(PUT_RETURN_BODY, (body, entry))

    def rename_openings(self, pairs: Iterable[tuple[bytes, bytes]]) -> None:
        """See ``Rekeyed``."""
        self._db.executemany(RENAME_OPENING, ((new, old) for old, new in pairs))

    def rename_coupons(self, pairs: Iterable[tuple[bytes, bytes]]) -> None:
        """See ``Rekeyed``."""
        for old, new in pairs:
            self._db.execute(RENAME_COUPON, (new, old))
            self._db.execute(RENAME_REDEMPTION, (new, old))


class KeyedRows:
    """Fills ``rekeying.Keyed`` for a reader that has ``_all``."""

    def _all(self, sql: str, *parameters: object) -> list[Row]:
        raise NotImplementedError

    def cards_under(self, bound: bytes, limit: int) -> Sequence[bytes]:
        """See ``Keyed``."""
        return [row[0] for row in self._all(GET_CARDS_UNDER, bound, limit)]

    def receipts_after(self, after: tuple[int, bytes], limit: int) -> Sequence[ReceiptRow]:
        """See ``Keyed``."""
        return [(row[0], row[1], row[2]) for row in self._all(GET_RECEIPTS_AFTER, *after, limit)]

    def bodies_after(self, entry: int, limit: int) -> Sequence[tuple[int, bytes]]:
        """See ``Keyed``."""
        return [(row[0], row[1]) for row in self._all(GET_BODIES_AFTER, entry, limit, entry, limit, limit)]
