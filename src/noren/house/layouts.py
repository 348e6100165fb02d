"""Which tables a new database gets; run as their owner by provisioning, in a process of one side.

Each side's tables are imported when that side is made, so that no process loads both.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Engine, MetaData, inspect

from noren.house.databases import Database
from noren.revisions.opening import make_or_stamp

DAYS_BEFORE: Final = 7
"""Receipts of so many days before the founding have partitions of their own: tills may still deliver what they sold."""


def make_tables(engine: Engine, database: Database) -> None:
    """Make and stamp the tables of a new database; one that has tables already is left as it is."""
    if database == "ledger":
        _make_ledger(engine)
        return
    with engine.begin() as connection:
        make_or_stamp(connection, _tables(database))


def _tables(database: Database) -> MetaData:
    if database == "register":
        from noren.governance.tables import METADATA

        return METADATA
    if database == "governance":
        from noren.governance.announced.tables import METADATA as DOCUMENTS

        return DOCUMENTS
    from noren.identity.tables import MEMBER_KEYS, VAULT

    return VAULT if database == "vault" else MEMBER_KEYS


def _make_ledger(engine: Engine) -> None:
    """Make the ledger's tables, whose SQL is the store's own."""
    from noren.activity.pg_schema import create_tables

    if inspect(engine).has_table("meta"):
        return
    raw = engine.raw_connection()
    try:
        assert raw.driver_connection is not None, "a connection without its driver"
        create_tables(raw.driver_connection, first_day=datetime.now(UTC).toordinal() - DAYS_BEFORE)
    finally:
        raw.close()
