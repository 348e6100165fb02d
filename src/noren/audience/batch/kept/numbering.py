"""Numbers that stay: a member, product or place keeps its number from one refresh to the next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, overload

import duckdb
import numpy as np

from noren.audience.batch.arrow import table_from
from noren.audience.batch.kept.vectors import Mask, Numbers, whole
from noren.audience.batch.loading.source import literal, quoted
from noren.audience.batch.names import Index


@dataclass(frozen=True, slots=True)
class Kind:
    """What is numbered: a table of the loader, the column of its own numbers, what names a row, what else is kept."""

    table: str
    number: str
    names: tuple[str, ...]
    beside: tuple[str, ...] = ()


MEMBERS: Final = Kind("members", "member_no", ("member",))
PRODUCTS: Final = Kind("products", "product_no", ("product",), ("category", "department", "brand", "maker"))
PLACES: Final = Kind("places", "place_no", ("shop", "partner", "industry"))


def renumber(connection: duckdb.DuckDBPyConnection, kind: Kind, before: Path | None, after: Path) -> Numbers:
    """Write the numbers of all rows ever seen; return the number that each of the loader's rows has from now on.

    What stands beside a name is what it is now: of a name that is not given any more nothing is known.
    """
    texts = ", ".join(f"CAST(NULL AS VARCHAR) AS {name}" for name in kind.names)
    old = f"(SELECT {texts}, 0 AS number LIMIT 0)" if before is None else f"read_parquet({literal(str(before))})"
    same = " AND ".join(f"coalesce(t.{name}, '') = coalesce(k.{name}, '')" for name in kind.names)
    names = ", ".join(kind.names)
    kept = f"kept_{kind.table}"
    connection.execute(f"CREATE TABLE {kept} AS SELECT {names}, CAST(number AS INTEGER) AS number FROM {old}")
    count = connection.execute(f"SELECT count(*) FROM {kept}").fetchall()[0][0]
    connection.execute(
        f"INSERT INTO {kept} SELECT {names}, {count} + row_number() OVER (ORDER BY {kind.number}) - 1 "
        f"FROM {kind.table} t WHERE NOT EXISTS (SELECT 1 FROM {kept} k WHERE {same})"
    )
    beside = "".join(f", t.{name}" for name in kind.beside)
    joined = f"{kept} k LEFT JOIN {kind.table} t ON {same}"
    connection.execute(
        f"COPY (SELECT k.*{beside} FROM {joined} ORDER BY k.number) TO {literal(str(after))} (FORMAT parquet)"
    )
    query = f"SELECT k.number FROM {kind.table} t JOIN {kept} k ON {same} ORDER BY t.{kind.number}"
    found: Any = connection.execute(query).fetchnumpy()
    return np.ma.getdata(found["number"])


def forget_names(path: Path, listed: Mask) -> None:
    """Write the members' numbers anew without the texts of those who are not listed."""
    written = path.with_suffix(".forgetting")
    columns = {"number": np.arange(len(listed)), "listed": whole(listed)}
    with duckdb.connect(":memory:") as connection:
        connection.register("listed", table_from(columns))
        connection.execute(
            "COPY (SELECT CASE WHEN l.listed = 1 THEN k.member END AS member, k.number "
            f"FROM read_parquet({literal(str(path))}) k JOIN listed l ON k.number = l.number ORDER BY k.number) "
            f"TO {literal(str(written))} (FORMAT parquet)"
        )
    written.rename(path)


@dataclass(frozen=True, slots=True)
class KeptColumns:
    """The columns of a file of numbers, in their order; each is read when it is first asked for."""

    path: Path
    rows: int
    _indexes: dict[str, Index] = field(default_factory=dict[str, Index])

    def column(self, name: str) -> Iterable[str | None]:
        """Return a column's values."""
        query = f"SELECT {quoted(name)} FROM read_parquet({literal(str(self.path))}) ORDER BY number"
        with duckdb.connect(":memory:") as connection:
            return [row[0] for row in connection.execute(query).fetchall()]

    def index(self, name: str) -> Index:
        """Return a column's index."""
        held = self._indexes.get(name)
        if held is None:
            held = self._indexes[name] = Index(self.column(name))
        return held

    def count(self) -> int:
        """Return how many numbers there are."""
        return self.rows


def open_columns(path: Path) -> KeptColumns:
    """Open a file of numbers."""
    with duckdb.connect(":memory:") as connection:
        rows = connection.execute(f"SELECT count(*) FROM read_parquet({literal(str(path))})").fetchall()[0][0]
    return KeptColumns(path, int(rows))


class KeptNames(Sequence[str]):
    """Members' texts by number, read when one is asked for: an evaluation needs none. They are in no order."""

    def __init__(self, columns: KeptColumns) -> None:
        self._columns = columns
        self._held: list[str] | None = None

    def __len__(self) -> int:
        return self._columns.count()

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...
    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        if self._held is None:
            self._held = [str(name) for name in self._columns.column("member")]
        return self._held[place]
