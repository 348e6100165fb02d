"""The lake's one writer: takes from the ledger's feed what is not yet there, and keeps the tables tidy."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self
from zoneinfo import ZoneInfo

from noren.activity.lake import gather
from noren.activity.lake.compaction import compact
from noren.activity.lake.disk import make_folder
from noren.activity.lake.erasing import Going, Rewritten, rewrite_some
from noren.activity.lake.errors import LakeInUse
from noren.activity.lake.gather import BATCH_ROWS, Batch
from noren.activity.lake.log import LakeTable
from noren.activity.lake.parts import Part, amount_of, read_part, split_by_month, write_part
from noren.activity.lake.reference import ProductRow, ShopRow, replace_rows
from noren.activity.lake.tables import DAY_SUMS, HANDLE_MERGES, PRODUCTS, PURCHASE_LINES, RETURN_LINES, SHOPS
from noren.activity.lake.thinning import (
    THINNED,
    Month,
    Plan,
    Thinned,
    drop_plan,
    read_plan,
    sum_month,
    write_plan,
)
from noren.activity.ports import LedgerFeed

LOCK: Final = "writer.lock"

CURSOR: Final = "noren.entry"
"""Mark: the newest entry of the feed that the table holds."""

AGED: Final = "noren.aged"
"""Mark: the month whose round deleted old lines last."""

THINNED_BEFORE: Final = "noren.thinned-before"
"""Mark: the month before which lines were last made sums."""

ROWS: Final = "noren.rows"
AMOUNT: Final = "noren.amount"
"""Marks: rows and their sum of amounts, kept with the rows, so that totals are read without reading files."""


_CATEGORISED: Final = ("product", "category")


@dataclass(frozen=True, slots=True)
class LakeStatus:
    """What stands in the lake: purchase lines as bought (returns not taken off), and the newest entry of each kind."""

    rows: int
    amount: int
    entry: int
    return_rows: int
    return_entry: int
    merge_entry: int


@dataclass(frozen=True, slots=True)
class Taken:
    """What one round wrote. ``more``: the feed had not run dry."""

    purchases: int
    rows: int
    returns: int
    merges: int
    more: bool

    @property
    def anything(self) -> bool:
        """True when the round wrote something."""
        return bool(self.purchases or self.returns or self.merges)


class LakeWriter:
    """Opens a lake for writing, alone.

    Every method may be called from any thread; they take turns.

    Raises:
        LakeInUse: another process writes this lake.
    """

    def __init__(self, path: Path) -> None:
        make_folder(path)
        self.path = path
        self._turn = threading.Lock()
        self._lock = _only_writer(path / LOCK)
        self._open()

    def _open(self) -> None:
        self._lines = LakeTable(self.path / PURCHASE_LINES.name, PURCHASE_LINES)
        self._returns = LakeTable(self.path / RETURN_LINES.name, RETURN_LINES)
        self._sums = LakeTable(self.path / DAY_SUMS.name, DAY_SUMS)
        self._merges = LakeTable(self.path / HANDLE_MERGES.name, HANDLE_MERGES)
        self._products = LakeTable(self.path / PRODUCTS.name, PRODUCTS)
        self._shops = LakeTable(self.path / SHOPS.name, SHOPS)
        plan = read_plan(self.path)
        if plan is not None:  # a round that thinned was broken off
            self._carry_out(plan)
        self._status = self._look()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let another writer in. What was written stays; there is nothing to flush."""
        with self._turn:
            os.close(self._lock)

    def reopen(self) -> None:
        """Read all tables anew, as after a breakage: what is half written is taken away."""
        with self._turn:
            self._open()

    def status(self) -> LakeStatus:
        """Return what stands in the lake, as of the last commit."""
        return self._status

    def take(self, feed: LedgerFeed, zone: ZoneInfo, batch_rows: int = BATCH_ROWS) -> Taken:
        """Write what the feed has after the cursors, once. Days and months are counted in ``zone``.

        Purchases come first, then returns, then merges: readers open them in the opposite order.
        """
        with self._turn:
            lines = gather.gather_purchases(feed, self._lines.mark(CURSOR), zone, batch_rows)
            if lines:
                _append(self._lines, lines)
            reached = self._lines.mark(CURSOR)
            returns = gather.gather_returns(feed, self._returns.mark(CURSOR), zone, reached)
            if returns:
                _append(self._returns, returns)
            merges = gather.gather_merges(feed, self._merges.mark(CURSOR))
            if merges:
                _append(self._merges, merges)
            self._status = self._look()
        return _taken(lines, returns, merges)

    def replace_products(self, products: Iterable[ProductRow]) -> bool:
        """Make the products table hold exactly these; tell whether anything changed."""
        with self._turn:
            return replace_rows(self._products, list(products))

    def replace_shops(self, shops: Iterable[ShopRow]) -> bool:
        """Make the shops table hold exactly these; tell whether anything changed."""
        with self._turn:
            return replace_rows(self._shops, list(shops))

    def compact(self, *, thorough: bool = False) -> int:
        """Put small files together; return how many are gone. ``thorough``: all small files of a month."""
        with self._turn:
            return sum(compact(table, thorough=thorough) for table in self._of_members())

    def rewrite_without(
        self,
        handles: Collection[bytes],
        *,
        aged: Mapping[int, Collection[bytes]] | None = None,
        forgotten: Mapping[int, frozenset[int] | None] | None = None,
    ) -> Rewritten:
        """Write anew every file that holds a row of one of these members, without it; the feed goes on in between.

        The ledger gives nothing of them any more: what is written meanwhile holds none of them. Old files stay until
        ``vacuum``. ``aged``: whose lines of days before which day go too (days since 1970). ``forgotten``:
        purchases of which all lines go (None) or some.
        """
        total, going = Rewritten(set()), Going(handles, aged or {}, forgotten=forgotten or {})
        for table in self._of_members():
            done, more = Rewritten(set()), bool(handles or aged or forgotten)
            while more:
                with self._turn:
                    more = rewrite_some(table, going, done, lambda rows, amount, of=table: _less(of, rows, amount))
                    self._status = self._look()
            total.files, total.rows = total.files + done.files, total.rows + done.rows
        return total

    def thin_before(self, first: str, between: Callable[[], None] = lambda: None) -> Thinned:
        """Make sums of the lines of all months before one (``YYYY-MM``). ``between``: called between durable steps.

        Lines of a month that come later, from another system, are summed by a later round. Old files stay until
        ``vacuum``.
        """
        done = Thinned()
        while (month := self._old_month(first)) is not None:
            made = sum_month(self._lines, self._returns, self._sums, month)
            between()
            with self._turn:
                if not self._stands(month):
                    continue  # files were put together meanwhile: summed anew
                self._put_sums(month, made, between)
                self._status = self._look()
            lines, sums = (sum(part.rows for part in parts) for parts in (month.lines, made))
            done = Thinned(done.months + 1, done.lines + lines, done.sums + sums)
        return done

    def _old_month(self, first: str) -> Month | None:
        with self._turn:
            parts = [*self._lines.parts(), *self._returns.parts()]
            months = sorted({part.month for part in parts if part.month is not None and part.month < first})
            if not months:
                return None
            products = [read_part(self._products.folder, PRODUCTS, part) for part in self._products.parts()]
        rows = [row for table in products for row in zip(*(table[n].to_pylist() for n in _CATEGORISED), strict=True)]
        categories = {product: category for product, category in rows if category}
        return Month(months[0], *self._parts_of(months[0]), categories)

    def _parts_of(self, month: str) -> tuple[list[Part], list[Part]]:
        lines, returns = ([p for p in t.parts() if p.month == month] for t in (self._lines, self._returns))
        return lines, returns

    def _stands(self, month: Month) -> bool:
        return (month.lines, month.returns) == self._parts_of(month.name)

    def _put_sums(self, month: Month, made: list[Part], between: Callable[[], None]) -> None:
        sums = self._sums
        plan = Plan(sums.mark(THINNED) + 1, tuple(p.path for p in month.lines), tuple(p.path for p in month.returns))
        write_plan(self.path, plan)
        between()
        rows, amount = sum(part.rows for part in made), sum(amount_of(sums.folder, part) for part in made)
        marks = {THINNED: plan.number, ROWS: sums.mark(ROWS) + rows, AMOUNT: sums.mark(AMOUNT) + amount}
        sums.commit(marks=marks, added=made)
        between()
        self._carry_out(plan, between)

    def _carry_out(self, plan: Plan, between: Callable[[], None] = lambda: None) -> None:
        """End a plan: its files go where its sums stand; where they do not, nothing was done."""
        if self._sums.mark(THINNED) >= plan.number:
            for table, paths in ((self._lines, set(plan.lines)), (self._returns, set(plan.returns))):
                gone = [part for part in table.parts() if part.path in paths]
                if gone:
                    rows, amount = sum(part.rows for part in gone), sum(amount_of(table.folder, part) for part in gone)
                    table.commit(marks=_less(table, rows, amount), removed=gone)
                between()
        drop_plan(self.path)

    def stage(self, folder: Path) -> list[Path]:
        """Lay the lake as it is at one instant into an empty folder: files by links, logs by copies; return all.

        What is staged stays whole whatever is written, joined or vacuumed meanwhile.
        """
        with self._turn:
            return [path for table in self._all() for path in table.stage(folder / table.form.name)]

    def last_aged(self) -> int:
        """Return the month in which old lines were looked for last, as ``ageing`` counts months; 0: never."""
        return self._lines.mark(AGED)

    def note_aged(self, month: int) -> None:
        """Say that the old lines of a month's round are gone from the tables."""
        with self._turn:
            self._lines.commit(marks={AGED: month})

    def last_thinned(self) -> int:
        """Return the month before which lines were last made sums, as ``ageing`` counts months; 0: never looked."""
        return self._lines.mark(THINNED_BEFORE)

    def note_thinned(self, month: int) -> None:
        """Say that of what is before a month nothing but sums is left."""
        with self._turn:
            self._lines.commit(marks={THINNED_BEFORE: month})

    def vacuum(self, hours: int) -> int:
        """Delete files that no table has used for ``hours``, killed writers' too; return how many."""
        with self._turn:
            return sum(table.vacuum(hours) for table in self._all())

    def checkpoint(self) -> None:
        """Write each table's state in one file, so that a reader need not follow its log from the beginning."""
        with self._turn:
            for table in self._all():
                table.checkpoint()

    def _all(self) -> tuple[LakeTable, ...]:
        return *self._of_members(), self._products, self._shops

    def _of_members(self) -> tuple[LakeTable, ...]:
        return self._lines, self._returns, self._sums, self._merges

    def _look(self) -> LakeStatus:
        return LakeStatus(
            rows=self._lines.mark(ROWS),
            amount=self._lines.mark(AMOUNT),
            entry=self._lines.mark(CURSOR),
            return_rows=self._returns.mark(ROWS),
            return_entry=self._returns.mark(CURSOR),
            merge_entry=self._merges.mark(CURSOR),
        )


