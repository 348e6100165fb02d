"""The embedded ledger: SQLite by apsw, one writing transaction at a time, durable at its end."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Collection, Generator, Iterable, Sequence
from contextlib import contextmanager
from functools import cache
from operator import attrgetter
from pathlib import Path
from typing import Any, Final, TypeVar

import apsw

from noren.activity import rows, tables
from noren.activity.about import AboutSome, SomeRows
from noren.activity.campaign_rows import EDITION, CampaignRows
from noren.activity.connection import BUSY_MS, Database, blobs, connect
from noren.activity.entered import EnteredRows
from noren.activity.erasing_rows import ErasedRows
from noren.activity.errors import Contradicted, NotDurable, PointsDoNotBalance
from noren.activity.forgetting_rows import ForgettingRows
from noren.activity.model import (
    Card,
    CardState,
    Changes,
    Coupon,
    Kind,
    Lot,
    Member,
    MemberState,
    Opening,
    Posting,
    Purchase,
    ReceiptKey,
    Return,
    Stop,
    Tally,
    Traits,
)
from noren.activity.ports import Asked, Known, members_of
from noren.activity.rekeyed_rows import RekeyedRows
from noren.activity.thinned_rows import ThinnedRows
from noren.activity.tier_rows import TierRows

LEISURE_PAGES: Final = 150
"""Carrying so much over takes one to two milliseconds; the 4,000 pages of a busy till take ten to thirty."""

FORGET_MS: Final = 300
"""How long cutting the log may keep tills waiting for a reader to end."""

K = TypeVar("K")
V = TypeVar("V")


@cache
def _by_carray(statement: str) -> str:
    """Return a statement with what is an array to PostgreSQL as the table that it is to SQLite."""
    return statement.replace("= ANY($1)", "IN carray($1)")


class SqliteBatch(RekeyedRows, CampaignRows, EnteredRows, ErasedRows, ThinnedRows, ForgettingRows, TierRows, SomeRows):
    """Fills ``LedgerBatch`` within one IMMEDIATE transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._pools: dict[bytes, int] = {}
        """Members' pools as this transaction read them: what a batch's writing is weighed against."""

    def send(self, statement: str, *parameters: Any) -> object:
        """Run a statement that gives no rows."""
        return self._db.execute(statement, parameters)

    def send_many(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run a statement once for each row of parameters."""
        self._db.executemany(statement, rows)

    def all(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows."""
        return self._db.execute(statement, parameters).fetchall()

    def _all(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        return self.all(sql, *parameters)

    def all_among(self, statement: str, handles: Collection[bytes]) -> list[tuple[Any, ...]]:
        """Run a statement about ``= ANY($1)`` of some handles, and return its rows."""
        return self._among(_by_carray(statement), handles)

    def about(self) -> AboutSome:
        """See ``LedgerBatch``."""
        return self

    def _one(self, sql: str, *parameters: Any) -> tuple[Any, ...] | None:
        return self._db.execute(sql, parameters).fetchone()

    def _found(self, sql: str, keys: Iterable[K], make: Callable[[tuple[Any, ...]], V]) -> dict[K, V]:
        out: dict[K, V] = {}
        for key in keys:
            row = self._db.execute(sql, (key,)).fetchone()
            if row is not None:
                out[key] = make(row)
        return out

    def _among(self, sql: str, keys: Iterable[bytes]) -> list[tuple[Any, ...]]:
        """Return the rows for all keys by one statement: one per key took half of a batch's reading time."""
        wanted = tuple(keys)
        return self._db.execute(sql, (blobs(wanted),)).fetchall() if wanted else []

    def next_entry(self) -> int:
        """See ``LedgerBatch``."""
        row = self._one(tables.GET_META, "next_entry")
        assert row is not None
        return int(row[0])

    def prefetch(self, asked: Asked) -> Known:
        """See ``LedgerBatch``: in process, a question more costs nothing."""
        known = Known(receipts=self.receipts(asked.receipts), cards=self.cards(asked.cards))
        known.prefixes = {prefix: self.handles_starting(prefix) for prefix in asked.prefixes}
        known.codes = self.used_codes(asked.codes)
        entries = {entry for entry in known.receipts.values() if entry is not None} | asked.purchases
        known.purchases = self.purchases(entries)
        known.returns = {entry: self.returns(entry) for entry in asked.purchases & known.purchases.keys()}
        known.members = self.members(members_of(asked, known))
        known.lots = self.lots([handle for handle, member in known.members.items() if member.lots])
        return known

    def receipts(self, keys: Iterable[ReceiptKey]) -> dict[ReceiptKey, int | None]:
        """See ``LedgerBatch``."""
        by_day: dict[int, list[bytes]] = defaultdict(list)
        for key in keys:
            by_day[key.day].append(key.hash)
        return {
            ReceiptKey(day, row[0]): row[1]
            for day, hashes in by_day.items()
            for row in self._db.execute(tables.GET_RECEIPTS, (day, blobs(tuple(hashes))))
        }

    def cards(self, indexes: Iterable[bytes]) -> dict[bytes, Card]:
        """See ``LedgerBatch``."""
        return {row[0]: Card(row[0], row[1], CardState(row[2])) for row in self._among(tables.GET_CARDS, indexes)}

    def members(self, handles: Iterable[bytes]) -> dict[bytes, Member]:
        """See ``LedgerBatch``."""
        found = {row[0]: rows.member(row) for row in self._among(tables.GET_MEMBERS, handles)}
        self._pools.update({handle: member.pool for handle, member in found.items()})
        return found

    def handles_starting(self, prefix: bytes) -> list[bytes]:
        """See ``LedgerBatch``."""
        low = prefix.ljust(16, b"\0")
        high = prefix.ljust(17, b"\xff")
        return [row[0] for row in self._db.execute(tables.GET_HANDLES_BETWEEN, (low, high))]

    def lots(self, handles: Iterable[bytes]) -> dict[bytes, list[Lot]]:
        """See ``LedgerBatch``."""
        return {h: [Lot(*row) for row in self._db.execute(tables.GET_LOTS, (h,))] for h in handles}

    def purchases(self, entries: Iterable[int]) -> dict[int, Purchase]:
        """See ``LedgerBatch``."""
        return self._found(tables.GET_PURCHASE, entries, rows.purchase)

    def returns(self, purchase: int) -> list[Return]:
        """See ``LedgerBatch``."""
        return [rows.goods_return(row) for row in self._db.execute(tables.GET_RETURNS, (purchase,))]

    def postings(self, entry: int) -> list[Posting]:
        """See ``LedgerBatch``."""
        return [
            Posting(row[0], row[1], Kind(row[2]), *row[3:]) for row in self._db.execute(tables.GET_POSTINGS, (entry,))
        ]

    def used_codes(self, hashes: Iterable[bytes]) -> dict[bytes, int]:
        """See ``LedgerBatch``."""
        return self._found(tables.GET_CODE, hashes, lambda row: int(row[0]))

    def coupons(self, handle: bytes, barcodes: Iterable[str]) -> list[Coupon]:
        """See ``LedgerBatch``."""
        ask = self._db.execute
        return [rows.coupon(row) for code in set(barcodes) for row in ask(tables.GET_COUPONS, (handle, code))]

    def coupons_of(self, handle: bytes) -> list[Coupon]:
        """See ``LedgerBatch``."""
        return [rows.coupon(row) for row in self._db.execute(tables.GET_COUPONS_OF, (handle,))]

    def coupons_named(self, names: Iterable[bytes]) -> dict[bytes, Coupon]:
        """See ``LedgerBatch``."""
        return self._found(tables.GET_COUPON, names, rows.coupon)

    def openings(self, keys: Iterable[bytes]) -> dict[bytes, Opening]:
        """See ``LedgerBatch``."""
        return self._found(tables.GET_OPENING, keys, lambda row: Opening(*row))

    def has_attribute(self, products: Iterable[str], attribute: str, values: frozenset[str]) -> set[str]:
        """Return the products whose ``attribute`` is one of ``values``; unknown products have none."""
        column = ("product", "name", "category", "department", "brand", "maker", "sensitivity").index(attribute)
        found = self._found(tables.GET_PRODUCT, products, lambda row: row[column])
        return {product for product, value in found.items() if value in values}

    def goods(self, products: Iterable[str]) -> dict[str, tuple[str | None, ...]]:
        """See ``LedgerBatch``."""
        return self._found(tables.GET_PRODUCT, products, tuple)

    def write(self, changes: Changes) -> None:
        """See ``LedgerBatch``.

        Raises:
            PointsDoNotBalance: what members gain is not what the other accounts lose.
            NotDurable: the transaction is gone.
        """
        accounts = self._balanced(changes)
        many = self._db.executemany
        if changes.purchases:
            many(tables.PUT_PURCHASE, map(rows.purchase_row, changes.purchases))
            many(tables.PUT_RECEIPT, ((p.key.day, p.key.hash, p.entry) for p in changes.purchases))
        if changes.amended:
            many(
                tables.AMEND_PURCHASE,
                ((p.amount_left, p.base_left, p.used_left, p.earned_left, p.entry) for p in changes.amended),
            )
        if changes.returns:
            many(tables.PUT_RETURN, map(rows.return_row, changes.returns))
        if changes.members:
            many(tables.SET_MEMBER, map(rows.member_row, changes.members.values()))
            self._pools.update({handle: member.pool for handle, member in changes.members.items()})
        if changes.postings:
            many(tables.PUT_POSTING, map(rows.posting_row, changes.postings))
            many(tables.ADD_ACCOUNT, ((p, int(k), n) for (p, k), n in accounts.items()))
        if changes.lots:
            many(tables.PUT_LOT, map(rows.lot_row, changes.lots.values()))
        if changes.codes:
            entry_day = [(code, entry, entry_day) for code, entry, entry_day in changes.codes]
            many(tables.PUT_CODE, entry_day)
        self._write_of_cut_over(changes)
        counts = [(name, n) for name, n in zip(_TALLY_NAMES, _TALLY(changes.tally), strict=True) if n]
        if counts:
            many(tables.ADD_TALLY, counts)
        if changes.next_entry:
            self._db.execute(tables.SET_META, ("next_entry", changes.next_entry))

    def _write_of_cut_over(self, changes: Changes) -> None:
        """Write opening balances, coupons and their redemptions: most batches have none."""
        many = self._db.executemany
        if changes.openings:
            many(tables.PUT_OPENING, map(rows.opening_row, changes.openings))
        if changes.coupons:
            many(tables.PUT_COUPON, map(rows.coupon_row, changes.coupons))
        if changes.redemptions:
            many(tables.PUT_REDEMPTION, map(rows.redemption_row, changes.redemptions))
            many(tables.USE_COUPON, [(r.entry, r.coupon) for r in changes.redemptions if not r.problem])
        self.write_draws(changes)

    def _balanced(self, changes: Changes) -> dict[tuple[str, Kind], int]:
        """Return the other accounts' changes, having asserted that they and the members' sum to zero.

        Members' side is taken from the row images before and after, the other side from the
        postings: two different derivations of the same batch.
        """
        if not self._db.in_transaction:  # it ended by itself, at a page that could not be read: all or nothing
            raise NotDurable("the transaction is gone")
        if not (changes.postings or changes.members or changes.lots):
            return {}
        unread = [handle for handle in changes.members if handle not in self._pools]
        self.members(unread)
        before = sum([self._pools.get(handle, 0) for handle in changes.members])
        after = sum([m.pool for m in changes.members.values()])
        for lot in changes.lots.values():
            found = self._one("SELECT points FROM lot WHERE number = ?", lot.number)
            before += int(found[0]) if found else 0
            after += lot.points
        accounts: dict[tuple[str, Kind], int] = defaultdict(int)
        for posting in changes.postings:
            accounts[posting.partner, posting.kind] -= posting.points
        if after - before + sum(accounts.values()) != 0:
            raise PointsDoNotBalance("a batch would create or destroy points; it was rolled back")
        return accounts

    def enrol(self, handle: bytes, draw_number: bytes, card_indexes: Sequence[bytes], traits: Traits) -> None:
        """See ``LedgerBatch``."""
        self._db.execute(tables.PUT_MEMBER, (handle, int(MemberState.ACTIVE)))
        self._db.execute(tables.PUT_PROFILE, (handle, draw_number, *rows.traits_row(traits)))
        for index in card_indexes:
            self.set_card(Card(index, handle, CardState.ACTIVE))

    def set_card(self, card: Card) -> None:
        """See ``LedgerBatch``."""
        self._db.execute(tables.PUT_CARD, (card.index, card.handle, int(card.state)))

    def set_traits(self, handle: bytes, traits: Traits) -> None:
        """See ``LedgerBatch``."""
        self._db.execute(tables.SET_PROFILE, (*rows.traits_row(traits), handle))

    def set_points_only(self, handle: bytes, on: bool) -> None:
        """See ``LedgerBatch``."""
        self._db.execute(tables.SET_POINTS_ONLY, (int(on), handle))

    def stops(self, handle: bytes) -> list[Stop]:
        """See ``LedgerBatch``."""
        return [rows.stop_of(row) for row in self._db.execute(tables.GET_STOPS, (handle,))]

    def set_stops(self, handle: bytes, stops: Sequence[Stop]) -> None:
        """See ``LedgerBatch``."""
        self._db.execute(tables.DROP_STOPS, (handle,))
        told = [(handle, s.rule.purpose, s.rule.recipient, s.rule.channel, s.since) for s in stops]
        self._db.executemany(tables.PUT_STOP, told)

    def keep_months(self, handle: bytes) -> int:
        """See ``LedgerBatch``."""
        found = self._one(tables.GET_KEEPING, handle)
        return int(found[0]) if found else 0

    def set_keep_months(self, handle: bytes, months: int) -> None:
        """See ``LedgerBatch``."""
        self._db.execute(tables.DROP_KEEPING, (handle,))
        if months:
            self._db.execute(tables.PUT_KEEPING, (handle, months))

    def move_cards(self, source: bytes, target: bytes) -> None:
        """See ``LedgerBatch``."""
        self._db.execute(tables.MOVE_CARDS, (target, source))
        self._db.execute(tables.MOVE_COUPONS, (target, source))
        self.move_draws(source, target)
        self.move_entered(source, target)
        old, new = (self.members([h]).get(h) for h in (source, target))
        assert old is not None
        assert new is not None
        entry, oldest = old.last_purchase, 0
        while entry:
            self._db.execute(tables.MOVE_PURCHASE, (target, entry))
            oldest = entry
            entry = self.purchases([entry])[entry].previous
        if oldest:  # the source's chain goes in front of the target's
            self._db.execute(tables.RELINK_PURCHASE, (new.last_purchase, oldest))
            self._db.execute("UPDATE member SET last_purchase = ? WHERE handle = ?", (old.last_purchase, target))
            self._db.execute("UPDATE member SET last_purchase = 0 WHERE handle = ?", (source,))
        number = self.next_entry()
        self._db.execute(tables.PUT_MERGE, (number, source, target))
        self._db.execute(tables.SET_META, ("next_entry", number + 1))
        self.work_out_tier(target, source)

    def drop_receipts(self, receipts: Iterable[tuple[int, bytes, int | None]]) -> None:
        """See ``LedgerBatch``."""
        gone = list(receipts)
        self._db.executemany(tables.DROP_RECEIPT, [(day, digest) for day, digest, _ in gone])
        entries = [(entry,) for _, _, entry in gone if entry is not None]
        self._db.executemany(tables.THIN_PURCHASE, entries)
        self._db.executemany(tables.THIN_RETURNS, entries)

    def drop_codes(self, before_day: int) -> None:
        """See ``LedgerBatch``."""
        self._db.execute(tables.DROP_CODES, (before_day,))

    def drop_coupons(self, before_day: int) -> None:
        """See ``LedgerBatch``."""
        self._db.execute(tables.DROP_COUPONS, (before_day,))

    def turn_days(self, first: int, last: int, *, before: int) -> None:
        """See ``LedgerBatch``: one tree holds all days."""
        del first, last, before

    def put_products(self, products: Sequence[tuple[str | None, ...]]) -> tuple[int, int, int]:
        """Add or change products (rows as in the table); return (added, changed, same)."""
        added = changed = same = 0
        for row in products:
            found = self._one(tables.GET_PRODUCT, row[0])
            added += found is None
            changed += found is not None and tuple(found) != tuple(row)
            same += found is not None and tuple(found) == tuple(row)
            if found is None or tuple(found) != tuple(row):
                self._db.execute(tables.PUT_PRODUCT, row)
        if added or changed:
            self._db.execute(tables.TURN_PRODUCTS)
        return added, changed, same


_TALLY_NAMES: Final = tuple(f.name for f in dataclasses.fields(Tally))
_TALLY: Final = attrgetter(*_TALLY_NAMES)


class SqliteLedger:
    """Fills ``LedgerStore`` on one SQLite file.

    ``busy_ms``: how long to wait for another process's transaction before saying so. ``vfs``: see ``connect``.
    ``leisure_pages``: how long the log must be for ``carry_over`` to be worth it.
    """

    def __init__(
        self, path: Path, *, busy_ms: int = BUSY_MS, vfs: str | None = None, leisure_pages: int = LEISURE_PAGES
    ) -> None:
        self._leisure_pages, self._busy_ms = leisure_pages, busy_ms
        self._db = connect(path, busy_ms=busy_ms, vfs=vfs)

    @property
    def flushes_apart(self) -> bool:
        """See ``LedgerStore``: each commit waits for the disk itself."""
        return False

    @contextmanager
    def batch(self, *, durable: bool = True) -> Generator[SqliteBatch]:
        """See ``LedgerStore``. Every commit is synced (``synchronous=FULL``), so ``durable`` changes nothing.

        Raises:
            NotDurable: the commit failed; nothing of the batch may be acknowledged.
        """
        del durable
        try:
            self._db.execute("BEGIN IMMEDIATE")
        except apsw.Error as wrong:
            raise NotDurable(f"the ledger can not begin to write: {wrong}") from wrong
        try:
            yield SqliteBatch(self._db)
        except apsw.Error as wrong:
            self._roll_back()
            if isinstance(wrong, apsw.ConstraintError):
                raise Contradicted(f"a batch contradicts the store and was rolled back: {wrong}") from wrong
            raise NotDurable(f"the ledger can not read or write: {wrong}") from wrong
        except BaseException:
            self._roll_back()
            raise
        try:
            self._db.execute("COMMIT")
        except apsw.Error as wrong:
            self._roll_back()
            raise NotDurable(f"the ledger can not make a write durable: {wrong}") from wrong

    def flush(self) -> None:
        """See ``LedgerStore``: nothing is left to sync."""

    def _roll_back(self) -> None:
        if self._db.in_transaction:
            try:
                self._db.execute("ROLLBACK")
            except apsw.Error:
                return  # the transaction ended by itself; reopening the store replays its log

    def carry_over(self) -> None:
        """See ``LedgerStore``: a short log is carried over in a fraction of the time that a full one takes.

        What fails here fails no batch: the log still holds everything, as when a commit's own carrying over fails.
        """
        try:
            pages, carried = self._db.wal_checkpoint(None, apsw.SQLITE_CHECKPOINT_NOOP)
            if pages - carried >= self._leisure_pages:
                self._db.wal_checkpoint(None, apsw.SQLITE_CHECKPOINT_PASSIVE)
        except apsw.Error:
            return

    def forget_deleted(self) -> bool:
        """See ``LedgerStore``: ``secure_delete`` overwrote what was deleted; the log is carried over and cut."""
        try:
            self._db.execute(f"PRAGMA busy_timeout = {FORGET_MS}")
            pages, carried = self._db.wal_checkpoint(None, apsw.SQLITE_CHECKPOINT_TRUNCATE)
            return pages == carried
        except apsw.BusyError:
            return False
        finally:
            self._db.execute(f"PRAGMA busy_timeout = {self._busy_ms}")

    def tally(self) -> Tally:
        """See ``LedgerStore``."""
        return Tally(**{row[0]: row[1] for row in self._db.execute(tables.GET_TALLY)})

    def clock_offset_us(self) -> int:
        """Return the sandbox clock's offset in microseconds."""
        row = self._db.execute(tables.GET_META, ("clock_offset_us",)).fetchone()
        return int(row[0]) if row else 0

    def campaigns_edition(self) -> int:
        """See ``LedgerStore``."""
        return int(self._db.execute(EDITION).fetchall()[0][0])

    def set_clock_offset_us(self, offset_us: int) -> None:
        """Keep the sandbox clock's offset, for the other ledger processes to see."""
        with self.batch():
            self._db.execute(tables.SET_META, ("clock_offset_us", offset_us))

    def probe(self) -> None:
        """See ``LedgerStore``."""
        with self.batch():
            self._db.execute("UPDATE meta SET value = value + 1 WHERE name = 'probe'")

    def close(self) -> None:
        """See ``LedgerStore``."""
        self._db.close()
