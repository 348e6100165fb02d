"""0004: the ledger says how often its products have changed, so that standings are folded again (decision 0024)."""

from __future__ import annotations

from typing import Final

from alembic import op

from noren.kernel.say import Say

revision: Final = "0004"
down_revision: Final = "0003"

SAYS: Final = Say("商品が変わった回数", "How often products have changed")


def upgrade() -> None:
    """Begin to count."""
    op.execute("INSERT INTO meta (name, value) VALUES ('products', 0)")


def downgrade() -> None:
    """Count no more."""
    op.execute("DELETE FROM meta WHERE name = 'products'")