def _append(table: LakeTable, batch: Batch) -> None:
    """Write a batch's rows and move the cursor and totals with them. No rows: the cursor alone moves."""
    assert batch.entry > table.mark(CURSOR), "the feed went backwards"
    marks = {CURSOR: batch.entry, ROWS: table.mark(ROWS) + batch.rows}
    if table.form is not HANDLE_MERGES:
        marks[AMOUNT] = table.mark(AMOUNT) + batch.amount
    table.commit(marks=marks, added=_write(table, batch) if batch.rows else [])


def _less(table: LakeTable, rows: int, amount: int) -> Mapping[str, int]:
    """Return a table's totals when some rows have gone; its cursor stays where it is."""
    marks = {ROWS: table.mark(ROWS) - rows}
    return marks if table.form is HANDLE_MERGES else marks | {AMOUNT: table.mark(AMOUNT) - amount}


def _write(table: LakeTable, batch: Batch) -> list[Part]:
    rows, months = batch.columns.rows, batch.columns.months
    if not table.form.by_month:
        return [write_part(table.folder, table.form, rows, None)]
    return [write_part(table.folder, table.form, each, month) for month, each in split_by_month(rows, months)]


def _taken(lines: Batch | None, returns: Batch | None, merges: Batch | None) -> Taken:
    return Taken(
        purchases=lines.entries if lines else 0,
        rows=lines.rows if lines else 0,
        returns=returns.entries if returns else 0,
        merges=merges.entries if merges else 0,
        more=any(batch is not None and batch.more for batch in (lines, returns, merges)),
    )


def _only_writer(lock: Path) -> int:
    """Take the lake's lock, which the operating system lets go when the process ends, however it ends."""
    descriptor = os.open(lock, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise LakeInUse(str(lock.parent)) from None
    return descriptor
