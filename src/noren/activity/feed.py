"""Reading side of the embedded ledger: its own read-only connection, so that it can never write."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from noren.activity import rows, tables
from noren.activity.about import AboutRows
from noren.activity.campaign_rows import CampaignReads
from noren.activity.connection import connect
from noren.activity.entered import EnteredReads
from noren.activity.erasing_rows import ErasingReads
from noren.activity.forgetting_rows import ForgettingReads
from noren.activity.model import (
    Coupon,
    Kind,
    Lot,
    Member,
    OpenAccount,
    OpenDay,
    Opening,
    Purchase,
    Return,
    Tally,
)
from noren.activity.own_rows import OwnReads
from noren.activity.rekeyed_rows import KeyedRows
from noren.activity.settled_rows import SettledRows
from noren.activity.thinned_rows import ThinnedReads
from noren.activity.tier_rows import TierReads
from noren.activity.whole_rows import WholeRows


class SqliteFeed(
    KeyedRows,
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
    """Fills ``LedgerFeed``. Thread-safe: one reader at a time."""

    def __init__(self, path: Path) -> None:
        self._db = connect(path, reading=True)
        self._lock = threading.Lock()

    def _all(self, sql: str, *parameters: object) -> list[rows.Row]:
        with self._lock:
            return self._db.execute(sql, parameters).fetchall()

    def purchases_after(self, entry: int, limit: int) -> Sequence[Purchase]:
        """See ``LedgerFeed``."""
        return [rows.purchase(row) for row in self._all(tables.GET_PURCHASES_AFTER, entry, limit)]

    def returns_after(self, entry: int, limit: int) -> Sequence[tuple[Return, Purchase]]:
        """See ``LedgerFeed``."""
        found = [rows.goods_return(row) for row in self._all(tables.GET_RETURNS_AFTER, entry, limit)]
        return [(r, rows.purchase(self._all(tables.GET_PURCHASE, r.purchase)[0])) for r in found]

    def merges_after(self, entry: int, limit: int) -> Sequence[tuple[int, bytes, bytes]]:
        """See ``LedgerFeed``."""
        return [(row[0], row[1], row[2]) for row in self._all(tables.GET_MERGES_AFTER, entry, limit)]

    def chain(self, handle: bytes, before: int | None, limit: int) -> Sequence[Purchase]:
        """See ``LedgerFeed``."""
        if before is None:
            member = self.member(handle)
            entry = member.last_purchase if member else 0
        else:
            entry = self._previous(handle, before)
        out: list[Purchase] = []
        while entry and len(out) < limit:
            purchase = rows.purchase(self._all(tables.GET_PURCHASE, entry)[0])
            assert purchase.handle == handle, "a chain of purchases runs into another member's"
            out.append(purchase)
            entry = purchase.previous
        return out

    def _previous(self, handle: bytes, entry: int) -> int:
        found = self._all(tables.GET_PURCHASE, entry)
        purchase = rows.purchase(found[0]) if found else None
        return purchase.previous if purchase and purchase.handle == handle else 0

    def member(self, handle: bytes) -> Member | None:
        """See ``LedgerFeed``."""
        found = self._all(tables.GET_MEMBER, handle)
        return rows.member(found[0]) if found else None

    def member_lots(self, handle: bytes) -> Sequence[Lot]:
        """See ``LedgerFeed``."""
        return [Lot(*row) for row in self._all(tables.GET_LOTS, handle)]

    def product_names(self, products: Iterable[str]) -> dict[str, str]:
        """See ``LedgerFeed``."""
        found = [row for product in set(products) for row in self._all(tables.GET_PRODUCT, product)]
        return {str(row[0]): str(row[1]) for row in found if row[1]}

    def tally(self) -> Tally:
        """See ``LedgerFeed``."""
        return Tally(**{row[0]: row[1] for row in self._all(tables.GET_TALLY)})

    def clock_offset_us(self) -> int:
        """See ``LedgerFeed``."""
        return int(self._all(tables.GET_META, "clock_offset_us")[0][0])

    def last_entry(self) -> int:
        """Return the newest entry number given out."""
        return int(self._all(tables.GET_META, "next_entry")[0][0]) - 1

    def counts(self) -> tuple[int, int, int]:
        """Return how many (members, cards, products) there are."""
        found = self._all(tables.COUNT)[0]
        return found[0], found[1], found[2]

    def products(self) -> list[rows.Row]:
        """Return all products: (product, name, category, department, brand, maker, sensitivity)."""
        return self._all(tables.GET_PRODUCTS)

    def sums(self) -> tuple[int, int, int, int]:
        """Return (purchases, amount, earned, returns), counted from the rows and the closing account."""
        found, closed = self._all(tables.SUM_PURCHASES)[0], self.closed()
        return found[0] + closed[0], found[1] + closed[1], found[2] + closed[2], found[3] + closed[3]

    def lapsing(self, after: bytes, *, day: int, expiry_days: int, limit: int) -> Sequence[bytes]:
        """See ``DueFeed``."""
        return [row[0] for row in self._all(tables.GET_LAPSING, after, day - expiry_days, day, limit)]

    def old_receipts(
        self, after: tuple[int, bytes], *, before_day: int, up_to_entry: int, up_to_return: int, limit: int
    ) -> Sequence[tuple[int, bytes, int | None]]:
        """See ``DueFeed``."""
        found = self._all(tables.GET_OLD_RECEIPTS, *after, before_day, up_to_entry, up_to_return, limit)
        return [(row[0], row[1], row[2]) for row in found]

    def torn_purchases(self) -> int:
        """Return how many purchases' remains are not what their returns leave."""
        return int(self._all(tables.TORN_PURCHASES)[0][0])

    def unbalanced_members(self) -> int:
        """Return how many members' pools differ from the sum of their postings."""
        return int(self._all(tables.UNBALANCED_MEMBERS)[0][0])

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
        yield "members' pools", int(self._all(tables.SUM_MEMBERS)[0][0])
        yield "members' lots", int(self._all(tables.SUM_LOTS)[0][0])
        for partner, kind, points in self._all(tables.GET_ACCOUNTS):
            yield f"{partner or 'programme'}/{Kind(kind).name.lower()}", int(points)

    def opening_sums(self) -> dict[str, tuple[int, int, int, int, int]]:
        """See ``CutOverFeed``."""
        kind = int(Kind.OPENING)
        rows_of = {row[0]: (row[1], row[2]) for row in self._all(tables.SUM_OPENINGS)}
        posted = {row[0]: (row[1], row[2]) for row in self._all(tables.SUM_OPENING_POSTINGS, kind)}
        booked = {row[0]: int(row[1]) for row in self._all(tables.SUM_OPENING_ACCOUNTS, kind)}
        return {
            partner: (*rows_of.get(partner, (0, 0)), *posted.get(partner, (0, 0)), booked.get(partner, 0))
            for partner in sorted(rows_of.keys() | posted.keys() | booked.keys())
        }

    def coupon_sums(self) -> dict[str, tuple[int, int, int]]:
        """See ``CutOverFeed``."""
        return {row[0]: (row[1], row[2], row[3]) for row in self._all(tables.SUM_COUPONS)}

    def openings_after(self, key: bytes, limit: int) -> Sequence[Opening]:
        """See ``CutOverFeed``."""
        return [Opening(*row) for row in self._all(tables.GET_OPENINGS_AFTER, key, limit)]

    def coupons_after(self, name: bytes, limit: int) -> Sequence[Coupon]:
        """See ``CutOverFeed``."""
        return [rows.coupon(row) for row in self._all(tables.GET_COUPONS_AFTER, name, limit)]

    def close(self) -> None:
        """Close the connection."""
        self._db.close()
