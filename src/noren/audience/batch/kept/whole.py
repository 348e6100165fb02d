"""A kept history as whole tables again, for engines that read nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import duckdb
import numpy as np

from noren.audience.batch.arrow import table_from
from noren.audience.batch.kept.merging import gathered
from noren.audience.batch.kept.part import Part
from noren.audience.batch.kept.tallying import Goods
from noren.audience.batch.kept.vectors import Mask, Numbers, whole
from noren.audience.batch.loading.clock import month_of, week_of
from noren.audience.batch.loading.source import literal

_DAY: Final = "CAST(r.day AS INTEGER)"
_QUERIES: Final = {
    "receipts": f"SELECT r.*, r.receipt AS receipt_no, {week_of(_DAY)} AS week, {month_of(_DAY)} AS month, "
    "nullif(p.shop, -1) AS shop_no, nullif(p.partner, -1) AS partner_no "
    "FROM kept_receipts r JOIN kept_places p ON r.place_no = p.number",
    "lines": "SELECT l.receipt AS receipt_no, r.member_no, l.product_no, r.place_no, r.day, r.at_us, l.quantity, "
    "l.amount FROM kept_lines l JOIN kept_receipts r ON l.receipt = r.receipt",
    "goods": "SELECT number AS product_no, nullif(named, -1) AS named_no, nullif(brand, -1) AS brand_no "
    "FROM kept_goods",
}


def write_tables(parts: Sequence[tuple[Part, Mask | None]], goods: Goods, listed: Mask | None, folder: Path) -> None:
    """Write purchases as the loader prepares them."""
    receipts, lines = gathered([(part, _out(part.receipts["member_no"], dead, listed)) for part, dead in parts])
    receipts["receipt"] = np.arange(len(receipts["member_no"]))
    tables = {
        "kept_receipts": receipts,
        "kept_lines": lines,
        "kept_goods": {"number": np.arange(len(goods.named)), "named": goods.named, "brand": goods.brand},
        "kept_places": {"number": np.arange(len(goods.shop)), "shop": goods.shop, "partner": goods.partner},
    }
    with duckdb.connect(":memory:") as connection:
        for name, columns in tables.items():
            connection.register(name, table_from({key: whole(column) for key, column in columns.items()}))
        for name, query in _QUERIES.items():
            connection.execute(f"COPY ({query}) TO {literal(str(folder / f'{name}.parquet'))} (FORMAT parquet)")


def _out(members: Numbers, dead: Mask | None, listed: Mask | None) -> Mask | None:
    """Return which receipts do not count."""
    if listed is None:
        return dead
    return ~listed[members] if dead is None else dead | ~listed[members]
