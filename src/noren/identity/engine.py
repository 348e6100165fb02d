"""SQLite as the vault uses it: write-ahead log, every commit synced, deleted bytes overwritten."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, MetaData, create_engine, event, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import QueuePool

from noren.identity.errors import StoreUnusable

VERSION: Final = 2
WAIT_MS: Final = 30_000
CHUNK: Final = 500
"""How many values one ``IN (…)`` holds."""
_IN_ORDER_OF_COMING: Final = 1
_PRAGMAS: Final = (
    # A sealed member is 1.5 kB; a WITHOUT ROWID page of 4 kB holds rows of 1 kB: each spilled (5.8 kB a member).
    "PRAGMA page_size = 8192",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # NORMAL loses acknowledged rows at power loss (docs/measured.md)
    "PRAGMA secure_delete = ON",  # else the bytes of an erased row stay in free pages
    "PRAGMA temp_store = MEMORY",
    f"PRAGMA busy_timeout = {WAIT_MS}",
)


def open_engine(path: Path, tables: MetaData) -> Engine:
    """Open a store of the vault, made when missing, for this user alone.

    Raises:
        StoreUnusable: not a database, or made by another version of noren.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        path.touch(mode=0o600)
    engine = create_engine(f"sqlite:///{path}", poolclass=QueuePool, pool_size=4, max_overflow=8)
    event.listen(engine, "connect", _prepare)
    try:
        with writing(engine) as connection:
            _check_version(connection, path)
            tables.create_all(connection)
    except DatabaseError as wrong:
        raise StoreUnusable(f"{path} can not be opened: {wrong.orig}") from None
    return engine


def _prepare(raw: Any, _record: Any) -> None:
    assert isinstance(raw, sqlite3.Connection)
    raw.isolation_level = None  # the driver begins nothing by itself: see writing() and reading()
    for pragma in _PRAGMAS:
        raw.execute(pragma)


def _check_version(connection: Connection, path: Path) -> None:
    found = connection.execute(text("PRAGMA user_version")).scalar_one()
    if found not in (0, VERSION):
        raise StoreUnusable(f"{path} has layout {found}, this noren knows {VERSION}. Use the noren that made it.")
    if found != VERSION:
        connection.execute(text(f"PRAGMA user_version = {VERSION}"))


@contextmanager
def writing(engine: Engine) -> Generator[Connection]:
    """Open a transaction that holds the write lock from its first statement on."""
    with _transaction(engine, "BEGIN IMMEDIATE") as connection:
        yield connection


@contextmanager
def reading(engine: Engine) -> Generator[Connection]:
    """Open a transaction that sees one state of the store and never waits for a writer."""
    with _transaction(engine, "BEGIN") as connection:
        yield connection


@contextmanager
def _transaction(engine: Engine, begin: str) -> Generator[Connection]:
    with engine.connect() as connection:
        connection.exec_driver_sql(begin)
        try:
            yield connection
        except BaseException:
            connection.exec_driver_sql("ROLLBACK")
            connection.rollback()
            raise
        connection.exec_driver_sql("COMMIT")
        connection.commit()


def truncate_log(engine: Engine) -> None:
    """Fold the write-ahead log into the file and empty it: what was deleted is then in no file."""
    with engine.connect() as connection:
        busy, _, _ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
    if busy:
        raise StoreUnusable("The vault's log could not be emptied: a reader holds it. Try again when it has ended.")


def note_coming(connection: Connection) -> None:
    """Mark, in the file's header and in the same transaction, that rows lie in the order in which they came."""
    connection.exec_driver_sql(f"PRAGMA application_id = {_IN_ORDER_OF_COMING}")


def lay_anew(engine: Engine) -> None:
    """Write the file anew in the order of its random keys, and empty the log; nothing to do when nothing came since.

    Within a page SQLite lays new rows below older ones, and its log keeps rows in the order of their commits. Both
    tell when a member came, and the ledger side knows when she first shopped: a thief of both files links by it.
    Nothing else may write meanwhile.

    Raises:
        StoreUnusable: the file or its log is held; try again later.
    """
    with engine.connect() as connection:
        if connection.exec_driver_sql("PRAGMA application_id").scalar_one() != _IN_ORDER_OF_COMING:
            return
        try:
            connection.exec_driver_sql("PRAGMA temp_store = FILE")  # the copy may be larger than the memory
            connection.exec_driver_sql("VACUUM")
            connection.exec_driver_sql("PRAGMA application_id = 0")
        except DatabaseError as wrong:
            raise StoreUnusable(f"The vault's file could not be laid anew: {wrong.orig}") from None
        finally:
            connection.exec_driver_sql("PRAGMA temp_store = MEMORY")
    truncate_log(engine)


def close_engine(engine: Engine) -> None:
    """Fold the log and close all connections."""
    truncate_log(engine)
    engine.dispose()
