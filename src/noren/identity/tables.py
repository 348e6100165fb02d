"""The vault's tables (SQLAlchemy Core): sealed columns, keyed indexes, random keys, and nothing else.

Random 16-byte primary keys, ``WITHOUT ROWID`` on SQLite, leave no insertion order. No column holds a
plain value of a member, a trait or a time; none says without a key whose a card is, or in what
state. Contacts have a table of their own, which only the drawer (``contacts.py``) opens.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import DDL, Column, Dialect, Index, Integer, LargeBinary, MetaData, Table, Text, event, text

from noren.identity.model import CONTACT_FIELDS, PERSON_FIELDS
from noren.revisions.opening import Layout, laid_out


class Blob(LargeBinary):
    """Bytes as they are; the driver takes them without a wrapper (which took a tenth of an enrolment's time)."""

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> None:
        """Wrap nothing."""


# A change of a table is a new revision in migrations/ too, or the tests turn red.
VAULT: Final = laid_out(Layout("vault", "0006", known="contact", mark_above=1))
MEMBER_KEYS: Final = laid_out(Layout("member_keys", "0001", known="member_key", mark_above=1))
MEMBER_SEALED: Final = (*PERSON_FIELDS, "cards", "link_token", "told", "password", "choices", "chosen", "seen")

MEMBER: Final = Table(
    "member",
    VAULT,
    Column("row", Blob, primary_key=True),
    Column("number_index", Blob, nullable=False, unique=True),
    Column("standing", Integer, nullable=False),
    Column("pending", Integer, nullable=False),
    Column("merged_into", Blob),
    Column("link_index", Blob, unique=True),
    # Empty only in a merged row, of which nothing but the way to the other member is kept.
    *(Column(name, Blob) for name in MEMBER_SEALED),
    sqlite_with_rowid=False,
    sqlite_strict=True,
)
Index("member_pending", MEMBER.c.row, sqlite_where=text("pending = 1"), postgresql_where=text("pending = 1"))

CONTACT: Final = Table(
    "contact",
    VAULT,
    Column("member", Blob, primary_key=True),
    *(Column(name, Blob, nullable=False) for name in CONTACT_FIELDS),
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

CARD: Final = Table(
    "card",
    VAULT,
    Column("row", Blob, primary_key=True),
    Column("card_index", Blob, nullable=False, unique=True),
    Column("member", Blob, nullable=False),
    Column("number", Blob, nullable=False),
    Column("state", Blob, nullable=False),
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

REQUEST_SEALED: Final = ("body", "said", "reason")
REQUEST: Final = Table(
    "request",
    VAULT,
    Column("row", Blob, primary_key=True),
    Column("member", Blob, nullable=False),
    Column("is_open", Integer, nullable=False),
    *(Column(name, Blob, nullable=False) for name in REQUEST_SEALED),
    sqlite_with_rowid=False,
    sqlite_strict=True,
)
Index("request_by_member", REQUEST.c.member)

# Of the whole programme, by year: what the transparency report tells.
REQUEST_COUNT: Final = Table(
    "request_count",
    VAULT,
    Column("row", Blob, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("word", Text, nullable=False),
    Column("number", Integer, nullable=False),
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

# Of the whole programme, in one row: a card's own state is sealed, and opening all of them to count takes too long.
# ``looked``: the month of the last look for dormant members; ``heard_since``: the day from which on days are kept.
TOTAL: Final = Table(
    "total",
    VAULT,
    Column("row", Blob, primary_key=True),
    Column("inactive_cards", Integer, nullable=False),
    Column("looked", Integer),
    Column("heard_since", Integer),
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

MEMBER_KEY: Final = Table(
    "member_key",
    MEMBER_KEYS,
    Column("member", Blob, primary_key=True),
    Column("wrapped", Blob, nullable=False),
    sqlite_with_rowid=False,
    sqlite_strict=True,
)


def _arrival(tables: MetaData) -> Table:
    """Return the mark that rows lie in the order in which they came: SQLite keeps it in its file's header."""
    return Table(
        "arrival",
        tables,
        Column("row", Blob, primary_key=True),
        Column("in_order", Integer, nullable=False),
        info={"only": "postgresql"},
    )


VAULT_ARRIVAL: Final = _arrival(VAULT)
MEMBER_KEYS_ARRIVAL: Final = _arrival(MEMBER_KEYS)


def _without_statistics(table: Table) -> None:
    """Let PostgreSQL gather no samples of bytes: its statistics would keep copies of what was erased."""
    for column in table.c:
        if isinstance(column.type, Blob):
            change = f'ALTER TABLE "{table.name}" ALTER COLUMN "{column.name}" SET STATISTICS 0'
            event.listen(table, "after_create", DDL(change).execute_if(dialect="postgresql"))


for _table in (*VAULT.sorted_tables, *MEMBER_KEYS.sorted_tables):
    _without_statistics(_table)
