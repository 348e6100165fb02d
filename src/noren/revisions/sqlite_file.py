"""A store's SQLite file as its migration needs it: nobody else's, every step one durable transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
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


def _prepare(raw: Any, _record: object) -> None:
    assert isinstance(raw, sqlite3.Connection)
    raw.isolation_level = None  # else the driver commits before each change of a table
    for pragma in _PRAGMAS:
        raw.execute(pragma)
