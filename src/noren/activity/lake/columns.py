"""From the ledger's values to columns: a list per column, what belongs to a purchase repeated; no row is built."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, repeat
from typing import Final
from zoneinfo import ZoneInfo

from noren.activity.lake.arrow import ArrowColumn, ArrowSchema, ArrowTable, column, pa
from noren.activity.lake.tables import HANDLE_MERGES, PURCHASE_LINES, RETURN_LINES
from noren.activity.model import Purchase, Return
from noren.kernel.clock import instant_of, local_date

_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()

Merge = tuple[int, bytes, bytes]
"""(entry, handle that is no more, handle it went to)."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Rows of one table and the month of each (empty: the table is not split by month)."""

    rows: ArrowTable
    months: list[str]


def purchase_lines(purchases: Iterable[Purchase], zone: ZoneInfo) -> Columns:
    """Return a row per line. A purchase whose lines are not kept gives none."""
    kept = [(p, p.lines) for p in purchases if p.lines]
    counts = [len(lines) for _, lines in kept]
    days = [local_day(p.at, zone) for p, _ in kept]
    each = list(chain.from_iterable(lines for _, lines in kept))
    spread = _Spread(counts)
    rows = [
        spread([p.handle for p, _ in kept], "handle"),
        spread([p.entry for p, _ in kept], "purchase"),
        spread.numbers(),
        spread([p.at for p, _ in kept], "at"),
        spread([p.received for p, _ in kept], "recorded_at"),
        spread([day.toordinal() - _EPOCH_DAY for day in days], "day"),
        spread([p.shop for p, _ in kept], "shop"),
        spread([p.partner for p, _ in kept], "partner"),
        column([line.product for line in each], pa.string()),
        column([line.quantity for line in each], pa.int64()),
        column([line.amount for line in each], pa.int64()),
        spread([p.earned for p, _ in kept], "points"),
        spread([p.imported for p, _ in kept], "imported"),
    ]
    return Columns(_table(rows, PURCHASE_LINES.stored()), _repeat([month_of(day) for day in days], counts))


def return_lines(returns: Iterable[tuple[Return, Purchase]], zone: ZoneInfo) -> Columns:
    """Return a row per line brought back, in the month of its purchase, so that the two stand side by side."""
    kept = [(r, p, r.lines) for r, p in returns if r.lines]
    counts = [len(lines) for _, _, lines in kept]
    each = list(chain.from_iterable(lines for _, _, lines in kept))
    spread = _Spread(counts)
    rows = [
        spread([p.handle for _, p, _ in kept], "handle"),
        spread([p.entry for _, p, _ in kept], "purchase"),
        spread([r.entry for r, _, _ in kept], "purchase"),
        column([line.line for line in each], pa.int16()),
        spread([r.at for r, _, _ in kept], "at"),
        column([line.quantity for line in each], pa.int64()),
        column([line.amount for line in each], pa.int64()),
    ]
    months = [month_of(local_day(p.at, zone)) for _, p, _ in kept]
    return Columns(_table(rows, RETURN_LINES.stored()), _repeat(months, counts))


def handle_merges(merges: Sequence[Merge]) -> Columns:
    """Return a row per merge."""
    rows = [
        column([entry for entry, _, _ in merges], pa.int64()),
        column([source for _, source, _ in merges], pa.binary()),
        column([target for _, _, target in merges], pa.binary()),
    ]
    return Columns(_table(rows, HANDLE_MERGES.stored()), [])


def local_day(at_us: int, zone: ZoneInfo) -> date:
    """Return the calendar day in ``zone`` of an instant in microseconds since 1970 UTC."""
    return local_date(instant_of(at_us), zone)


def month_of(day: date) -> str:
    """Return the month of a day as the lake writes it, ``YYYY-MM``."""
    return f"{day.year:04d}-{day.month:02d}"


class _Spread:
    """Repeats what belongs to a purchase over its lines."""

    def __init__(self, counts: list[int]) -> None:
        self._counts = counts
        self._types = dict(PURCHASE_LINES.columns)
        self._index = column(_repeat(range(len(counts)), counts), pa.int32())

    def __call__(self, values: Sequence[object], name: str) -> ArrowColumn:
        """Return ``values`` (one a purchase) as a column (one a line), of the type of the column ``name``."""
        return column(values, self._types[name]).take(self._index)

    def numbers(self) -> ArrowColumn:
        """Return line numbers: 0, 1, 2 … of each purchase."""
        return column(list(chain.from_iterable(range(count) for count in self._counts)), pa.int16())


def _repeat(values: Iterable[object], counts: list[int]) -> list[str]:
    return list(chain.from_iterable(map(repeat, values, counts)))  # type: ignore[arg-type]


def _table(columns: list[ArrowColumn], schema: ArrowSchema) -> ArrowTable:
    return pa.Table.from_arrays(columns, schema=schema)
