"""Reading side of the ledger on PostgreSQL: its own read-only session. What it hands out is durable.

Batches commit before the disk has them, so a reader sees purchases that a crash of the server
would still take back. Nobody may act on those (the lake would hold a purchase that never was):
each read is made durable before it is handed out, by one flush when something is open.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import psycopg
from psycopg.types.numeric import Int8

from noren.activity import pg_tables, rows, tables
from noren.activity.about import AboutRows
from noren.activity.campaign_rows import CampaignReads
from noren.activity.entered import EnteredReads
from noren.activity.erasing_rows import ErasingReads
from noren.activity.forgetting_rows import ForgettingReads
from noren.activity.model import Coupon, Kind, Lot, Member, OpenAccount, OpenDay, Opening, Purchase, Return, Tally
from noren.activity.own_rows import OwnReads
from noren.activity.pg_arrays import byteses, texts
from noren.activity.pg_connection import Db, breakage, connect
from noren.activity.pg_rekeying import PostgresKeyed
from noren.activity.settled_rows import SettledRows
from noren.activity.thinned_rows import ThinnedReads
from noren.activity.tier_rows import TierReads
from noren.activity.whole_rows import WholeRows
from noren.kernel.address import DatabaseAddress

_RETURN_WIDTH = len(pg_tables.RETURN_COLUMNS.split(","))


class PostgresFeed(
    PostgresKeyed,
    WholeRows,
    AboutRows,
    ErasingReads,
    ThinnedReads,
    ForgettingReads,
    CampaignReads,
    EnteredReads,
    OwnReads,
    SettledRows,
    TierReads,
):
    """Fills ``LedgerFeed`` and ``DueFeed``. Thread-safe: one reader at a time. A lost session is opened again."""

    def __init__(self, address: DatabaseAddress) -> None:
        self._address = address
        self._lock = threading.Lock()
        self._db: Db | None = self._connect()

    def _connect(self) -> Db:
        return connect(self._address, synchronous_commit="on", default_transaction_read_only="on")

    def _all(self, sql: str, *parameters: Any) -> list[rows.Row]:
        with self._lock:
            db = self._db or self._connect()
            self._db = None
            try:
                found = db.execute(sql.encode(), parameters, binary=True).fetchall()
                self.make_durable(db)
            except psycopg.Error as wrong:
                db.close()
                raise breakage(wrong) from wrong
            self._db = db
            return found

    def make_durable(self, db: Db) -> None:
        """Make durable what was just read, on the session that read it: had the server crashed since, it were gone."""
        if db.execute(pg_tables.IS_FLUSHED.encode()).fetchone() != (True,):
            db.execute(pg_tables.FLUSH.encode())

    def purchases_after(self, entry: int, limit: int) -> Sequence[Purchase]:
        """See ``LedgerFeed``."""
        return [rows.purchase(row) for row in self._all(pg_tables.GET_PURCHASES_AFTER, Int8(entry), Int8(limit))]

    def returns_after(self, entry: int, limit: int) -> Sequence[tuple[Return, Purchase]]:
        """See ``LedgerFeed``."""
        found = self._all(pg_tables.GET_RETURNS_AFTER, Int8(entry), Int8(limit))
        return [(rows.goods_return(row[:_RETURN_WIDTH]), rows.purchase(row[_RETURN_WIDTH:])) for row in found]

    def merges_after(self, entry: int, limit: int) -> Sequence[tuple[int, bytes, bytes]]:
        """See ``LedgerFeed``."""
        return [(row[0], row[1], row[2]) for row in self._all(pg_tables.GET_MERGES_AFTER, Int8(entry), Int8(limit))]

    def chain(self, handle: bytes, before: int | None, limit: int) -> Sequence[Purchase]:
        """See ``LedgerFeed``."""
        if before is None:
            member = self.member(handle)
            entry = member.last_purchase if member else 0
        else:
            previous = self._all(pg_tables.GET_PREVIOUS, handle, Int8(before))
            entry = previous[0][0] if previous else 0
        if not entry:
            return []
        found = [rows.purchase(row) for row in self._all(pg_tables.GET_CHAIN, handle, Int8(entry), Int8(limit))]
        whole = len(found) == limit or (found and not found[-1].previous)
        assert whole, "a chain of purchases runs into another member's"
        return found

    def member(self, handle: bytes) -> Member | None:
        """See ``LedgerFeed``."""
        found = self._all(pg_tables.GET_MEMBERS, byteses([handle]))
        return rows.member(found[0]) if found else None

    def member_lots(self, handle: bytes) -> Sequence[Lot]:
        """See ``LedgerFeed``."""
        return [Lot(*row) for row in self._all(pg_tables.GET_LOTS, byteses([handle]))]

    def product_names(self, products: Iterable[str]) -> dict[str, str]:
        """See ``LedgerFeed``."""
        found = self._all(pg_tables.GET_SOME_PRODUCTS, texts(list(set(products))))
        return {str(row[0]): str(row[1]) for row in found if row[1]}

    def tally(self) -> Tally:
        """See ``LedgerFeed``."""
        return Tally(**{row[0]: row[1] for row in self._all(pg_tables.GET_TALLY)})

    def clock_offset_us(self) -> int:
        """See ``LedgerFeed``."""
        return self._meta("clock_offset_us")

    def last_entry(self) -> int:
        """Return the newest entry number given out."""
        return self._meta("next_entry") - 1

    def _meta(self, name: str) -> int:
        return int(self._all(pg_tables.GET_META, name)[0][0])

    def counts(self) -> tuple[int, int, int]:
        """Return how many (members, cards, products) there are."""
        found = self._all(pg_tables.COUNT)[0]
        return found[0], found[1], found[2]

    def products(self) -> list[rows.Row]:
        """Return all products: (product, name, category, department, brand, maker, sensitivity)."""
        return self._all(pg_tables.GET_PRODUCTS)

    def sums(self) -> tuple[int, int, int, int]:
        """Return (purchases, amount, earned, returns), counted from the rows and the closing account."""
        found, closed = self._all(pg_tables.SUM_PURCHASES)[0], self.closed()
        return found[0] + closed[0], found[1] + closed[1], found[2] + closed[2], found[3] + closed[3]

    def lapsing(self, after: bytes, *, day: int, expiry_days: int, limit: int) -> Sequence[bytes]:
        """See ``DueFeed``."""
        found = self._all(pg_tables.GET_LAPSING, after, day - expiry_days, day, Int8(limit))
        return [row[0] for row in found]

    def old_receipts(
        self, after: tuple[int, bytes], *, before_day: int, up_to_entry: int, up_to_return: int, limit: int
    ) -> Sequence[tuple[int, bytes, int | None]]:
        """See ``DueFeed``."""
        found = self._all(
            pg_tables.GET_OLD_RECEIPTS, *after, before_day, Int8(up_to_entry), Int8(up_to_return), Int8(limit)
        )
        return [(row[0], row[1], row[2]) for row in found]

    def torn_purchases(self) -> int:
        """Return how many purchases' remains are not what their returns leave."""
        return int(self._all(pg_tables.TORN_PURCHASES)[0][0])

    def unbalanced_members(self) -> int:
        """Return how many members' pools differ from the sum of their postings."""
        return int(self._all(pg_tables.UNBALANCED_MEMBERS)[0][0])

    def unbalanced_lots(self) -> int:
        """Return how many lots' points differ from the sum of their postings."""
        return int(self._all(tables.UNBALANCED_LOTS)[0][0])

    def open_days(self) -> Sequence[OpenDay]:
        """Return the first company days on which what was sold and brought back is not what was posted."""
        return [OpenDay(*row) for row in self._all(tables.OPEN_DAYS)]

    def open_accounts(self) -> Sequence[OpenAccount]:
        """Return the companies' accounts that, with the members' postings, do not come to 0."""
        return [OpenAccount(row[0], Kind(row[1]), row[2]) for row in self._all(tables.OPEN_ACCOUNTS)]

    def balance_sheet(self) -> Iterator[tuple[str, int]]:
        """See ``LedgerFeed``."""
        yield "members' pools", int(self._all(pg_tables.SUM_MEMBERS)[0][0])
        yield "members' lots", int(self._all(pg_tables.SUM_LOTS)[0][0])
        for partner, kind, points in self._all(pg_tables.GET_ACCOUNTS):
            yield f"{partner or 'programme'}/{Kind(kind).name.lower()}", int(points)

    def opening_sums(self) -> dict[str, tuple[int, int, int, int, int]]:
        """See ``CutOverFeed``."""
        kind = int(Kind.OPENING)
        rows_of = {row[0]: (row[1], row[2]) for row in self._all(pg_tables.SUM_OPENINGS)}
        posted = {row[0]: (row[1], row[2]) for row in self._all(pg_tables.SUM_OPENING_POSTINGS, kind)}
        booked = {row[0]: int(row[1]) for row in self._all(pg_tables.SUM_OPENING_ACCOUNTS, kind)}
        return {
            partner: (*rows_of.get(partner, (0, 0)), *posted.get(partner, (0, 0)), booked.get(partner, 0))
            for partner in sorted(rows_of.keys() | posted.keys() | booked.keys())
        }

    def coupon_sums(self) -> dict[str, tuple[int, int, int]]:
        """See ``CutOverFeed``."""
        return {row[0]: (row[1], row[2], row[3]) for row in self._all(pg_tables.SUM_COUPONS)}

    def openings_after(self, key: bytes, limit: int) -> Sequence[Opening]:
        """See ``CutOverFeed``."""
        return [Opening(*row) for row in self._all(pg_tables.GET_OPENINGS_AFTER, key, Int8(limit))]

    def coupons_after(self, name: bytes, limit: int) -> Sequence[Coupon]:
        """See ``CutOverFeed``."""
        return [rows.coupon(row) for row in self._all(pg_tables.GET_COUPONS_AFTER, name, Int8(limit))]

    def close(self) -> None:
        """Close the session."""
        if self._db is not None:
            self._db.close()
