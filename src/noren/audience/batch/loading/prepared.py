"""Prepared tables: Parquet files of whole numbers in a folder, and what their numbers stand for."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Protocol
from zoneinfo import ZoneInfo

import duckdb
from pyroaring import BitMap

from noren.audience.batch.asked import Rows
from noren.audience.batch.given import Given, Moment
from noren.audience.batch.loading.source import quoted
from noren.audience.batch.names import Index

OF_MEMBERS: Final = ("trait_values", "events", "lots")
TABLES: Final = ("lines", "receipts", "goods", *OF_MEMBERS)


class KeptPurchases(Protocol):
    """Purchases that are kept otherwise than as tables."""

    def answer(self, tables: Mapping[str, Rows], moment: Moment) -> dict[int, BitMap]:
        """Return the members that answer each question of a run about purchases."""
        ...

    def write_tables(self, folder: Path) -> None:
        """Write the purchases as prepared tables."""
        ...


@dataclass(frozen=True, slots=True)
class Ignored:
    """Purchases of members that are not listed."""

    purchases: int = 0
    lines: int = 0


@dataclass(frozen=True, slots=True)
class Prepared:
    """``names``: the members' texts, by number, sorted by code point. ``wide``: sums may need more than 64 bits.

    ``zone``: where the local days of the tables are. ``index``: of a kept history, which has its purchases there and
    not in tables; its numbers stay, so its names are in no order, and ``everyone`` says who is a member now.
    """

    folder: Path
    given: Given
    names: Sequence[str]
    wide: bool
    ignored: Ignored
    zone: ZoneInfo
    index: KeptPurchases | None = None
    everyone: BitMap | None = None

    @property
    def members(self) -> int:
        """How many members there are; their numbers begin at 0."""
        return len(self.names)

    def listed(self) -> BitMap:
        """Return the numbers of those who are members."""
        return BitMap(range(self.members)) if self.everyone is None else self.everyone

    def file(self, table: str) -> Path:
        """Return the Parquet file of a prepared table."""
        return self.folder / f"{table}.parquet"

    def in_tables(self, folder: Path) -> Prepared:
        """Return the same with its purchases as tables, written into a folder."""
        if self.index is None:
            return self
        self.index.write_tables(folder)
        for table in OF_MEMBERS:
            shutil.copy(self.file(table), folder / f"{table}.parquet")
        return replace(self, folder=folder, index=None)


@dataclass(frozen=True, slots=True)
class TableColumns:
    """The columns of a table of the loader, in the order of its numbers."""

    connection: duckdb.DuckDBPyConnection
    table: str
    number: str
    _indexes: dict[str, Index] = field(default_factory=dict[str, Index])

    def column(self, name: str) -> Iterable[str | None]:
        """Return a column's values."""
        rows = self.connection.execute(f"SELECT {quoted(name)} FROM {self.table} ORDER BY {self.number}").fetchall()
        return [row[0] for row in rows]

    def index(self, name: str) -> Index:
        """Return a column's index, made when it is first asked for."""
        held = self._indexes.get(name)
        if held is None:
            held = self._indexes[name] = Index(self.column(name))
        return held

    def count(self) -> int:
        """Return how many numbers there are."""
        return int(self.connection.execute(f"SELECT count(*) FROM {self.table}").fetchall()[0][0])
