"""0001: the register of dated documents."""

from __future__ import annotations

from typing import Final

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, String

from noren.kernel.say import Say

revision: Final = "0001"
down_revision: Final = None

SAYS: Final = Say("最初の版: 日付のある文書の台帳", "The first layout: the register of dated documents")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "document",
        Column("kind", String, primary_key=True),
        Column("id", String, primary_key=True),
        Column("version", Integer, primary_key=True, autoincrement=False),
        Column("announced_us", BigInteger, nullable=False),
        Column("effective_us", BigInteger, nullable=False),
        Column("body", String),
    )
    op.create_table(
        "terms_text",
        Column("sha256", String, primary_key=True),
        Column("ja", String, nullable=False),
        Column("en", String, nullable=False),
    )
