"""0004: an agreement may have a last day."""

from __future__ import annotations

from typing import Final

from alembic import op
from sqlalchemy import Column, Date

from noren.kernel.say import Say

revision: Final = "0004"
down_revision: Final = "0003"

SAYS: Final = Say("契約の最終日", "The last day of an agreement")
LOSES: Final = Say("契約の最終日", "the last days of agreements")


def upgrade() -> None:
    """Add what is new."""
    op.add_column("agreement", Column("until", Date))


def downgrade() -> None:
    """Take it away."""
    op.drop_column("agreement", "until")
