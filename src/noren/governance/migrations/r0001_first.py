"""0001: the directory as it was before there were revisions."""

from __future__ import annotations

from typing import Final

from alembic import op
from sqlalchemy import Boolean, Column, Date, Integer, LargeBinary, String

from noren.kernel.say import Say

revision: Final = "0001"
down_revision: Final = None

SAYS: Final = Say("最初の版: 店舗・契約・端末", "The first layout: shops, agreements, terminals")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "shop",
        Column("shop", String, primary_key=True),
        Column("partner", String, nullable=False),
        Column("name", String),
        Column("industry", String),
        Column("postal_code", String),
        Column("prefecture", String),
        Column("handles_personal_information", Boolean, nullable=False),
        Column("handling_since", Date),
    )
    op.create_table(
        "agreement",
        Column("partner", String, primary_key=True),
        Column("since", Date, primary_key=True),
        Column("route", String, nullable=False),
        Column("per", Integer),
        Column("exclude", String),
        Column("balance", Boolean, nullable=False),
    )
    op.create_table(
        "terminal",
        Column("key_hash", LargeBinary, primary_key=True),
        Column("shop", String, nullable=False),
        Column("terminal", String, nullable=False),
        Column("test", Boolean, nullable=False),
        Column("created", Date, nullable=False),
        Column("expires", Date, nullable=False),
        Column("revoked", Boolean, nullable=False),
    )
    op.create_index("ix_terminal_shop", "terminal", ["shop"])
