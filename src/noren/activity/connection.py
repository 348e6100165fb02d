"""Connections to the embedded ledger's file, with apsw's types said where it does not say them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Protocol, cast

import apsw

from noren.activity import tables
from noren.activity.errors import WrongSchema
from noren.revisions import stamp

BUSY_MS: Final = 20_000
"""How long a writer waits for another process to finish its transaction."""


_CHUNK_BYTES: Final = 1 << 16
"""SQLite writes at most 128 KiB less one byte at a time."""

_TURN_BYTES: Final = 1 << 20
"""How much of the log is written again under one taking of the write lock: about a millisecond."""


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

    def wal_checkpoint(self, dbname: str | None, mode: int) -> tuple[int, int]:
        """Carry the log over; return how many pages it has, and how many of them are carried over."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


def copy_store(path: Path, target: Path) -> None:
    """Copy a store's file as it is at one instant, whoever writes it meanwhile.

    By this library: another one in the same process would take the store's locks away (decision 0015).
    """
    source = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    copied = apsw.Connection(str(target))
    try:
        with copied.backup("main", source, "main") as backup:
            backup.step()
    finally:
        copied.close()
        source.close()


def blobs(values: tuple[bytes, ...]) -> object:
    """Return keys as one parameter for ``IN carray(?)``; at least one."""
    assert values
    return cast("Callable[[tuple[bytes, ...]], object]", apsw.carray)(values)  # pyright: ignore[reportUnknownMemberType]


def connect(path: Path, *, reading: bool = False, busy_ms: int = BUSY_MS, vfs: str | None = None) -> Database:
    """Open the ledger's file, made when missing unless only ``reading``.

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
        _affirm_log(db, path, vfs)
        _make_or_stamp(db)
    wrong = stamp.problem("ledger", _revision(db), tables.REVISION)
    if wrong is not None:
        raise WrongSchema(wrong)
    return db


def _make_or_stamp(db: Database) -> None:
    """Make the tables of a new file; stamp those of before there were revisions where they are still today's."""
    if _ask(db, "SELECT 1 FROM sqlite_schema WHERE name = 'alembic_version'"):
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        found = _revision(db)
        if found is None:
            db.execute(tables.SCHEMA)
            db.executemany(tables.NEW_META, tables.META_DEFAULTS)
        if found in (None, tables.REVISION):
            for statement in stamp.put(tables.REVISION):
                db.execute(statement)
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise


def _revision(db: Database) -> str | None:
    return stamp.of_sqlite(lambda question: _ask(db, question), "purchase")


def _ask(db: Database, question: str) -> list[tuple[Any, ...]]:
    return db.execute(question).fetchall()


def _affirm_log(db: Database, path: Path, vfs: str | None) -> None:
    """Write the write-ahead log again, byte for byte, and sync it, before anything rests on it.

    After a failed sync, Linux may go on reading from memory what never reached the disk, and no later sync
    brings it there ("fsyncgate"). Whoever replays such a log, acknowledges on top of it and loses power,
    has lost what he acknowledged (``tests/crash/test_disk_fails.py`` saw it). Under the write lock nobody
    else touches the log, and readers see the same bytes; it is given back often, so that a till that is
    selling meanwhile does not wait.
    """
    name = f"{path}-wal"
    if not Path(name).exists():
        return
    log = apsw.VFSFile(vfs or "", name, [apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_READWRITE, 0])
    try:
        size = log.xFileSize()
        for offset in range(0, size, _TURN_BYTES):
            _write_again(db, log, offset, min(size, offset + _TURN_BYTES))
        if size:
            log.xSync(apsw.SQLITE_SYNC_NORMAL)
    finally:
        log.xClose()


def _write_again(db: Database, log: apsw.VFSFile, begin: int, end: int) -> None:
    """Write a part of the log over itself, as long as it still reaches that far, under the write lock."""
    db.execute("BEGIN IMMEDIATE")
    try:
        end = min(end, log.xFileSize())
        for offset in range(begin, end, _CHUNK_BYTES):
            chunk = log.xRead(min(_CHUNK_BYTES, end - offset), offset)
            log.xWrite(chunk, offset)  # pyright: ignore[reportUnknownMemberType]
    finally:
        db.execute("ROLLBACK")
