"""0005: requests of members (disclosure, correction, cessation, complaints), and their counts by year."""

from __future__ import annotations

from typing import Final

from alembic import op
from sqlalchemy import Column, Integer, LargeBinary, Text

from noren.kernel.say import Say

revision: Final = "0005"
down_revision: Final = "0004"

SAYS: Final = Say("会員のご請求(封緘)と、年ごとの件数", "Requests of members, sealed, and their counts by year")
LOSES: Final = Say("会員のご請求とお答え、年ごとの件数", "requests with their days and answers, and the counts")

SEALED: Final = ("body", "said", "reason")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "request",
        Column("row", LargeBinary, primary_key=True),
        Column("member", LargeBinary, nullable=False),
        Column("is_open", Integer, nullable=False),
        *(Column(name, LargeBinary, nullable=False) for name in SEALED),
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )
    op.create_index("request_by_member", "request", ["member"])
    op.create_table(
        "request_count",
        Column("row", LargeBinary, primary_key=True),
        Column("year", Integer, nullable=False),
        Column("kind", Text, nullable=False),
        Column("word", Text, nullable=False),
        Column("number", Integer, nullable=False),
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )
    if op.get_bind().dialect.name == "postgresql":
        for name in ("row", "member", *SEALED):
            op.execute(f'ALTER TABLE request ALTER COLUMN "{name}" SET STATISTICS 0')
        op.execute('ALTER TABLE request_count ALTER COLUMN "row" SET STATISTICS 0')


def downgrade() -> None:
    """Take them away."""
    op.drop_table("request_count")
    op.drop_table("request")
