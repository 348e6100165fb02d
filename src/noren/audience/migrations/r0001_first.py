"""0001: audiences, their figures, charges and commitments."""

from __future__ import annotations

from typing import Final

from alembic import op
from sqlalchemy import Boolean, Column, Date, Integer, LargeBinary, String

from noren.kernel.say import Say

revision: Final = "0001"
down_revision: Final = None

SAYS: Final = Say(
    "最初の版: 対象者・人数・開示枠・事前公開値", "The first layout: audiences, figures, charges, commitments"
)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "audience_version",
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
    op.create_table(
        "figure",
        Column("digest", LargeBinary, primary_key=True),
        Column("day", Date, primary_key=True),
        Column("noisy", Integer, nullable=False),
    )
    op.create_table(
        "charge",
        Column("month", String, primary_key=True),
        Column("asker", String, primary_key=True),
        Column("micros", Integer, nullable=False),
    )
    op.create_table(
        "commitment",
        Column("name", String, primary_key=True),
        Column("number", Integer, primary_key=True),
        Column("day", Date, primary_key=True),
        Column("root", LargeBinary, nullable=False),
        Column("salt", LargeBinary, nullable=False),
        Column("leaves", LargeBinary, nullable=False),
    )
