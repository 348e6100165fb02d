"""A server's database laid out into a file, and a file's rows laid into a server's: for backup and restore.

A store has the same tables and columns on both engines, at the same revision. So a backup of a home on PostgreSQL holds
the very files that one on SQLite holds: a restore erases from them as ever, and only what is left after it reaches a
server, its write-ahead log and its archives.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import sql

from noren.kernel.address import DatabaseAddress
from noren.revisions.stamp import READ
from noren.revisions.stamp import TABLE as STAMP

_PAGE: Final = 5_000
_TABLES: Final = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
# Partitions are reached by their table; the engine's own mark of how rows lie is no row of the store's.
_MINE: Final = """SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
    AND NOT relispartition AND relname NOT IN ('alembic_version', 'arrival')"""

FOUNDED: Final[Mapping[str, frozenset[str]]] = {
    "meta": frozenset({"schema", "first_receipt_day"}),
    "tally": frozenset(),
}
"""Tables whose rows a database is made with and no role may add to; and those of their rows that stay as they are."""

Db = psycopg.Connection[tuple[Any, ...]]


class NotEmpty(Exception):
    """The database holds rows: nothing is laid over them."""


class NotAlike(Exception):
    """File and database are not at the same revision, or have not the same rows from their founding."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """A table's name, its columns, and those of its key."""

    table: str
    columns: tuple[str, ...]
    key: tuple[str, ...]


def lay_out(address: DatabaseAddress, path: Path) -> int:
    """Copy all rows of a database, as they are at one instant, into a file of empty tables; return how many.

    In the order of their keys: a backup tells nothing of who came when.

    Raises:
        NotAlike: the database is at another revision than the file.
        psycopg.Error: the server is not there, or does not let the role read.
    """
    with closing(sqlite3.connect(path)) as file, _connected(address) as db, db.transaction():
        shapes = _shapes(file)
        db.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        _lock(db, shapes)
        _refuse_unlike(file, db)
        with file:
            return sum(_out(db, file, shape) for shape in shapes)


def lay_in(path: Path, address: DatabaseAddress) -> int:
    """Copy all rows of a file into a database of empty tables, in one transaction; return how many.

    Raises:
        NotEmpty: the database holds rows.
        NotAlike: the database is at another revision than the file.
        psycopg.Error: the server is not there, or does not let the role write.
    """
    with closing(sqlite3.connect(path)) as file, _connected(address) as db, db.transaction():
        shapes = _shapes(file)
        _refuse_unlike(file, db)
        _refuse_full(db, [shape.table for shape in shapes])
        return sum(_in(file, db, shape) for shape in shapes)


def refuse_full(address: DatabaseAddress) -> None:
    """Look whether a database holds rows.

    Raises:
        NotEmpty: it does.
        psycopg.Error: the server or the tables are not there.
    """
    with _connected(address) as db:
        db.execute(READ.encode())
        _refuse_full(db, [str(row[0]) for row in db.execute(_MINE)])


def _connected(address: DatabaseAddress) -> Db:
    return psycopg.connect(**address.libpq(), options="-c synchronous_commit=on -c lock_timeout=20s", autocommit=True)


def _shapes(file: sqlite3.Connection) -> list[_Shape]:
    names = [str(row[0]) for row in file.execute(_TABLES) if row[0] != STAMP]
    return [_shape(file, name) for name in names]


def _shape(file: sqlite3.Connection, table: str) -> _Shape:
    found = file.execute("SELECT name, pk FROM pragma_table_info(?) ORDER BY cid", (table,)).fetchall()
    key = sorted((place, name) for name, place in found if place)
    return _Shape(table, tuple(name for name, _ in found), tuple(name for _, name in key))


def _lock(db: Db, shapes: Sequence[_Shape]) -> None:
    """Lock before anything is looked at: a table that is laid anew meanwhile would look empty to this snapshot."""
    tables = sql.SQL(", ").join(sql.Identifier(shape.table) for shape in shapes)
    db.execute(sql.SQL("LOCK TABLE {} IN ACCESS SHARE MODE").format(tables))


def _refuse_unlike(file: sqlite3.Connection, db: Db) -> None:
    stamps = file.execute(READ).fetchall(), db.execute(READ.encode()).fetchall()
    if stamps[0] != stamps[1]:
        raise NotAlike(f"revisions {stamps[0]} and {stamps[1]}")


def _refuse_full(db: Db, tables: Iterable[str]) -> None:
    for table in tables:
        if table not in FOUNDED:
            question = sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(table))
            if db.execute(question).fetchone() != (False,):
                raise NotEmpty(table)


def _out(db: Db, file: sqlite3.Connection, shape: _Shape) -> int:
    kept = FOUNDED.get(shape.table)
    if kept is not None:
        file.execute(f'DELETE FROM "{shape.table}"')  # noqa: S608 - a name of our own tables
    marks = ", ".join("?" * len(shape.columns))
    statement = f'INSERT INTO "{shape.table}" ({_names(shape.columns)}) VALUES ({marks})'  # noqa: S608
    rows, count = _rows_of(db, shape), 0
    while page := list(islice(rows, _PAGE)):
        file.executemany(statement, page)
        count += len(page)
    return count


def _rows_of(db: Db, shape: _Shape) -> Iterator[tuple[Any, ...]]:
    """Yield a table's rows in the order of its key, as SQLite's tables want them."""
    asked = sql.SQL("SELECT {} FROM {}").format(_identifiers(shape.columns), sql.Identifier(shape.table))
    ordered = sql.SQL("{} ORDER BY {}").format(asked, _identifiers(shape.key))
    with db.cursor() as cursor:
        described = cursor.execute(sql.SQL("{} LIMIT 0").format(asked)).description
        assert described is not None, "a query has columns"
        with cursor.copy(sql.SQL("COPY ({}) TO STDOUT (FORMAT BINARY)").format(ordered)) as copy:
            copy.set_types([column.type_code for column in described])
            for row in copy.rows():
                yield tuple(value.isoformat() if isinstance(value, date) else value for value in row)


def _in(file: sqlite3.Connection, db: Db, shape: _Shape) -> int:
    order = _names(shape.key)
    rows = file.execute(f'SELECT {_names(shape.columns)} FROM "{shape.table}" ORDER BY {order}')  # noqa: S608
    kept = FOUNDED.get(shape.table)
    if kept is not None:
        return _set(db, shape, [row for row in rows if row[0] not in kept])
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(shape.table), _identifiers(shape.columns))
    count = 0
    with db.cursor() as cursor, cursor.copy(statement) as copy:
        for count, row in enumerate(rows, 1):  # noqa: B007 - how many there were
            copy.write_row(row)
    return count


def _set(db: Db, shape: _Shape, rows: Sequence[tuple[Any, ...]]) -> int:
    """Set rows that are there from the founding to what they were."""
    name, value = map(sql.Identifier, shape.columns)
    statement = sql.SQL("UPDATE {} SET {} = %s WHERE {} = %s").format(sql.Identifier(shape.table), value, name)
    for called, what in rows:
        if db.execute(statement, (what, called)).rowcount != 1:
            raise NotAlike(f"{shape.table} has no row {called}")
    return len(rows)


def _identifiers(names: Iterable[str]) -> sql.Composable:
    return sql.SQL(", ").join(map(sql.Identifier, names))


def _names(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
