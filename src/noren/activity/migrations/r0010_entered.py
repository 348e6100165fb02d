"""0010: who entered which campaign; since this revision a campaign may ask for that."""

from __future__ import annotations

from typing import Final

from alembic import op

from noren.kernel.say import Say

revision: Final = "0010"
down_revision: Final = "0009"

SAYS: Final = Say("企画へのエントリー", "Members' entries into campaigns")
LOSES: Final = Say(
    "すべてのエントリー(エントリー制の企画では、だれの抽選も行われなくなります)",
    "all entries: a campaign with entry then draws for nobody",
)

_TABLE: Final = (
    "CREATE TABLE entered (\n  handle {blob} NOT NULL, number {int} NOT NULL, at {int} NOT NULL, behind {int} NOT NULL,"
    "\n  PRIMARY KEY (handle, number)){rowless}"
)


def upgrade() -> None:
    """Add the table."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(_TABLE.format(blob="BLOB", int="INTEGER", rowless=" WITHOUT ROWID, STRICT"))
    else:
        op.execute(_TABLE.format(blob="bytea", int="bigint", rowless=""))


def downgrade() -> None:
    """Take it away."""
    op.execute("DROP TABLE entered")
