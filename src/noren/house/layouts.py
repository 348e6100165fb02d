"""Which tables a new database gets; run as their owner by provisioning, in a process of one side.

Each side's tables are imported when that side is made, so that no process loads both.
"""

from __future__ import annotations

from sqlalchemy import Engine

from noren.house.databases import Database


def make_tables(engine: Engine, database: Database) -> None:
    """Make the tables that are missing."""
    if database == "register":
        from noren.governance.tables import METADATA

        METADATA.create_all(engine)
    elif database in ("vault", "member_keys"):
        from noren.identity.tables import MEMBER_KEYS, VAULT

        (VAULT if database == "vault" else MEMBER_KEYS).create_all(engine)
