"""Reading the lake with DuckDB: history as it stands after returns and merges. Needs the ``analytics`` extra.

A reader sees one state of each table, opened in the opposite order of writing, so that every
return it sees finds its purchase. It reads the lake's own files and nothing else: the engine is
locked to them. (What an analyst may run is another, narrower room; this is the ledger side's own view.)
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

import duckdb
from deltalake import DeltaTable

from noren.activity.lake.arrow import ArrowTable, column, pa
from noren.activity.lake.log import parts_of
from noren.activity.lake.parts import Part, read_part
from noren.activity.lake.tables import (
    DAY_SUMS,
    HANDLE_MERGES,
    MONTH,
    PRODUCTS,
    PURCHASE_LINES,
    RETURN_LINES,
    SHOPS,
    TableForm,
)

THREADS: Final = 1
"""Of two cores, one stays the till's."""

MEMORY: Final = "1GB"

_MERGED: Final = "merged_handles"
_ARROW: Final = "arrow_table"

_LEFT: Final = """
CREATE VIEW purchase_lines AS
SELECT {handle} AS handle, l.purchase, l.line, l.at, l.recorded_at, l.day, l.shop, l.partner, l.product,
  l.quantity - coalesce(r.quantity, 0) AS quantity, l.amount - coalesce(r.amount, 0) AS amount,
  l.points, l.imported, l.month
FROM bought_lines AS l
LEFT JOIN (
  SELECT purchase, line, sum(quantity)::BIGINT AS quantity, sum(amount)::BIGINT AS amount
  FROM returned_lines GROUP BY purchase, line) AS r ON r.purchase = l.purchase AND r.line = l.line
LEFT JOIN merged_handles AS m ON m.source = l.handle
"""

_UNTOUCHED: Final = "CREATE VIEW purchase_lines AS SELECT * FROM bought_lines"


class LakeTotals(NamedTuple):
    """Purchase lines as bought, counted in the files: rows, their amounts in minor units, newest purchase entry."""

    rows: int
    amount: int
    entry: int


class LakeSummary(NamedTuple):
    """What stands in the lake and how much room it takes."""

    rows: int
    amount: int
    entry: int
    returned_rows: int
    merges: int
    products: int
    shops: int
    months: int
    files: int
    bytes: int


class Snapshot(NamedTuple):
    """One table at one state."""

    folder: Path
    form: TableForm
    parts: list[Part]

    @property
    def rows(self) -> int:
        """How many rows it has, by its log."""
        return sum(part.rows for part in self.parts)


def open_lake(lake: Path, *, threads: int = THREADS, memory: str = MEMORY) -> duckdb.DuckDBPyConnection:
    """Return a connection to the lake as it is now; close it after use.

    Views: ``purchase_lines`` (what is left after returns, under the handle that each went to by
    merges; a line brought back whole stays, with quantity 0), ``products``, ``shops``; and as
    written ``bought_lines``, ``returned_lines``, for questions as of an earlier instant, and ``day_sums``, what is
    left of months past their time.
    """
    merges, returns, lines = (_look(lake, form) for form in (HANDLE_MERGES, RETURN_LINES, PURCHASE_LINES))
    products, shops, sums = _look(lake, PRODUCTS), _look(lake, SHOPS), _look(lake, DAY_SUMS)
    connection = _connect([lines, returns, products, shops, sums], threads, memory)
    _view(connection, "bought_lines", lines)
    _view(connection, "returned_lines", returns)
    _view(connection, PRODUCTS.name, products)
    _view(connection, SHOPS.name, shops)
    _view(connection, DAY_SUMS.name, sums)
    _keep(connection, _MERGED, _pairs(resolve_merges(_merges(merges))))
    touched = bool(merges.parts or returns.parts)
    handle = "coalesce(m.target, l.handle)" if merges.parts else "l.handle"
    connection.execute(_LEFT.format(handle=handle) if touched else _UNTOUCHED)
    connection.execute("SET lock_configuration = true")
    return connection


