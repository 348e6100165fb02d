"""A store's stamp: the table that says at which revision it is, for stores that do not load Alembic.

A new store is made from the tables of the code and stamped with their revision. Stores of before
there were revisions bear no stamp; their tables are those of the first revision.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from noren.kernel.say import Say

TABLE: Final = "alembic_version"
FIRST: Final = "0001"
STRANGE: Final = "strange"
"""The revision of a database that noren did not make."""
READ: Final = f"SELECT version_num FROM {TABLE}"

Ask = Callable[[str], Sequence[Sequence[Any]]]
"""Runs a statement, gives its rows."""


def put(revision: str) -> tuple[str, str]:
    """Return the statements that stamp a store which bears no stamp yet; others' stamps stay as they are."""
    assert revision.isdecimal()
    return (
        f"CREATE TABLE IF NOT EXISTS {TABLE} (version_num VARCHAR(32) NOT NULL,"
        f" CONSTRAINT {TABLE}_pkc PRIMARY KEY (version_num))",
        f"INSERT INTO {TABLE} SELECT '{revision}' WHERE NOT EXISTS (SELECT 1 FROM {TABLE})",
    )


def of_sqlite(ask: Ask, known: str) -> str | None:
    """Return the revision of a SQLite store: None when it has no tables at all. ``known``: a table of the first one."""
    return _of({row[0] for row in ask("SELECT name FROM sqlite_schema WHERE type = 'table'")}, ask, known)


def of_postgresql(ask: Ask, known: str) -> str | None:
    """Return the revision of a PostgreSQL store: None when it has no tables at all."""
    return _of(
        {row[0] for row in ask("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")}, ask, known
    )


def _of(tables: set[str], ask: Ask, known: str) -> str | None:
    stamped = ask(READ) if TABLE in tables else ()
    if stamped:
        return str(stamped[0][0])
    if known in tables:
        return FIRST
    return STRANGE if tables - {TABLE} else None


def problem(store: str, found: str | None, wanted: str) -> Say | None:
    """Return what to say of a store at revision ``found`` to a noren that wants ``wanted``; None: nothing."""
    if found == wanted:
        return None
    if found is None:
        return Say(f"ストア {store} はまだ作られていません。", f"The store {store} is not made yet.")
    if not found.isdecimal():
        return Say(
            f"ストア {store} は noren が作ったデータベースではありません。何も変えていません。",
            f"The store {store} is no database that noren made; nothing was changed.",
        )
    if int(found) < int(wanted):
        return Say(
            f"ストア {store} の版は {found} で、この noren は {wanted} を使います。データはそのままです。"
            "ゾーンを止めて  noren migrate  で上げてください(何をするかは --dry-run)。",
            f"The store {store} is at revision {found}; this noren uses {wanted}. Its data is untouched. "
            "End the zones, then run:  noren migrate  (--dry-run shows what it would do).",
        )
    return Say(
        f"ストア {store} の版は {found} で、この noren が知る {wanted} より新しいものです。何も変えていません。"
        f"新しい noren を使うか、その新しい noren で  noren migrate --to {store}={wanted}  を行ってください。",
        f"The store {store} is at revision {found}, newer than this noren's {wanted}; nothing was changed. "
        f"Use the newer noren, or run with it:  noren migrate --to {store}={wanted}",
    )
