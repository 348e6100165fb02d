"""Ledgers for tests on either engine, each in a store of its own: what the conformance suite runs on.

On PostgreSQL every ledger is a database copied from one template, and its stores and feeds are
opened as the roles that a home would give them: a store that needs more than its grants fails.
"""

from __future__ import annotations

import functools
import itertools
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from psycopg import sql

from noren.activity import pg_schema
from noren.activity.connection import connect
from noren.activity.feed import SqliteFeed
from noren.activity.pg_feed import PostgresFeed
from noren.activity.pg_store import PostgresLedger
from noren.activity.ports import AuditFeed, LedgerStore
from noren.activity.store import SqliteLedger
from noren.house.home import Zone
from noren.house.provisioning import give
from noren.kernel.address import DatabaseAddress
from noren.testing.postgres import PORT, PostgresServer, shared_server

FIRST_DAY: Final = 738_990
"""The first business day of a test's PostgreSQL ledger with a partition of its own."""

_TEMPLATE: Final = "noren_template"
_ROLES: Final[dict[Zone, str]] = {"till": "noren_till", "ledger-worker": "noren_worker", "statement": "noren_statement"}
_NUMBERS: Final = itertools.count()


Rows = dict[str, set[tuple[Any, ...]]]


def holding(rows: Rows, needle: bytes) -> int:
    """Return how many values of all rows hold some bytes."""
    values = (value for table in rows.values() for row in table for value in row)
    return sum(isinstance(value, bytes) and needle in value for value in values)


class LedgerPlace(Protocol):
    """One ledger that can be opened many times."""

    def store(self) -> LedgerStore:
        """Open the store as the ledger-worker would."""
        ...

    def till_store(self) -> LedgerStore:
        """Open the store as a till would."""
        ...

    def feed(self) -> AuditFeed:
        """Open the feed as a reader would."""
        ...

    def change_by_hand(self, statement: str) -> None:
        """Run one statement past the store: what no process of ours would do."""
        ...

    def rows(self) -> Rows:
        """Return every row of every table."""
        ...

    def remove(self) -> None:
        """Remove the ledger, whoever still has it open."""
        ...


@dataclass(frozen=True, slots=True)
class SqlitePlace:
    """A ledger in one file."""

    path: Path

    def store(self) -> LedgerStore:
        """See ``LedgerPlace``."""
        return SqliteLedger(self.path)

    till_store = store

    def feed(self) -> AuditFeed:
        """See ``LedgerPlace``."""
        return SqliteFeed(self.path)

    def change_by_hand(self, statement: str) -> None:
        """See ``LedgerPlace``."""
        db = connect(self.path)
        db.execute(statement)
        db.close()

    def rows(self) -> Rows:
        """See ``LedgerPlace``."""
        db = connect(self.path, reading=True)
        try:
            names = [row[0] for row in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
            return {name: set(db.execute(f"SELECT * FROM {name}").fetchall()) for name in names}  # noqa: S608
        finally:
            db.close()

    def remove(self) -> None:
        """See ``LedgerPlace``: the folder is the test's own, and goes with it."""


@dataclass(frozen=True, slots=True)
class PostgresPlace:
    """A ledger in one database of ``server``."""

    server: PostgresServer
    database: str

    def address(self, zone: Zone) -> DatabaseAddress:
        """Return where ``zone`` finds the ledger."""
        return DatabaseAddress(str(self.server.sockets), PORT, self.database, _ROLES[zone], _passfile(self.server))

    def store(self) -> LedgerStore:
        """See ``LedgerPlace``."""
        return PostgresLedger(self.address("ledger-worker"))

    def till_store(self) -> LedgerStore:
        """See ``LedgerPlace``."""
        return PostgresLedger(self.address("till"))

    def feed(self) -> AuditFeed:
        """See ``LedgerPlace``."""
        return PostgresFeed(self.address("ledger-worker"))

    def change_by_hand(self, statement: str) -> None:
        """See ``LedgerPlace``."""
        with self.server.connect(self.database) as owner:
            owner.execute(statement.encode())

    def rows(self) -> Rows:
        """See ``LedgerPlace``."""
        with self.server.connect(self.database) as owner:
            found = owner.execute(
                b"SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND "
                b"relkind IN ('r', 'p') AND NOT relispartition"
            ).fetchall()
            return {name: set(owner.execute(b"SELECT * FROM " + name.encode()).fetchall()) for (name,) in found}

    def remove(self) -> None:
        """See ``LedgerPlace``."""
        with self.server.connect("postgres") as owner:
            owner.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(self.database)))


def postgres_place(server: PostgresServer | None = None) -> PostgresPlace:
    """Return a new, empty ledger on a server (default: this test process's own)."""
    where = server or shared_server()
    prepare(where)
    database = f"ledger_{next(_NUMBERS)}"
    names = sql.Identifier(database), sql.Identifier(_TEMPLATE)
    with where.connect("postgres") as owner:
        owner.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY WAL_LOG").format(*names))
    return PostgresPlace(where, database)


@functools.cache
def prepare(server: PostgresServer) -> None:
    """Make roles and a database to copy, once per server."""
    with server.connect("postgres") as owner:
        for role in _ROLES.values():
            secret = sql.Literal(_secret(server, role))
            owner.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), secret))
        owner.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(_TEMPLATE)))
    with server.connect(_TEMPLATE) as owner:
        pg_schema.create_tables(owner, first_day=FIRST_DAY)
        for zone, role in _ROLES.items():
            give(owner, "ledger", zone, _TEMPLATE, role)


def _passfile(server: PostgresServer) -> Path:
    return server.folder / "roles.pgpass"


def _secret(server: PostgresServer, role: str) -> str:
    secret, path = secrets.token_urlsafe(24), _passfile(server)
    path.touch(mode=0o600)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"*:*:*:{role}:{secret}{os.linesep}")
    return secret


ENGINES: Final = ("sqlite", "postgres")


def ledger_place(engine: str, folder: Path) -> LedgerPlace:
    """Return a new, empty ledger on ``engine``; ``folder`` is the test's own."""
    makers: dict[str, Callable[[], LedgerPlace]] = {
        "sqlite": lambda: SqlitePlace(folder / "ledger.db"),
        "postgres": postgres_place,
    }
    return makers[engine]()
