"""Which tables a new database gets; run as their owner by provisioning, in a process of one side.

Each side's tables are imported when that side is made, so that no process loads both.
"""

from __future__ import annotations

from sqlalchemy import Engine, MetaData

from noren.house.databases import Database
from noren.revisions.opening import make_or_stamp


def make_tables(engine: Engine, database: Database) -> None:
    """Make and stamp the tables of a new database; one that has tables already is left as it is."""
    tables = _tables(database)
    if tables is not None:
        with engine.begin() as connection:
            make_or_stamp(connection, tables)


def _tables(database: Database) -> MetaData | None:
    if database == "register":
        from noren.governance.tables import METADATA

        return METADATA
    if database in ("vault", "member_keys"):
        from noren.identity.tables import MEMBER_KEYS, VAULT

        return VAULT if database == "vault" else MEMBER_KEYS
    return None
