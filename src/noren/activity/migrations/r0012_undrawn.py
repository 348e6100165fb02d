"""0012: purchases of which a till could not tell which campaigns fitted, so that nothing was drawn at them."""

from __future__ import annotations

from typing import Final

from alembic import op

from noren.kernel.say import Say

revision: Final = "0012"
down_revision: Final = "0011"

SAYS: Final = Say(
    "条件を確かめられず抽選のなかったお買い物", "Purchases not drawn for, because no till could tell what fitted"
)
LOSES: Final = Say(
    "確かめられなかったという記録(監査では、条件に合うのに抽選のないお買い物としてだけ見えます)",
    "the record that a till could not tell: an audit then finds such purchases as eligible ones without a leaf",
)

_TABLE: Final = (
    "CREATE TABLE undrawn (\n  handle {blob} NOT NULL, entry {int} NOT NULL, why {text} NOT NULL,"
    "\n  PRIMARY KEY (handle, entry)){rowless}"
)


def upgrade() -> None:
    """Add the table."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(_TABLE.format(blob="BLOB", int="INTEGER", text="TEXT", rowless=" WITHOUT ROWID, STRICT"))
    else:
        op.execute(_TABLE.format(blob="bytea", int="bigint", text="text", rowless=""))


def downgrade() -> None:
    """Take it away."""
    op.execute("DROP TABLE undrawn")
