"""0002: a member's choices (consents and stops), sealed."""

from __future__ import annotations

from typing import Final

from alembic import op
from sqlalchemy import Column, LargeBinary

from noren.kernel.say import Say

revision: Final = "0002"
down_revision: Final = "0001"

SAYS: Final = Say("会員の選択(同意と停止、封緘)", "A member's choices: consents and stops, sealed")
LOSES: Final = Say("会員の選択", "members' choices")


def upgrade() -> None:
    """Add the column; empty: nothing chosen."""
    op.add_column("member", Column("choices", LargeBinary))
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE member ALTER COLUMN choices SET STATISTICS 0")


def downgrade() -> None:
    """Take it away."""
    op.drop_column("member", "choices")
