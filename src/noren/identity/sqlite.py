"""SQLite as the vault uses it: write-ahead log, every commit synced, deleted bytes overwritten."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, MetaData, Table, create_engine, event
from sqlalchemy.dialects.sqlite import Insert, insert
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import QueuePool

from noren.identity.errors import StoreUnusable, WrongLayout
from noren.revisions.opening import make_or_stamp, problem_of

WAIT_MS: Final = 30_000
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


class SqliteEngine:
    """`engine.VaultEngine` on one file, made when missing, for this user alone.

    Raises:
        StoreUnusable: not a database.
        WrongLayout: made by another version of noren.
    """

    def __init__(self, path: Path, tables: MetaData) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            path.touch(mode=0o600)
        self._engine = create_engine(f"sqlite:///{path}", poolclass=QueuePool, pool_size=4, max_overflow=8)
        event.listen(self._engine, "connect", _prepare)
        try:
            with self.writing() as connection:
                make_or_stamp(connection, tables)
                problem = problem_of(connection, tables)
        except DatabaseError as wrong:
            raise StoreUnusable(f"{path} can not be opened: {wrong.orig}") from None
        if problem is not None:
            self._engine.dispose()
            raise WrongLayout(problem)

    def writing(self) -> AbstractContextManager[Connection]:
        """See ``VaultEngine``: holds the write lock from its first statement on."""
        return _transaction(self._engine, "BEGIN IMMEDIATE")

    def reading(self) -> AbstractContextManager[Connection]:
        """See ``VaultEngine``."""
        return _transaction(self._engine, "BEGIN")

    def adding(self, table: Table) -> Insert:
        """See ``VaultEngine``."""
        return insert(table)

    def note_coming(self, connection: Connection) -> None:
        """See ``VaultEngine``: the mark stands in the file's header."""
        connection.exec_driver_sql(f"PRAGMA application_id = {_IN_ORDER_OF_COMING}")

    def note_deleting(self, connection: Connection) -> None:
        """See ``VaultEngine``: ``secure_delete`` overwrites at once."""

    def lay_anew(self) -> None:
        """See ``VaultEngine``.

        Within a page SQLite lays new rows below older ones, and its log keeps rows in the order of their commits.
        """
        with self._engine.connect() as connection:
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
        self.forget_deleted()

    def forget_deleted(self) -> None:
        """See ``VaultEngine``: deleted bytes are overwritten in the file; its log is folded in and emptied."""
        with self._engine.connect() as connection:
            busy, _, _ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
        if busy:
            raise StoreUnusable("The vault's log could not be emptied: a reader holds it. Try again when it has ended.")

    def whole(self) -> bool:
        """See ``VaultEngine``."""
        with self._engine.connect() as connection:
            return connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"

    def close(self) -> None:
        """Fold the log and close all connections."""
        self.forget_deleted()
        self._engine.dispose()


def _prepare(raw: Any, _record: Any) -> None:
    assert isinstance(raw, sqlite3.Connection)
    raw.isolation_level = None  # the driver begins nothing by itself: see writing() and reading()
    for pragma in _PRAGMAS:
        raw.execute(pragma)


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
