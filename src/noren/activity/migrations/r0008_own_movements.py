"""0008: movements of points beside purchases and returns are found by member: her document tells them (decision 0038).

A till writes hardly any of these, so the index costs it nothing.
"""

from __future__ import annotations

from typing import Final

from alembic import op

from noren.kernel.say import Say

revision: Final = "0008"
down_revision: Final = "0007"

SAYS: Final = Say("会員ごとのポイントの動きの索引", "An index of movements of points by member")


def upgrade() -> None:
    """Add the index."""
    op.execute("CREATE INDEX posting_of_member ON posting (handle) WHERE kind > 4")


def downgrade() -> None:
    """Take it away."""
    op.execute("DROP INDEX posting_of_member")
