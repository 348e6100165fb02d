"""0001: the member-key store as it was before there were revisions (its own layout number was 2)."""

from __future__ import annotations

from typing import Final

from alembic import op
from sqlalchemy import Column, Integer, LargeBinary, text

from noren.kernel.say import Say

revision: Final = "0001"
down_revision: Final = None

SAYS: Final = Say("最初の版: 会員の鍵(包んだもの)", "The first layout: members' keys, wrapped")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "member_key",
        Column("member", LargeBinary, primary_key=True),
        Column("wrapped", LargeBinary, nullable=False),
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )
    if op.get_bind().dialect.name == "postgresql":
        _for_postgresql()


def _for_postgresql() -> None:
    """Add the mark that SQLite keeps in its file's header; let the server keep no samples of bytes."""
    op.create_table(
        "arrival",
        Column("row", LargeBinary, primary_key=True),
        Column("in_order", Integer, nullable=False),
    )
    question = text(
        "SELECT attrelid::regclass::text, attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid"
        " WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version'"
        " AND attnum > 0 AND atttypid = 'bytea'::regtype"
    )
    for table, column in op.get_bind().execute(question).all():
        op.execute(f'ALTER TABLE {table} ALTER COLUMN "{column}" SET STATISTICS 0')
