"""Tables of the statutory vault: sealed records by the month of their end, and the wrapped key of each month."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Index, Table, Text

from noren.identity.tables import Blob
from noren.revisions.opening import Layout, laid_out

# A change of a table is a new revision in migrations/ too, or the tests turn red.
STATUTORY: Final = laid_out(Layout("statutory", "0001", known="statutory_record"))

RECORD: Final = Table(
    "statutory_record",
    STATUTORY,
    Column("row", Blob, primary_key=True),
    Column("month", Text, nullable=False),
    Column("sealed", Blob, nullable=False),
    sqlite_with_rowid=False,
    sqlite_strict=True,
)
Index("statutory_by_month", RECORD.c.month)

MONTH_KEY: Final = Table(
    "month_key",
    STATUTORY,
    Column("month", Text, primary_key=True),
    Column("wrapped", Blob, nullable=False),
    sqlite_with_rowid=False,
    sqlite_strict=True,
)
