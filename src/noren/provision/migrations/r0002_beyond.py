"""0002: which runs an erased member's rows went in, sealed by the month in which the law lets it go."""

from __future__ import annotations

from typing import Final

from alembic import op
from sqlalchemy import Column, LargeBinary, String

from noren.kernel.say import Say

revision: Final = "0002"
down_revision: Final = "0001"

SAYS: Final = Say(
    "消去された方の提供記録とのつながり(月ごとに封緘)", "What leads to records of provision of who was erased, by month"
)
LOSES: Final = Say(
    "消去された方の提供記録とのつながり", "what leads to the records of provision of members who were erased"
)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "provided_beyond",
        Column("row", LargeBinary, primary_key=True),
        Column("month", String, nullable=False),
        Column("sealed", LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "provided_month",
        Column("month", String, primary_key=True),
        Column("wrapped", LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("provided_month")
    op.drop_table("provided_beyond")
