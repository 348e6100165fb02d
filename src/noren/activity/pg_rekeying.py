"""PostgreSQL's side of a rotation: the methods of ``rekeying``'s ports, each one statement over arrays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from psycopg.types.numeric import Int8

from noren.activity.pg_arrays import byteses, columns, ints, longs
from noren.activity.rekeying import ReceiptRow
from noren.activity.rows import Row

_PAIRS: Final = "FROM unnest($1::bytea[], $2::bytea[]) AS n (old, new)"
RENAME_CARDS: Final = f"UPDATE card AS c SET card_index = n.new {_PAIRS} WHERE c.card_index = n.old RETURNING 1"
RENAME_RECEIPTS: Final = (
    "UPDATE receipt AS r SET hash = n.new FROM unnest($1::integer[], $2::bytea[], $3::bytea[]) AS n (day, old, new)"
    " WHERE r.day = n.day AND r.hash = n.old"
)
RENAME_PURCHASES: Final = (
    "UPDATE purchase AS p SET hash = n.new FROM unnest($1::bigint[], $2::bytea[]) AS n (entry, new)"
    " WHERE p.entry = n.entry"
)
PUT_BODIES: Final = (
    "UPDATE purchase AS p SET body_hash = n.new FROM unnest($1::bigint[], $2::bytea[]) AS n (entry, new)"
    " WHERE p.entry = n.entry"
)
PUT_RETURN_BODIES: Final = (
    "UPDATE goods_return AS g SET body_hash = n.new FROM unnest($1::bigint[], $2::bytea[]) AS n (entry, new)"
    " WHERE g.entry = n.entry"
)
RENAME_OPENINGS: Final = f"UPDATE opening AS o SET natural_key = n.new {_PAIRS} WHERE o.natural_key = n.old"
RENAME_COUPONS: Final = f"UPDATE coupon AS c SET coupon = n.new {_PAIRS} WHERE c.coupon = n.old"
RENAME_REDEMPTIONS: Final = f"UPDATE redemption AS r SET coupon = n.new {_PAIRS} WHERE r.coupon = n.old"

GET_CARDS_UNDER: Final = "SELECT card_index FROM card WHERE card_index < $1 ORDER BY card_index LIMIT $2"
GET_RECEIPTS_AFTER: Final = (
    "SELECT day, hash, entry FROM receipt WHERE (day, hash) > ($1, $2) ORDER BY day, hash LIMIT $3"
)
GET_BODIES_AFTER: Final = (
    "(SELECT entry, body_hash FROM purchase WHERE entry > $1 AND answer <> '' ORDER BY entry LIMIT $2)"
    " UNION ALL"
    " (SELECT entry, body_hash FROM goods_return WHERE entry > $1 AND answer <> '' ORDER BY entry LIMIT $2)"
    " ORDER BY 1 LIMIT $2"
)


class PostgresRekeyed:
    """Fills ``rekeying.Rekeyed`` for a batch that can ``send`` and ask for ``all``."""

    def send(self, statement: str, *parameters: Any) -> Any:
        """The batch's own."""
        raise NotImplementedError

    def all(self, statement: str, *parameters: Any) -> list[Row]:
        """The batch's own."""
        raise NotImplementedError

    def rename_cards(self, pairs: Iterable[tuple[bytes, bytes]]) -> int:
        """See ``Rekeyed``."""
        return len(self.all(RENAME_CARDS, *columns(pairs, (byteses, byteses))))

    def rename_receipts(self, renamed: Iterable[tuple[int, bytes, int | None, bytes]]) -> None:
        """See ``Rekeyed``."""
        rows = list(renamed)
        self.send(RENAME_RECEIPTS, *columns(((day, old, new) for day, old, _, new in rows), (ints, byteses, byteses)))
        bought = ((entry, new) for _, _, entry, new in rows if entry is not None)
        self.send(RENAME_PURCHASES, *columns(bought, (longs, byteses)))

    def put_bodies(self, bodies: Iterable[tuple[int, bytes]]) -> None:
        """See ``Rekeyed``."""
        rows = list(bodies)
        self.send(PUT_BODIES, *columns(rows, (longs, byteses)))
        self.send(PUT_RETURN_BODIES, *columns(rows, (longs, byteses)))

    def rename_openings(self, pairs: Iterable[tuple[bytes, bytes]]) -> None:
        """See ``Rekeyed``."""
        self.send(RENAME_OPENINGS, *columns(pairs, (byteses, byteses)))

    def rename_coupons(self, pairs: Iterable[tuple[bytes, bytes]]) -> None:
        """See ``Rekeyed``."""
        rows = list(pairs)
        self.send(RENAME_COUPONS, *columns(rows, (byteses, byteses)))
        self.send(RENAME_REDEMPTIONS, *columns(rows, (byteses, byteses)))


class PostgresKeyed:
    """Fills ``rekeying.Keyed`` for a reader that has ``_all``."""

    def _all(self, sql: str, *parameters: Any) -> list[Row]:
        raise NotImplementedError

    def cards_under(self, bound: bytes, limit: int) -> Sequence[bytes]:
        """See ``Keyed``."""
        return [row[0] for row in self._all(GET_CARDS_UNDER, bound, Int8(limit))]

    def receipts_after(self, after: tuple[int, bytes], limit: int) -> Sequence[ReceiptRow]:
        """See ``Keyed``."""
        return [(row[0], row[1], row[2]) for row in self._all(GET_RECEIPTS_AFTER, *after, Int8(limit))]

    def bodies_after(self, entry: int, limit: int) -> Sequence[tuple[int, bytes]]:
        """See ``Keyed``."""
        return [(row[0], row[1]) for row in self._all(GET_BODIES_AFTER, Int8(entry), Int8(limit))]
