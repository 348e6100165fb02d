"""Every store on every engine as the tests of migrations see it: an empty one, and one that the code made."""

from __future__ import annotations

import dataclasses
import functools
import random
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Connection, NullPool, create_engine
from tests.migration import schema
from tests.migration.data import Contents, columns_of, contents, fill, projected, reflected

from noren.activity.migrations import HISTORY as LEDGER
from noren.activity.pg_schema import create_tables
from noren.activity.store import SqliteLedger
from noren.audience.migrations import HISTORY as AUDIENCES
from noren.audience.store import AudienceStore
from noren.governance.announced.migrations import HISTORY as DOCUMENTS
from noren.governance.announced.store import DocumentStore
from noren.governance.cases.migrations import HISTORY as CASES
from noren.governance.cases.store import CaseStore
from noren.governance.leases.migrations import HISTORY as COPIES
from noren.governance.leases.store import LeaseStore
from noren.governance.migrations import HISTORY as REGISTER
from noren.governance.staffing.migrations import HISTORY as STAFF
from noren.governance.staffing.store import StaffStore
from noren.governance.store import Directory
from noren.house.databases import Database
from noren.house.home import CONFIG, Home, Programme, Settings, open_home, write_settings
from noren.house.layouts import make_tables
from noren.house.provisioning import grant, owner_engine
from noren.identity import tables as identity
from noren.identity.migrations import MEMBER_KEYS, STATUTORY, VAULT
from noren.identity.sqlite import SqliteEngine
from noren.identity.statutory import tables as statutory
from noren.provision.migrations import HISTORY as PROVISION
from noren.provision.store import ProvisionStore
from noren.revisions.history import History
from noren.revisions.running import migrate
from noren.revisions.sqlite_file import opened
from noren.revisions.stamp import TABLE
from noren.testing.databases import provide, settings_on, the_admin
from noren.testing.postgres import shared_server


@dataclasses.dataclass(frozen=True)
class Store:
    """A store on an engine. ``empty``: a database of it without tables; ``made``: its schema as the code makes it.

    ``after``: what follows the last step: grants.
    """

    history: History
    engine: str
    empty: Callable[[Path], AbstractContextManager[Connection]]
    made: Callable[[Path], dict[str, Any]]
    schema: Callable[[Connection], dict[str, Any]]
    after: Callable[[], None] = lambda: None

    def __str__(self) -> str:
        return f"{self.history.store}-{self.engine}"

    def at(self, connection: Connection, revision: str) -> dict[str, Any]:
        """Take a database to a revision; return its schema there."""
        migrate(connection, self.history, revision)
        return self.seen(connection)

    def seen(self, connection: Connection) -> dict[str, Any]:
        """Return the schema as it is."""
        try:
            return self.schema(connection)
        finally:
            connection.rollback()

    def with_folder(self, folder: Path) -> Store:
        """Return the store with other revisions: a chain that is broken on purpose."""
        return dataclasses.replace(self, history=dataclasses.replace(self.history, folder=folder))


def _sqlite(history: History, make: Callable[[Path], None]) -> Store:
    def made(path: Path) -> dict[str, Any]:
        make(path)
        with opened(path) as connection:
            return schema.of_sqlite(connection)

    return Store(history, "sqlite", opened, made, schema.of_sqlite)


@functools.cache
def _home() -> Home:
    """Return a home on this test process's server, provisioned as ``noren init`` does."""
    path = Path(tempfile.mkdtemp(prefix="noren-migrated-", dir=shared_server().folder))
    (path / "keys").mkdir()
    settings = settings_on("postgresql", Settings(programme=Programme(kind="sandbox")))
    (path / CONFIG).write_text(write_settings(settings), "utf-8")
    home = open_home(path)
    provide(home)
    return home


@contextmanager
def _emptied(database: str) -> Generator[Connection]:
    """Give a database of this process's server as its administrator, made when missing, and emptied."""
    with shared_server().connect("postgres") as admin:
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,)).fetchall():
            admin.execute(f"CREATE DATABASE {database}".encode())
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: shared_server().connect(database), poolclass=NullPool
    )
    with engine.connect() as connection:
        _driver(connection).autocommit = False
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
        connection.commit()
        yield connection


def _driver(connection: Connection) -> psycopg.Connection[Any]:
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    return driver


