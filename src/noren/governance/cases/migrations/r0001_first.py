"""0001: steps of cases."""

from __future__ import annotations

from typing import Final

from alembic import op
from sqlalchemy import Column, Integer, String

from noren.kernel.say import Say

revision: Final = "0001"
down_revision: Final = None

SAYS: Final = Say("最初の版: 事案と照会の経過", "The first layout: steps of incidents and legal requests")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "case_step",
        Column("kind", String, primary_key=True),
        Column("id", String, primary_key=True),
        Column("number", Integer, primary_key=True),
        Column("at_us", Integer, nullable=False),
        Column("who", String, nullable=False),
        Column("step", String, nullable=False),
        Column("body", String, nullable=False),
    )
