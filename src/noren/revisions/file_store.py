"""Opening a store that is a SQLite file of one zone, in homes of either engine: made, stamped, private, or refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, MetaData, create_engine, event

from noren.revisions.errors import NotThisRevision
from noren.revisions.opening import make_or_stamp, problem_of

# What was told is there after a power cut (NORMAL loses it), and what is deleted leaves no bytes in free pages.
_PRAGMAS: Final = ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON")


def open_file(path: Path, tables: MetaData) -> Engine:
    """Open a file's store, and make it where it is missing.

    Raises:
        NotThisRevision: it was made by another version of noren.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = _engine(path)
    with engine.connect() as db:
        db.exec_driver_sql("BEGIN IMMEDIATE")
        make_or_stamp(db, tables)
        db.commit()
        problem = problem_of(db, tables)
    path.chmod(0o600)
    if problem is not None:
        engine.dispose()
        raise NotThisRevision(problem)
    return engine


def _engine(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 20})

    def configure(connection: Any, _record: object) -> None:
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    event.listen(engine, "connect", configure)
    return engine
