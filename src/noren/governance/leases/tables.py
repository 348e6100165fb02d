"""The census's one table: nothing in it says who a member is."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Integer, LargeBinary, String, Table

from noren.revisions.opening import Layout, laid_out

# A change of a table is a new revision in migrations/ too, or the tests turn red.
METADATA: Final = laid_out(Layout("copies", "0001", known="copy_lease"))

LEASE: Final = Table(
    "copy_lease",
    METADATA,
    Column("copy", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("purpose", String, nullable=False),
    Column("items", String, nullable=False),
    Column("recipient", String, nullable=False),
    Column("made_us", Integer, nullable=False),
    Column("expires_us", Integer, nullable=False),
    Column("place", String, nullable=False),
    Column("state", String, nullable=False),
    Column("rows", Integer),
    Column("size", Integer),
    Column("digest", String, nullable=False),
    Column("proof", String, nullable=False),
    Column("ended_us", Integer),
    Column("attested_by", String, nullable=False),
    # The copy's own key, wrapped under its zone's; NULL from the copy's end on.
    Column("wrapped", LargeBinary),
)