def _ledger_on_postgresql() -> Store:
    def empty(_path: Path) -> AbstractContextManager[Connection]:
        return _emptied("ledger_migrated")

    def made(_path: Path) -> dict[str, Any]:
        with _emptied("ledger_made") as connection:
            create_tables(_driver(connection), first_day=(datetime.now(UTC).date() - date(1970, 1, 1)).days)
            connection.commit()
            return schema.of_postgresql(connection)

    return Store(LEDGER, "postgresql", empty, made, schema.of_postgresql)


def _postgresql(history: History, side: str, database: Database) -> Store:
    @contextmanager
    def empty(_path: Path) -> Generator[Connection]:
        """Give the one database of this process, emptied."""
        with owner_engine(_home(), side, the_admin(), database).connect() as connection:
            for name in schema.tables_of(connection):
                connection.exec_driver_sql(f"DROP TABLE {name} CASCADE")
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS {TABLE}")
            connection.commit()
            yield connection

    def made(path: Path) -> dict[str, Any]:
        with empty(path) as connection:
            make_tables(owner_engine(_home(), side, the_admin(), database), database)
            after()
            return schema.of_postgresql(connection)

    def after() -> None:
        grant(_home(), side, the_admin(), database)

    return Store(history, "postgresql", empty, made, schema.of_postgresql, after)


STORES = [
    _sqlite(LEDGER, lambda path: SqliteLedger(path).close()),
    _sqlite(REGISTER, lambda path: Directory(path).close()),
    _sqlite(AUDIENCES, lambda path: AudienceStore(path).close()),
    _sqlite(DOCUMENTS, lambda path: DocumentStore(path).close()),
    _sqlite(CASES, lambda path: CaseStore(path).close()),
    _sqlite(STAFF, lambda path: StaffStore(path).close()),
    _sqlite(PROVISION, lambda path: ProvisionStore(path).close()),
    _sqlite(COPIES, lambda path: LeaseStore(path).close()),
    _sqlite(VAULT, lambda path: SqliteEngine(path, identity.VAULT).close()),
    _sqlite(STATUTORY, lambda path: SqliteEngine(path, statutory.STATUTORY).close()),
    _sqlite(MEMBER_KEYS, lambda path: SqliteEngine(path, identity.MEMBER_KEYS).close()),
    _ledger_on_postgresql(),
    _postgresql(REGISTER, "ledger", "register"),
    _postgresql(VAULT, "identity", "vault"),
    _postgresql(MEMBER_KEYS, "identity", "member_keys"),
    _postgresql(DOCUMENTS, "neither", "governance"),
]


def differences(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Return what two schemas do not have in common."""
    return sorted(
        f"{key}: {one.get(key)} / {other.get(key)}" for key in {*one, *other} if one.get(key) != other.get(key)
    )


def lost(before: Contents, columns: dict[str, set[str]], after: Contents) -> list[str]:
    """Return the tables in which rows changed, in the columns that both layouts have."""
    return [
        name
        for name, rows in before.items()
        if name in columns and projected(rows, columns[name]) != projected(after[name], columns[name])
    ]


def columns(connection: Connection) -> dict[str, set[str]]:
    return {table.name: columns_of(table) for table in reflected(connection).sorted_tables}


def shared(one: dict[str, set[str]], other: dict[str, set[str]]) -> dict[str, set[str]]:
    """Return the columns that two layouts have in common."""
    return {name: one[name] & other[name] for name in one.keys() & other.keys()}


def walk(store: Store, connection: Connection, revisions: list[str], chance: random.Random, rows: int) -> Iterator[str]:
    """Go through revisions, the first filled with random rows; yield what went wrong on the way."""
    schemas = {revisions[0]: store.at(connection, revisions[0])}
    fill(connection, chance, rows=rows)
    for at, to in pairwise(revisions):
        kept, before = columns(connection), contents(connection)
        there = store.at(connection, to)
        yield from (f"{at} to {to}: {each}" for each in differences(schemas.setdefault(to, there), there))
        kept = shared(kept, columns(connection))
        gone = lost(before, kept, contents(connection))
        yield from (f"{at} to {to}: rows of {name} changed" for name in gone)


def copied(history: History, folder: Path, name: str, text: str) -> Path:
    """Copy a store's revisions into ``folder`` and add one."""
    shutil.copytree(history.folder, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / name).write_text(text, "utf-8")
    return folder
