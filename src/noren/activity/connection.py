"""Connections to the embedded ledger's file, with apsw's types said where it does not say them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Protocol, cast

import apsw

from noren.activity import tables
from noren.activity.errors import WrongSchema

BUSY_MS: Final = 20_000
"""How long a writer waits for another process to finish its transaction."""


class Cursor(Protocol):
    """What a statement gives: rows, one by one or all."""

    def fetchone(self) -> tuple[Any, ...] | None:
        """Return the next row, or None."""
        ...

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return all rows."""
        ...

    def __iter__(self) -> Iterator[tuple[Any, ...]]: ...


class Database(Protocol):
    """The part of apsw's connection that the ledger uses, with its types said."""

    in_transaction: bool

    def execute(self, statements: str, bindings: Sequence[Any] = ...) -> Cursor:
        """Run a statement."""
        ...

    def executemany(self, statements: str, sequenceofbindings: Iterable[Sequence[Any]]) -> Cursor:
        """Run a statement once per row of bindings."""
        ...

    def set_wal_hook(self, callable: Callable[[Any, str, int], int] | None) -> None:  # noqa: A002 (apsw names it)
        """Have a function told the log's pages after each commit."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


def blobs(values: tuple[bytes, ...]) -> object:
    """Return keys as one parameter for ``IN carray(?)``; at least one."""
    assert values
    return cast("Callable[[tuple[bytes, ...]], object]", apsw.carray)(values)  # pyright: ignore[reportUnknownMemberType]


def connect(path: Path, *, reading: bool = False, busy_ms: int = BUSY_MS, vfs: str | None = None) -> Database:
    """Open the ledger's file; make and check its tables unless only ``reading``.

    ``vfs``: another way to the disk, by its registered name (the crash tests' own).

    Raises:
        WrongSchema: the file was made by another version of noren.
    """
    flags = apsw.SQLITE_OPEN_READONLY if reading else apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
    if not reading:
        path.parent.mkdir(parents=True, exist_ok=True)
    connection = apsw.Connection(str(path), flags=flags, vfs=vfs, statementcachesize=200)
    connection.set_busy_timeout(busy_ms)
    db = cast("Database", connection)
    if not reading:
        for pragma in tables.PRAGMAS:
            db.execute(pragma)
        with connection:
            db.execute(tables.SCHEMA)
            db.executemany(tables.NEW_META, tables.META_DEFAULTS)
    row = db.execute(tables.GET_META, ("schema",)).fetchone()
    found = row[0] if row else None
    if found != tables.SCHEMA_VERSION:
        raise WrongSchema(f"the ledger at {path} has schema {found}, this noren wants {tables.SCHEMA_VERSION}")
    return db
