"""Tables of the audiences' store. None of them holds a member, a set or an exact number."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Boolean, Column, Date, Integer, LargeBinary, String, Table

from noren.revisions.opening import Layout, laid_out

# A change of a table is a new revision in migrations/ too, or the tests turn red.
METADATA: Final = laid_out(Layout("audiences", "0001", known="audience_version"))

VERSION: Final = Table(
    "audience_version",
    METADATA,
    Column("name", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("condition", LargeBinary, nullable=False),
    Column("purpose", String, nullable=False),
    Column("recipient", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("expires", Date, nullable=False),
    Column("minimum", Integer, nullable=False),
    Column("with_young", Boolean, nullable=False),
    Column("author", String, nullable=False),
    Column("saved_on", Date, nullable=False),
    Column("sensitive", Boolean, nullable=False),
    Column("foreign", Boolean, nullable=False),
    Column("approver", String),
    Column("approved_on", Date),
)
FIGURE: Final = Table(
    "figure",
    METADATA,
    Column("digest", LargeBinary, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("noisy", Integer, nullable=False),
)
# What figures cost, summed: nothing tells who asked what.
CHARGE: Final = Table(
    "charge",
    METADATA,
    Column("month", String, primary_key=True),
    Column("asker", String, primary_key=True),
    Column("micros", Integer, nullable=False),
)
# Salt and leaves never leave the ledger side; a leaf is a keyed hash, worth nothing without a handle.
COMMITMENT: Final = Table(
    "commitment",
    METADATA,
    Column("name", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("root", LargeBinary, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("leaves", LargeBinary, nullable=False),
)
