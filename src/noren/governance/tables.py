"""Tables of the directory."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Boolean, Column, Date, Integer, LargeBinary, String, Table

from noren.revisions.opening import Layout, laid_out

# A change of a table is a new revision in migrations/ too, or the tests turn red.
METADATA: Final = laid_out(Layout("register", "0004", known="shop"))

SHOP: Final = Table(
    "shop",
    METADATA,
    Column("shop", String, primary_key=True),
    Column("partner", String, nullable=False),
    Column("name", String),
    Column("industry", String),
    Column("postal_code", String),
    Column("prefecture", String),
    Column("handles_personal_information", Boolean, nullable=False),
    Column("handling_since", Date),
)
AGREEMENT: Final = Table(
    "agreement",
    METADATA,
    Column("partner", String, primary_key=True),
    Column("since", Date, primary_key=True),
    Column("route", String, nullable=False),
    Column("per", Integer),
    Column("exclude", String),
    Column("balance", Boolean, nullable=False),
    Column("until", Date),
)
TERMINAL: Final = Table(
    "terminal",
    METADATA,
    Column("key_hash", LargeBinary, primary_key=True),
    Column("shop", String, nullable=False, index=True),
    Column("terminal", String, nullable=False),
    Column("test", Boolean, nullable=False),
    Column("created", Date, nullable=False),
    Column("expires", Date, nullable=False),
    Column("revoked", Boolean, nullable=False),
    Column("rate", Integer),
)
# What the tills found suspicious, counted by the hour; it names a shop and a terminal at most ("": none).
ALERT: Final = Table(
    "alert",
    METADATA,
    Column("hour", Integer, primary_key=True),
    Column("word", String, primary_key=True),
    Column("shop", String, primary_key=True),
    Column("terminal", String, primary_key=True),
    Column("count", Integer, nullable=False),
)
