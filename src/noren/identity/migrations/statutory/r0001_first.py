"""0001: sealed records by the month of their end, and the wrapped keys of the months."""

from __future__ import annotations

from typing import Final

from alembic import op
from sqlalchemy import Column, LargeBinary, Text

from noren.kernel.say import Say

revision: Final = "0001"
down_revision: Final = None

SAYS: Final = Say(
    "最初の版: 法律で消去の後も残る記録(月ごとに封緘)", "The first layout: what outlives an erasure, sealed by month"
)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "statutory_record",
        Column("row", LargeBinary, primary_key=True),
        Column("month", Text, nullable=False),
        Column("sealed", LargeBinary, nullable=False),
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )
    op.create_index("statutory_by_month", "statutory_record", ["month"])
    op.create_table(
        "month_key",
        Column("month", Text, primary_key=True),
        Column("wrapped", LargeBinary, nullable=False),
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )
