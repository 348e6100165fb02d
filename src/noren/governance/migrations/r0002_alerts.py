"""0002: a terminal may have a rate of its own, and what the tills found suspicious is counted."""

from __future__ import annotations

from typing import Final

from alembic import op
from sqlalchemy import Column, Integer, String

from noren.kernel.say import Say

revision: Final = "0002"
down_revision: Final = "0001"

SAYS: Final = Say("端末ごとの受付頻度と、警告", "A rate for each terminal, and alerts")
LOSES: Final = Say("端末ごとの受付頻度と、警告", "the rates of terminals, and the alerts")


def upgrade() -> None:
    """Add what is new."""
    op.add_column("terminal", Column("rate", Integer))
    op.create_table(
        "alert",
        Column("hour", Integer, primary_key=True),
        Column("word", String, primary_key=True),
        Column("shop", String, primary_key=True),
        Column("terminal", String, primary_key=True),
        Column("count", Integer, nullable=False),
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("alert")
    op.drop_column("terminal", "rate")
