"""Every store of noren: its columns as its code makes them, and what is said of each."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import apsw
from sqlalchemy import MetaData
from tools.data_map import MAPS

from noren.activity import tables as ledger
from noren.activity.lake.tables import TABLES as LAKE_TABLES
from noren.audience import tables as audiences
from noren.audience.standings import tables as standings
from noren.governance import tables as directory
from noren.governance.announced import tables as documents
from noren.governance.cases import tables as cases
from noren.governance.columns import StoreMap
from noren.governance.leases import tables as copies
from noren.governance.staffing import tables as staffing
from noren.identity import tables as vault
from noren.identity.statutory.tables import STATUTORY
from noren.provision import tables as provision

Actual = Mapping[str, list[str]]


@dataclass(frozen=True)
class Looked:
    """A store: what is said of it, and its columns as they are."""

    said: StoreMap
    actual: Callable[[], Actual]


def _of_sql(schema: str) -> Actual:
    database = apsw.Connection(":memory:")
    database.execute(schema)
    return _tables(lambda statement: database.execute(statement).fetchall())


def _tables(ask: Callable[[str], list[tuple]]) -> Actual:
    names = [row[0] for row in ask("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    return {name: [row[1] for row in ask(f"PRAGMA table_info({name})")] for name in names}


def of_metadata(*all_tables: MetaData) -> Actual:
    return {table.name: [c.name for c in table.columns] for tables in all_tables for table in tables.sorted_tables}


def planted(schema: str, statement: str) -> Actual:
    """Return the columns of a schema after somebody changed it."""
    database = sqlite3.connect(":memory:")
    database.executescript(schema)
    database.execute(statement)
    return _tables(lambda asked: database.execute(asked).fetchall())


ACTUAL: dict[str, Callable[[], Actual]] = {
    "ledger": lambda: _of_sql(ledger.SCHEMA),
    "lake": lambda: {form.name: list(form.whole().names) for form in LAKE_TABLES},
    "audiences": lambda: of_metadata(audiences.METADATA),
    "standings": lambda: _of_sql(standings.SCHEMA),
    "vault": lambda: of_metadata(vault.VAULT, vault.MEMBER_KEYS, STATUTORY),
    "directory": lambda: of_metadata(directory.METADATA),
    "documents": lambda: of_metadata(documents.METADATA),
    "copies": lambda: of_metadata(copies.METADATA),
    "cases": lambda: of_metadata(cases.METADATA),
    "staff": lambda: of_metadata(staffing.METADATA),
    "provision": lambda: of_metadata(provision.METADATA),
}
STORES = {store.store: Looked(store, ACTUAL[store.store]) for store in MAPS}
