"""A store's SQLite file as its migration needs it: nobody else's, every step one durable transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, NullPool, create_engine, event

WAIT_MS: Final = 5_000
_PRAGMAS: Final = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON",  # a column that goes leaves no bytes behind in free pages
    f"PRAGMA busy_timeout = {WAIT_MS}",
)


@contextmanager
def opened(path: Path) -> Generator[Connection]:
    """Open a file for migrating; its log is folded into it at the end."""
    engine = engine_of(path)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def engine_of(path: Path) -> Engine:
    """Return an engine whose transactions hold the write lock from their beginning, tables' changes included."""
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))  # type: ignore[reportUnknownLambdaType]
    return engine


def page_bytes_of(connection: Connection) -> int:
    """Return the size of a file's pages."""
    found = int(connection.exec_driver_sql("PRAGMA page_size").scalar_one())
    connection.rollback()
    return found


def change_pages(path: Path, page_bytes: int) -> None:
    """Write a file anew with pages of another size, in one step: a kill leaves the old file or the new one."""
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        # Pages of a file with a write-ahead log keep their size, so the log goes for that time.
        for statement in ("journal_mode = DELETE", "synchronous = FULL", f"page_size = {page_bytes}"):
            raw.execute(f"PRAGMA {statement}")
        raw.execute("VACUUM")
        raw.execute("PRAGMA journal_mode = WAL")


def _prepare(raw: Any, _record: object) -> None:
    assert isinstance(raw, sqlite3.Connection)
    raw.isolation_level = None  # else the driver commits before each change of a table
    for pragma in _PRAGMAS:
        raw.execute(pragma)
