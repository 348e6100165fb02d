"""0001: the vault as it was before there were revisions (its own layout number was 2)."""

from __future__ import annotations

from typing import Any, Final

from alembic import op
from sqlalchemy import Column, Integer, LargeBinary, text

from noren.kernel.say import Say

revision: Final = "0001"
down_revision: Final = None

SAYS: Final = Say(
    "最初の版: 会員・連絡先・カード(すべて封緘)", "The first layout: members, contacts, cards, all sealed"
)

_SEALED: Final = (
    "member_number", "family_name", "given_name", "family_kana", "given_kana", "birth_date", "sex", "since",
    "email_ok", "post_ok", "cards", "link_token", "told", "password",
)  # fmt: skip
_CONTACT: Final = ("postal_code", "prefecture", "city", "street", "phone", "email")
_KIND: Final[dict[str, Any]] = {"sqlite_with_rowid": False, "sqlite_strict": True}


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "member",
        Column("row", LargeBinary, primary_key=True),
        Column("number_index", LargeBinary, nullable=False, unique=True),
        Column("standing", Integer, nullable=False),
        Column("pending", Integer, nullable=False),
        Column("merged_into", LargeBinary),
        Column("link_index", LargeBinary, unique=True),
        *(Column(name, LargeBinary) for name in _SEALED),
        **_KIND,
    )
    op.create_index(
        "member_pending", "member", ["row"], sqlite_where=text("pending = 1"), postgresql_where=text("pending = 1")
    )
    op.create_table(
        "contact",
        Column("member", LargeBinary, primary_key=True),
        *(Column(name, LargeBinary, nullable=False) for name in _CONTACT),
        **_KIND,
    )
    op.create_table(
        "card",
        Column("row", LargeBinary, primary_key=True),
        Column("card_index", LargeBinary, nullable=False, unique=True),
        Column("member", LargeBinary, nullable=False),
        Column("number", LargeBinary, nullable=False),
        Column("state", LargeBinary, nullable=False),
        **_KIND,
    )
    op.create_table(
        "total",
        Column("row", LargeBinary, primary_key=True),
        Column("inactive_cards", Integer, nullable=False),
        **_KIND,
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
