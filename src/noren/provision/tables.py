"""Tables of provisions: the records, whose rows went (under handles), and what of that outlives an erasure (sealed)."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Date, Integer, LargeBinary, String, Table

from noren.revisions.opening import Layout, laid_out

# A change of a table is a new revision in migrations/ too, or the tests turn red.
METADATA: Final = laid_out(Layout("provision", "0002", known="provision"))

PROVISION: Final = Table(
    "provision",
    METADATA,
    Column("run", String, primary_key=True),
    Column("flow", String, nullable=False),
    Column("purpose", String, nullable=False),
    Column("recipient", String, nullable=False),
    Column("recipient_name", String, nullable=False),
    Column("address", String, nullable=False),
    Column("representative", String, nullable=False),
    Column("route", String, nullable=False),
    Column("notice", String, nullable=False),
    Column("notice_version", Integer, nullable=False),
    Column("terms_version", Integer, nullable=False),
    Column("items", String, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("begun_on", Date, nullable=False),
    Column("expires_us", Integer, nullable=False),
    Column("completed_on", Date),
    Column("rows", Integer),
    Column("members", Integer),
    Column("copy", String, nullable=False),
)
PROVIDED: Final = Table(
    "provided",
    METADATA,
    Column("handle", LargeBinary, primary_key=True),
    Column("run", String, primary_key=True),
    sqlite_with_rowid=False,
)
BEYOND: Final = Table(
    "provided_beyond",
    METADATA,
    Column("row", LargeBinary, primary_key=True),
    Column("month", String, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
MONTH: Final = Table(
    "provided_month",
    METADATA,
    Column("month", String, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
