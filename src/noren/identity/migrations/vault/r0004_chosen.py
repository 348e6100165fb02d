"""0004: what a member chose beyond consents and stops of one part: rules, points-only, deletion, acknowledgement."""

from __future__ import annotations

from typing import Final

from alembic import op
from sqlalchemy import Column, LargeBinary

from noren.kernel.say import Say

revision: Final = "0004"
down_revision: Final = "0003"

SAYS: Final = Say(
    "停止の組み合わせ・ポイントだけモード・自動削除・保護者の同意・受付証(封緘)",
    "Stops of several parts, points-only mode, deletion by itself, guardians' consent, acknowledgements: sealed",
)
LOSES: Final = Say(
    "いくつかを組み合わせた停止(取引台帳には、より広い停止として残ります)、会員情報庫に控えた選択、保護者の同意、受付証",
    "stops of several parts (they stay on the ledger side, as broader ones), the vault's own copy of choices, "
    "guardians' consent and acknowledgements",
)


def upgrade() -> None:
    """Add the column; empty: nothing chosen."""
    op.add_column("member", Column("chosen", LargeBinary))
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE member ALTER COLUMN chosen SET STATISTICS 0")


def downgrade() -> None:
    """Take it away."""
    op.drop_column("member", "chosen")
