"""The lake's tables: columns, types, partitions, and which columns may leave a minimum and maximum in the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from noren.activity.lake.arrow import ArrowSchema, pa

MONTH: Final = "month"
"""Partition column: local month of the purchase, ``YYYY-MM``."""

PSEUDONYMS: Final = frozenset({"handle", "source", "target"})
"""Columns that name a member: never in statistics, neither Delta's nor Parquet's."""

_INSTANT: Final = pa.timestamp("us", "UTC")


@dataclass(frozen=True, slots=True)
class TableForm:
    """One table. ``bounded``: columns whose least and greatest value stand in the log, for skipping files."""

    name: str
    columns: tuple[tuple[str, object], ...]
    bounded: tuple[str, ...]
    sorted_by: tuple[str, ...]
    by_month: bool = False

    def stored(self) -> ArrowSchema:
        """Return the schema of a file: without the partition column, which stands in the path."""
        return pa.schema(list(self.columns))

    def whole(self) -> ArrowSchema:
        """Return the schema that readers see."""
        return pa.schema([*self.columns, (MONTH, pa.string())] if self.by_month else list(self.columns))

    def counted(self) -> list[str]:
        """Return the columns for which Parquet footers may hold statistics."""
        return [name for name, _ in self.columns if name not in PSEUDONYMS]


# Sorted by handle within a month: of the orders tried the smallest, the cheapest to write and the
# quickest for one member, and no slower for whole audiences (docs/decisions/0005-lake.md).
PURCHASE_LINES: Final = TableForm(
    name="purchase_lines",
    columns=(
        ("handle", pa.binary()),
        ("purchase", pa.int64()),
        ("line", pa.int16()),
        ("at", _INSTANT),
        ("recorded_at", _INSTANT),
        ("day", pa.date32()),
        ("shop", pa.string()),
        ("partner", pa.string()),
        ("product", pa.string()),
        ("quantity", pa.int64()),
        ("amount", pa.int64()),
        ("points", pa.int64()),
        ("imported", pa.bool_()),
    ),
    bounded=("purchase", "day"),
    sorted_by=("handle", "purchase", "line"),
    by_month=True,
)

RETURN_LINES: Final = TableForm(
    name="return_lines",
    columns=(
        ("handle", pa.binary()),
        ("purchase", pa.int64()),
        ("return_entry", pa.int64()),
        ("line", pa.int16()),
        ("at", _INSTANT),
        ("quantity", pa.int64()),
        ("amount", pa.int64()),
    ),
    bounded=("purchase", "return_entry"),
    sorted_by=("handle", "purchase", "return_entry", "line"),
    by_month=True,
)

DAY_SUMS: Final = TableForm(
    name="day_sums",
    columns=(
        ("handle", pa.binary()),
        ("day", pa.date32()),
        ("category", pa.string()),
        ("quantity", pa.int64()),
        ("amount", pa.int64()),
    ),
    bounded=("day",),
    sorted_by=("handle", "day", "category"),
    by_month=True,
)

HANDLE_MERGES: Final = TableForm(
    name="handle_merges",
    columns=(("entry", pa.int64()), ("source", pa.binary()), ("target", pa.binary())),
    bounded=("entry",),
    sorted_by=("entry",),
)

PRODUCTS: Final = TableForm(
    name="products",
    columns=tuple(
        (name, pa.string()) for name in ("product", "name", "category", "department", "brand", "maker", "sensitivity")
    ),
    bounded=("product",),
    sorted_by=("product",),
)

SHOPS: Final = TableForm(
    name="shops",
    columns=(
        *((name, pa.string()) for name in ("shop", "partner", "name", "industry", "postal_code", "prefecture")),
        ("handles_personal_information", pa.bool_()),
    ),
    bounded=("shop",),
    sorted_by=("shop",),
)

TABLES: Final = (PURCHASE_LINES, RETURN_LINES, DAY_SUMS, HANDLE_MERGES, PRODUCTS, SHOPS)