def lake_totals(lake: Path) -> LakeTotals:
    """Count purchase lines and sum their amounts in the files themselves."""
    connection = open_lake(lake)
    try:
        found = connection.execute(
            "SELECT count(*), coalesce(sum(amount), 0)::BIGINT, coalesce(max(purchase), 0) FROM bought_lines"
        ).fetchall()[0]
    finally:
        connection.close()
    return LakeTotals(*found)


def summarise(lake: Path) -> LakeSummary:
    """Return what stands in the lake: totals from the files, counts from the logs."""
    totals = lake_totals(lake)
    lines, returns, merges, products, shops = (
        _look(lake, form) for form in (PURCHASE_LINES, RETURN_LINES, HANDLE_MERGES, PRODUCTS, SHOPS)
    )
    parts = [part for each in (lines, returns, merges, products, shops) for part in each.parts]
    return LakeSummary(
        *totals,
        returned_rows=returns.rows,
        merges=merges.rows,
        products=products.rows,
        shops=shops.rows,
        months=len({part.month for part in lines.parts}),
        files=len(parts),
        bytes=sum(part.size for part in parts),
    )


def resolve_merges(merges: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Return where each handle that is no more went in the end. ``merges``: (source, target) in their order."""
    ends: dict[bytes, bytes] = {}
    for source, target in reversed(list(merges)):
        ends[source] = ends.get(target, target)
    return {source: end for source, end in ends.items() if source != end}


def _look(lake: Path, form: TableForm) -> Snapshot:
    folder = lake / form.name
    if not DeltaTable.is_deltatable(str(folder)):
        return Snapshot(folder, form, [])
    return Snapshot(folder, form, parts_of(DeltaTable(str(folder))))


def _merges(snapshot: Snapshot) -> list[tuple[bytes, bytes]]:
    rows = [row for part in snapshot.parts for row in _read(snapshot, part)]
    return [(source, target) for _, source, target in sorted(rows)]


def _read(snapshot: Snapshot, part: Part) -> Iterable[tuple[int, bytes, bytes]]:
    rows = read_part(snapshot.folder, snapshot.form, part)
    return zip(*(rows[name].to_pylist() for name in ("entry", "source", "target")), strict=True)


def _connect(snapshots: list[Snapshot], threads: int, memory: str) -> duckdb.DuckDBPyConnection:
    """Open an engine in memory that may read these tables' files and no other."""
    connection = duckdb.connect(
        ":memory:",
        config={
            "threads": threads,
            "memory_limit": memory,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "python_enable_replacements": False,
        },
    )
    paths = [path for snapshot in snapshots for path in _paths(snapshot)]
    connection.execute(f"SET allowed_paths = {_sql_list(paths)}")
    connection.execute("SET enable_external_access = false")
    return connection


def _view(connection: duckdb.DuckDBPyConnection, name: str, snapshot: Snapshot) -> None:
    if not snapshot.parts:
        whole = snapshot.form.whole()
        _keep(connection, name, pa.Table.from_arrays([column([], kind) for kind in whole.types], schema=whole))
        return
    columns = ", ".join(f'"{each}"' for each in snapshot.form.whole().names)
    partition = f", hive_partitioning = true, hive_types = {{'{MONTH}': VARCHAR}}" if snapshot.form.by_month else ""
    files = _sql_list(_paths(snapshot))
    # Names are ours and paths are quoted: nothing here comes from outside.
    connection.execute(f"CREATE VIEW {name} AS SELECT {columns} FROM read_parquet({files}{partition})")


def _pairs(ends: dict[bytes, bytes]) -> ArrowTable:
    columns = [column(list(handles), pa.binary()) for handles in (ends.keys(), ends.values())]
    return pa.Table.from_arrays(columns, names=["source", "target"])


def _keep(connection: duckdb.DuckDBPyConnection, name: str, rows: ArrowTable) -> None:
    """Copy rows into a table of the engine's memory."""
    connection.register(_ARROW, rows)
    connection.execute(f"CREATE TABLE {name} AS SELECT * FROM {_ARROW}")
    connection.unregister(_ARROW)


def _paths(snapshot: Snapshot) -> list[str]:
    return [str(snapshot.folder / part.path) for part in snapshot.parts]


def _sql_list(texts: list[str]) -> str:
    return "[" + ", ".join("'" + text.replace("'", "''") + "'" for text in texts) + "]"
