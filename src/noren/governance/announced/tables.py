"""The register's tables: rows are added, never changed, never deleted. A document without a body removes."""

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
# The texts of the member terms, by the hash that a document names: what a member accepted can be shown to her.
TERMS_TEXT: Final = Table(
    "terms_text",
    METADATA,
    Column("sha256", String, primary_key=True),
    Column("ja", String, nullable=False),
    Column("en", String, nullable=False),
)
