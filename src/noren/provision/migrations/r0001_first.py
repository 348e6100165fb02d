"""0001: records of provision, and whose rows went."""

from __future__ import annotations

from typing import Final

from alembic import op
from sqlalchemy import Column, Date, Integer, LargeBinary, String

from noren.kernel.say import Say

revision: Final = "0001"
down_revision: Final = None

SAYS: Final = Say("最初の版: 提供記録", "The first layout: records of provision")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "provision",
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
    op.create_table(
        "provided",
        Column("handle", LargeBinary, primary_key=True),
        Column("run", String, primary_key=True),
        sqlite_with_rowid=False,
    )
