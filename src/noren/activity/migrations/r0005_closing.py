"""0005: what erased members leave: sums in a closing account, and handles that wait for the lake (decision 0029)."""

from __future__ import annotations

from typing import Final

from alembic import op

from noren.kernel.say import Say

revision: Final = "0005"
down_revision: Final = "0004"

SAYS: Final = Say("消去された会員の締めの勘定", "The closing account of erased members")
LOSES: Final = Say(
    "消去された会員の締めの勘定(戻すと、消去した分だけ会社の勘定が合わなくなります)",
    "the closing account of erased members (without it, companies' accounts differ by what was erased)",
)

SQLITE: Final = (
    """CREATE TABLE closing (
  partner TEXT NOT NULL, kind INTEGER NOT NULL, points INTEGER NOT NULL, PRIMARY KEY (partner, kind)
  ) WITHOUT ROWID, STRICT""",
    """CREATE TABLE erasing (
  handle BLOB PRIMARY KEY, since INTEGER NOT NULL, rewritten INTEGER NOT NULL) WITHOUT ROWID, STRICT""",
    "CREATE INDEX opening_by_entry ON opening (entry)",
)
POSTGRESQL: Final = (
    """CREATE TABLE closing (
  partner text NOT NULL, kind smallint NOT NULL, points bigint NOT NULL, PRIMARY KEY (partner, kind))""",
    "CREATE TABLE erasing (handle bytea PRIMARY KEY, since bigint NOT NULL, rewritten bigint NOT NULL)",
    "CREATE INDEX opening_by_entry ON opening (entry)",
)


def upgrade() -> None:
    """Add the tables, and the way from an entry to its opening balance."""
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    """Take them away."""
    op.execute("DROP INDEX opening_by_entry")
    for table in ("closing", "erasing"):
        op.drop_table(table)
