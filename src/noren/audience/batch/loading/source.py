"""A given file as a table with typed columns: Parquet or CSV, by its first bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import duckdb

from noren.audience.batch.errors import FileWrong
from noren.audience.batch.loading.clock import changes, offset_of_local
from noren.kernel.say import Say

_WHOLE: Final = frozenset(
    {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "HUGEINT"}
)
_HAS_OFFSET: Final = "'[0-9]:?[0-9]{2}(:[0-9.]+)?\\s*(Z|z|[+-][0-9]{2}(:?[0-9]{2})?)$'"
_EARLIEST_US: Final = -60_000_000_000_000_000
_LATEST_US: Final = 250_000_000_000_000_000


@dataclass(slots=True)
class Source:
    """One file. Its column names, in the file's spelling, and DuckDB's types of them."""

    option: str
    path: Path
    sql: str
    types: dict[str, str] = field(default_factory=dict[str, str])

    def has(self, *columns: str) -> bool:
        """Whether the file has all of these columns."""
        return all(column in self.types for column in columns)

    def need(self, *columns: str) -> None:
        """Raise FileWrong unless the file has these columns."""
        missing = [column for column in columns if column not in self.types]
        if missing:
            names = ", ".join(missing)
            raise FileWrong(
                Say(
                    f"{self.option} {self.path} に列 {names} がありません。今ある列: {', '.join(self.types)}",
                    f"{self.option} {self.path} has no column {names}. It has: {', '.join(self.types)}",
                )
            )

    def text(self, column: str) -> str:
        """Return SQL for a column as text; what is empty is missing."""
        return f"nullif(CAST({quoted(column)} AS VARCHAR), '')"

    def text_or_null(self, column: str) -> str:
        """Return SQL for a column as text, or for nothing where the file does not have it."""
        return self.text(column) if self.has(column) else "CAST(NULL AS VARCHAR)"

    def raw(self, column: str) -> str:
        """Return SQL for a column as a key, in the type that the file has it in."""
        if self.types[column] in _WHOLE:
            return quoted(column)
        return self.text(column)

    def whole(self, column: str) -> str:
        """Return SQL for a column as a whole number; what is none fails the query."""
        if self.types[column] in _WHOLE:
            return f"CAST({quoted(column)} AS BIGINT)"
        text = self.text(column)
        if self.types[column] in ("DOUBLE", "FLOAT"):
            return f"CASE WHEN {quoted(column)} = floor({quoted(column)}) THEN CAST({quoted(column)} AS BIGINT) " + (
                f"WHEN {quoted(column)} IS NOT NULL THEN error('whole:{column}') END"
            )
        return (
            f"CASE WHEN regexp_full_match({text}, '\\s*[+-]?[0-9]+(\\.0+)?\\s*') THEN "
            f"CAST(CAST({text} AS DECIMAL(38, 4)) AS BIGINT) WHEN {text} IS NOT NULL THEN error('whole:{column}') END"
        )


def quoted(name: str) -> str:
    """Return a name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text for SQL."""
    return "'" + text.replace("'", "''") + "'"


def open_source(connection: duckdb.DuckDBPyConnection, option: str, path: Path) -> Source:
    """Open a file. Raises FileWrong."""
    reader = _reader(option, path)
    try:
        rows = connection.execute(f"DESCRIBE SELECT * FROM {reader}").fetchall()
    except duckdb.Error as wrong:
        raise _unreadable(option, path, wrong) from None
    return Source(option, path, reader, {str(row[0]): str(row[1]) for row in rows})


def _reader(option: str, path: Path) -> str:
    try:
        with path.open("rb") as stream:
            head = stream.read(4)
    except OSError as wrong:
        raise FileWrong(
            Say(
                f"{option} {path} を開けません({wrong.strerror})。",
                f"{option} {path} can not be opened ({wrong.strerror}).",
            )
        ) from None
    where = literal(str(path))
    if head == b"PAR1":
        return f"read_parquet({where})"
    return f"read_csv({where}, all_varchar = true, header = true, auto_detect = true, sample_size = 1000)"


def _unreadable(option: str, path: Path, wrong: duckdb.Error) -> FileWrong:
    kind = type(wrong).__name__
    return FileWrong(
        Say(
            f"{option} {path} はParquetでもCSV(UTF-8、見出し付き)でもありません({kind})。",
            f"{option} {path} is neither Parquet nor CSV (UTF-8, with a header): {kind}.",
        )
    )


def instants(connection: duckdb.DuckDBPyConnection, source: Source, column: str, zone: ZoneInfo) -> str:
    """Return SQL for a column of times as instants in µs; a time without offset is local to the zone."""
    kind, name = source.types[column], quoted(column)
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"epoch_us({name})"
    if kind.startswith("TIMESTAMP") or kind == "DATE":
        local = f"epoch_us(CAST({name} AS TIMESTAMP))"
        return f"({local} - ({_local_offset(connection, source, local, zone)}))"
    text = f"trim({source.text(column)})"
    aware = f"regexp_matches({text}, {_HAS_OFFSET})"
    local = f"epoch_us(CAST(CASE WHEN NOT {aware} THEN {text} END AS TIMESTAMP))"
    offset = _local_offset(connection, source, local, zone)
    return f"CASE WHEN {aware} THEN epoch_us(CAST({text} AS TIMESTAMPTZ)) ELSE ({local} - ({offset})) END"


def _local_offset(connection: duckdb.DuckDBPyConnection, source: Source, local: str, zone: ZoneInfo) -> str:
    first, last = reach(connection, source, local)
    return offset_of_local(local, *changes(zone, first, last))


def reach(connection: duckdb.DuckDBPyConnection, source: Source, expression: str) -> tuple[int, int]:
    """Return the least and the greatest value of an expression of µs, 0 where there is none. Raises FileWrong."""
    try:
        rows = connection.execute(f"SELECT min({expression}), max({expression}) FROM {source.sql}").fetchall()
    except duckdb.Error as wrong:
        raise bad_cells(source, wrong) from None
    first, last = rows[0]
    if first is None:
        return 0, 0
    return max(int(first), _EARLIEST_US), min(int(last), _LATEST_US)


def bad_cells(source: Source, wrong: duckdb.Error) -> FileWrong:
    """Return what to say of a cell that is not what its column wants; the cell itself is not shown."""
    kind = type(wrong).__name__
    return FileWrong(
        Say(
            f"{source.option} {source.path} に、整数・日時・true/falseとして読めない値があります({kind})。",
            f"{source.option} {source.path} holds a value that is no whole number, time or true/false ({kind}).",
        )
    )
