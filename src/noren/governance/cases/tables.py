"""The one table of cases: their steps, each with the case as it left it."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Integer, String, Table

from noren.revisions.opening import Layout, laid_out

# A change of a table is a new revision in migrations/ too, or the tests turn red.
METADATA: Final = laid_out(Layout("cases", "0001", known="case_step"))

STEP: Final = Table(
    "case_step",
    METADATA,
    Column("kind", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at_us", Integer, nullable=False),
    Column("who", String, nullable=False),
    Column("step", String, nullable=False),
    Column("body", String, nullable=False),
)
