"""Purchases for the audience bench: baskets of the Complete Journey year drawn again (seeded), for a million members.

A member is modelled on a household, and draws her baskets from its own; some members buy much more often than others.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

MEMBERS = 1_000_000
PIECE_LINES = 10_000_000
LINES_OF_BASKET = 10.27
"""What a basket drawn so holds on average."""


def write_members(path: Path, members: int) -> None:
    duckdb.execute(f"COPY (SELECT {_member('m')} AS member FROM range({members}) t(m)) TO '{path}' (FORMAT parquet)")


def _member(number: str) -> str:
    return f"'m' || lpad(CAST({number} AS VARCHAR), 8, '0')"


class Ground:
    """Draws baskets: ``baskets`` from ``first`` on, of members from ``low`` to below ``high``."""

    def __init__(self, purchases: Path, members: int, seed: int) -> None:
        self._members = members
        self._seed = seed
        self._connection = duckdb.connect()
        self._connection.execute("SET preserve_insertion_order = false")
        self._connection.execute(
            "CREATE TABLE baskets AS SELECT member, receipt, row_number() OVER (ORDER BY member, receipt) - 1 "
            f"AS basket FROM (SELECT DISTINCT member, receipt FROM '{purchases}')"
        )
        self._connection.execute(
            "CREATE TABLE homes AS SELECT row_number() OVER (ORDER BY member) - 1 AS home, min(basket) AS first, "
            "count(*) AS baskets FROM baskets GROUP BY member"
        )
        self._connection.execute(
            'CREATE TABLE sold AS SELECT b.basket, p."at", p.shop, p.product, p.quantity, p.amount '
            f"FROM '{purchases}' p JOIN baskets b ON p.member = b.member AND p.receipt = b.receipt"
        )

    def write(self, path: Path, first: int, baskets: int, low: int, high: int) -> None:
        """Write purchases as a file of the tool."""
        homes = self._connection.execute("SELECT count(*) FROM homes").fetchall()[0][0]
        share = f"pow((hash(i, {self._seed}, 1) % 1000000007) / 1000000007.0, 2)"
        drawn = (
            f"SELECT i, m, h.first + hash(i, {self._seed}, 3) % h.baskets AS basket FROM "
            f"(SELECT i, {low} + CAST(floor({high - low} * {share}) AS INTEGER) AS m "
            f"FROM range({first}, {first + baskets}) t(i)) d "
            f"JOIN homes h ON hash(m, {self._seed}, 2) % {homes} = h.home"
        )
        self._connection.execute(
            f"COPY (SELECT {_member('d.m')} AS member, d.i AS receipt, s.\"at\", s.shop, 'CJ' AS partner, "
            f"'grocery' AS industry, s.product, s.quantity, s.amount FROM ({drawn}) d JOIN sold s USING (basket)) "
            f"TO '{path}' (FORMAT parquet)"
        )
