"""0006: the day on which a member was last heard of, sealed, and when the programme last looked for dormant members."""

from __future__ import annotations

from typing import Final

from alembic import op
from sqlalchemy import Column, Integer, LargeBinary

from noren.kernel.say import Say

revision: Final = "0006"
down_revision: Final = "0005"

SAYS: Final = Say(
    "会員が最後に利用した日(封緘)と、休眠を調べた月",
    "The day on which a member was last heard of, sealed, and the month of the last look for dormant members",
)
LOSES: Final = Say(
    "会員が最後に利用した日と、休眠による消去の予定日",
    "the days on which members were last heard of, and the days on which dormant ones would go",
)


def upgrade() -> None:
    """Add the columns; empty: not heard of since days are kept."""
    op.add_column("member", Column("seen", LargeBinary))
    op.add_column("total", Column("looked", Integer))
    op.add_column("total", Column("heard_since", Integer))
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE member ALTER COLUMN seen SET STATISTICS 0")


def downgrade() -> None:
    """Take them away."""
    op.drop_column("total", "heard_since")
    op.drop_column("total", "looked")
    op.drop_column("member", "seen")
