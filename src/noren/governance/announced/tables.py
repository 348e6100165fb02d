"""The register's one table: rows are added, never changed, never deleted. A row without a body removes."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Integer, String, Table

from noren.revisions.opening import Layout, laid_out

# A change of a table is a new revision in migrations/ too, or the tests turn red.
METADATA: Final = laid_out(Layout("governance", "0001", known="document"))

DOCUMENT: Final = Table(
    "document",
    METADATA,
    Column("kind", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("announced_us", BigInteger, nullable=False),
    Column("effective_us", BigInteger, nullable=False),
    Column("body", String),
)
