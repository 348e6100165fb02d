"""What a batch on PostgreSQL reads: every set by one statement, asked for at once and waited for only when used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from noren.activity import pg_tables, rows
from noren.activity.model import (
    Card,
    CardState,
    Coupon,
    Kind,
    Lot,
    Member,
    Opening,
    Posting,
    Purchase,
    ReceiptKey,
    Return,
    Stop,
)
from noren.activity.pg_arrays import byteses, columns, ints, longs, texts
from noren.activity.pg_connection import Db
from noren.activity.ports import Asked, Known, members_of
from noren.activity.rows import stop_of

DAYS_BY_NAME: Final = 8
"""Receipts of up to so many days are looked up day by day; of more (old history), by a join over all partitions."""

_ATTRIBUTES: Final[list[str]] = pg_tables.PRODUCT_COLUMNS.split(", ")


Answer = psycopg.Cursor[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class _Rare:
    """Answers to what most batches do not ask."""

    starting: Answer
    codes: Answer
    purchases: Answer
    returns: Answer
    products: Answer


@dataclass(frozen=True, slots=True)
class _Told:
    """Answers on their way to what a batch asked ahead."""

    receipts: list[Answer]
    holders: Answer
    rare: _Rare | None


class BatchReads:
    """The reading half of ``LedgerBatch``, within one transaction of a session in pipeline mode."""

    def __init__(self, db: Db) -> None:
        self._db = db
        self._turn = self.send(pg_tables.TAKE_TURN)
        self.next: int | None = None
        self.pools: dict[bytes, int] = {}
        self._products: dict[str, rows.Row] = {}

    def send(self, statement: str, *parameters: Any) -> Answer:
        """Queue a statement; its rows can be fetched later, its errors come with the next fetch or the end."""
        cursor = self._db.cursor(binary=True)
        cursor.execute(statement.encode(), parameters, prepare=True)
        return cursor

    def all(self, statement: str, *parameters: Any) -> list[rows.Row]:
        """Run a statement and return its rows."""
        return self.send(statement, *parameters).fetchall()

    def all_among(self, statement: str, handles: Collection[bytes]) -> list[rows.Row]:
        """Run a statement about ``= ANY($1)`` of some handles, and return its rows."""
        return self.all(statement, byteses(list(handles)))

    def next_entry(self) -> int:
        """See ``LedgerBatch``."""
        if self.next is None:
            found = self._turn.fetchone()
            assert found is not None
            self.next = int(found[0])
        return self.next

    def prefetch(self, asked: Asked) -> Known:
        """See ``LedgerBatch``: one round trip, and one more where it led on to something."""
        known, told = Known(), self._ask(asked)
        for index, state, *member in told.holders.fetchall():
            known.cards[index] = Card(index, member[0], CardState(state))
            known.members[member[0]] = rows.member(tuple(member))
        known.receipts = self._told_receipts(told.receipts)
        if told.rare is not None:
            self._tell_rare(told.rare, asked, known)
        self._lead_on(asked, known)
        return known

    def _ask(self, asked: Asked) -> _Told:
        receipts = self._ask_receipts(asked.receipts)
        holders = self.send(pg_tables.GET_HOLDERS, byteses(list(asked.cards)))
        rare = None
        if asked.prefixes or asked.codes or asked.purchases or asked.products:
            low = [prefix.ljust(16, b"\0") for prefix in asked.prefixes]
            high = [prefix.ljust(17, b"\xff") for prefix in asked.prefixes]
            rare = _Rare(
                self.send(pg_tables.GET_STARTING, byteses(list(asked.prefixes)), byteses(low), byteses(high)),
                self.send(pg_tables.GET_CODES, byteses(list(asked.codes))),
                self.send(pg_tables.GET_PURCHASES, longs(list(asked.purchases))),
                self.send(pg_tables.GET_RETURNS, longs(list(asked.purchases))),
                self.send(pg_tables.GET_SOME_PRODUCTS, texts(list(asked.products))),
            )
        return _Told(receipts, holders, rare)

    def _tell_rare(self, told: _Rare, asked: Asked, known: Known) -> None:
        known.prefixes = {prefix: [] for prefix in asked.prefixes}
        for prefix, *member in told.starting.fetchall():
            known.prefixes[prefix].append(member[0])
            known.members[member[0]] = rows.member(tuple(member))
        known.codes = {row[0]: row[1] for row in told.codes.fetchall()}
        known.purchases = {row[0]: rows.purchase(row) for row in told.purchases.fetchall()}
        known.returns = {entry: [] for entry in known.purchases}
        for row in told.returns.fetchall():
            known.returns[row[1]].append(rows.goods_return(row))
        self._products = dict.fromkeys(asked.products, ()) | {row[0]: row for row in told.products.fetchall()}

    def _lead_on(self, asked: Asked, known: Known) -> None:
        """Ask for what the first answers named: purchases sent again, members of returned goods, lots."""
        self.pools.update((handle, member.pool) for handle, member in known.members.items())
        again = {entry for entry in known.receipts.values() if entry is not None} - known.purchases.keys()
        if again:
            known.purchases.update(self.purchases(again))
        unread = members_of(asked, known) - known.members.keys()
        if unread:
            known.members.update(self.members(unread))
        known.lots = self.lots([handle for handle, member in known.members.items() if member.lots])

    def receipts(self, keys: Iterable[ReceiptKey]) -> dict[ReceiptKey, int | None]:
        """See ``LedgerBatch``."""
        return self._told_receipts(self._ask_receipts(keys))

    def _ask_receipts(self, keys: Iterable[ReceiptKey]) -> list[Answer]:
        by_day: dict[int, list[bytes]] = defaultdict(list)
        for key in keys:
            by_day[key.day].append(key.hash)
        if len(by_day) <= DAYS_BY_NAME:
            return [self.send(pg_tables.get_receipts_of(day), byteses(found)) for day, found in by_day.items()]
        pairs = [(day, digest) for day, digests in by_day.items() for digest in digests]
        return [self.send(pg_tables.GET_RECEIPTS, *columns(pairs, (ints, byteses)))]

    def _told_receipts(self, asked: list[Answer]) -> dict[ReceiptKey, int | None]:
        return {ReceiptKey(row[0], row[1]): row[2] for cursor in asked for row in cursor.fetchall()}

    def cards(self, indexes: Iterable[bytes]) -> dict[bytes, Card]:
        """See ``LedgerBatch``."""
        found = self.all(pg_tables.GET_CARDS, byteses(list(indexes)))
        return {row[0]: Card(row[0], row[1], CardState(row[2])) for row in found}

    def members(self, handles: Iterable[bytes]) -> dict[bytes, Member]:
        """See ``LedgerBatch``."""
        found = [rows.member(row) for row in self.all(pg_tables.GET_MEMBERS, byteses(list(handles)))]
        self.pools.update((member.handle, member.pool) for member in found)
        return {member.handle: member for member in found}

    def handles_starting(self, prefix: bytes) -> list[bytes]:
        """See ``LedgerBatch``."""
        low, high = prefix.ljust(16, b"\0"), prefix.ljust(17, b"\xff")
        return [row[0] for row in self.all(pg_tables.GET_HANDLES_BETWEEN, low, high)]

    def lots(self, handles: Iterable[bytes]) -> dict[bytes, list[Lot]]:
        """See ``LedgerBatch``."""
        out: dict[bytes, list[Lot]] = {handle: [] for handle in handles}
        for row in self.all(pg_tables.GET_LOTS, byteses(list(out))) if out else ():
            out[row[1]].append(Lot(*row))
        return out

    def purchases(self, entries: Iterable[int]) -> dict[int, Purchase]:
        """See ``LedgerBatch``."""
        found = self.all(pg_tables.GET_PURCHASES, longs(list(entries)))
        return {row[0]: rows.purchase(row) for row in found}

    def returns(self, purchase: int) -> list[Return]:
        """See ``LedgerBatch``."""
        return [rows.goods_return(row) for row in self.all(pg_tables.GET_RETURNS, longs([purchase]))]

    def postings(self, entry: int) -> list[Posting]:
        """See ``LedgerBatch``."""
        found = self.all(pg_tables.GET_POSTINGS, longs([entry]))
        return [Posting(row[0], row[1], Kind(row[2]), *row[3:]) for row in found]

    def used_codes(self, hashes: Iterable[bytes]) -> dict[bytes, int]:
        """See ``LedgerBatch``."""
        return {row[0]: row[1] for row in self.all(pg_tables.GET_CODES, byteses(list(hashes)))}

    def coupons(self, handle: bytes, barcodes: Iterable[str]) -> list[Coupon]:
        """See ``LedgerBatch``."""
        return [rows.coupon(row) for row in self.all(pg_tables.GET_COUPONS, handle, texts(list(set(barcodes))))]

    def coupons_of(self, handle: bytes) -> list[Coupon]:
        """See ``LedgerBatch``."""
        return [rows.coupon(row) for row in self.all(pg_tables.GET_COUPONS_OF, handle)]

    def coupons_named(self, names: Iterable[bytes]) -> dict[bytes, Coupon]:
        """See ``LedgerBatch``."""
        found = self.all(pg_tables.GET_COUPONS_NAMED, byteses(list(names)))
        return {row[0]: rows.coupon(row) for row in found}

    def openings(self, keys: Iterable[bytes]) -> dict[bytes, Opening]:
        """See ``LedgerBatch``."""
        return {row[0]: Opening(*row) for row in self.all(pg_tables.GET_OPENINGS, byteses(list(keys)))}

    def stops(self, handle: bytes) -> list[Stop]:
        """See ``LedgerBatch``."""
        return [stop_of(row) for row in self.all(pg_tables.GET_STOPS, handle)]

    def keep_months(self, handle: bytes) -> int:
        """See ``LedgerBatch``."""
        return next((int(row[0]) for row in self.all(pg_tables.GET_KEEPING, handle)), 0)

    def has_attribute(self, products: Iterable[str], attribute: str, values: frozenset[str]) -> set[str]:
        """See ``LedgerBatch``."""
        column = _ATTRIBUTES.index(attribute)
        return {code for code, row in self.goods(products).items() if row[column] in values}

    def goods(self, products: Iterable[str]) -> dict[str, tuple[str | None, ...]]:
        """See ``LedgerBatch``."""
        wanted = set(products)
        unread = wanted - self._products.keys()
        if unread:
            found = self.all(pg_tables.GET_SOME_PRODUCTS, texts(list(unread)))
            self._products |= dict.fromkeys(unread, ()) | {row[0]: row for row in found}
        return {code: row for code in wanted if (row := self._products[code])}
