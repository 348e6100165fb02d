"""0007: purchases, and lines of them, that their members do not want kept, until they are forgotten (decision 0039)."""

from __future__ import annotations

from typing import Final

from alembic import op

from noren.kernel.say import Say

revision: Final = "0007"
down_revision: Final = "0006"

SAYS: Final = Say(
    "会員が残さないと決めたお買い物(忘れるまでの控え)", "Purchases that members do not want kept, until they are gone"
)
LOSES: Final = Say(
    "残さないと申し出があり、まだ消していないお買い物の控え",
    "what members asked not to be kept and is still waiting to go",
)

SQLITE: Final = (
    "CREATE TABLE forgetting (\n  entry INTEGER NOT NULL, line INTEGER NOT NULL, since INTEGER NOT NULL,"
    " done INTEGER NOT NULL,\n  PRIMARY KEY (entry, line)) WITHOUT ROWID, STRICT"
)
POSTGRESQL: Final = (
    "CREATE TABLE forgetting (\n  entry bigint NOT NULL, line integer NOT NULL, since bigint NOT NULL,"
    " done bigint NOT NULL,\n  PRIMARY KEY (entry, line))"
)


def upgrade() -> None:
    """Add the table."""
    op.execute(SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL)


def downgrade() -> None:
    """Take it away."""
    op.drop_table("forgetting")
