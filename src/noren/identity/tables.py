"""The vault's tables (SQLAlchemy Core): sealed columns, keyed indexes, random keys, and nothing else.

``WITHOUT ROWID`` and random 16-byte primary keys leave no insertion order. No column holds a
plain value of a member, a trait or a time; none says without a key whose a card is, or in what
state. Contacts have a table of their own, which only the drawer (``contacts.py``) opens.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Dialect, Index, Integer, LargeBinary, MetaData, Table, text

from noren.identity.model import CONTACT_FIELDS, PERSON_FIELDS


class Blob(LargeBinary):
    """Bytes as they are; the driver takes them without a wrapper (which took a tenth of an enrolment's time)."""

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> None:
        """Wrap nothing."""


VAULT: Final = MetaData()
MEMBER_KEYS: Final = MetaData()
MEMBER_SEALED: Final = (*PERSON_FIELDS, "cards", "link_token", "told", "password")

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
Index("member_pending", MEMBER.c.row, sqlite_where=text("pending = 1"))

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

# Of the whole programme, in one row: a card's own state is sealed, and opening all of them to count takes too long.
TOTAL: Final = Table(
    "total",
    VAULT,
    Column("row", Blob, primary_key=True),
    Column("inactive_cards", Integer, nullable=False),
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
