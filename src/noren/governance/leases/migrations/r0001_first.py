"""0001: copies with their leases."""

from __future__ import annotations

from typing import Final

from alembic import op
from sqlalchemy import Column, Integer, LargeBinary, String

from noren.kernel.say import Say

revision: Final = "0001"
down_revision: Final = None

SAYS: Final = Say("最初の版: 複製とその期限", "The first layout: copies and their leases")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "copy_lease",
        Column("copy", String, primary_key=True),
        Column("kind", String, nullable=False),
        Column("owner", String, nullable=False),
        Column("purpose", String, nullable=False),
        Column("items", String, nullable=False),
        Column("recipient", String, nullable=False),
        Column("made_us", Integer, nullable=False),
        Column("expires_us", Integer, nullable=False),
        Column("place", String, nullable=False),
        Column("state", String, nullable=False),
        Column("rows", Integer),
        Column("size", Integer),
        Column("digest", String, nullable=False),
        Column("proof", String, nullable=False),
        Column("ended_us", Integer),
        Column("attested_by", String, nullable=False),
        Column("wrapped", LargeBinary),
    )
