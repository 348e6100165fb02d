"""The golden answers: sixteen conditions on the Complete Journey year, and its files as the tool takes them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from noren.audience.batch.given import Moment
from noren.audience.batch.loading.inputs import Inputs
from noren.audience.language import Condition, parse
from noren.doors.cli.demo.year import find_year

GOLDEN: dict[str, dict] = json.loads(Path(__file__).with_name("golden-conditions.json").read_text("utf-8"))
ZONE = ZoneInfo("Asia/Tokyo")
AS_OF = "2017-12-31T23:59:59+09:00"


def golden_moment() -> Moment:
    """Return the as-of of the golden answers."""
    at = datetime.fromisoformat(AS_OF)
    instant = (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    return Moment(instant, at.date())


def golden_conditions() -> dict[str, Condition]:
    """Return the sixteen conditions by name."""
    read = {name: parse(golden["condition"]) for name, golden in GOLDEN.items()}
    assert all(isinstance(condition, Condition) for condition in read.values())
    return {name: condition for name, condition in read.items() if isinstance(condition, Condition)}


def differing(found: Mapping[str, Sequence[str]]) -> list[str]:
    """Say which answers are not the golden ones."""
    out: list[str] = []
    for name, golden in GOLDEN.items():
        told = hashlib.sha256("\n".join(found[name]).encode()).hexdigest()
        if (len(found[name]), told) != (golden["count"], golden["sha256"]):
            out.append(f"{name}: {len(found[name])} instead of {golden['count']}")
    return out


def write_year(folder: Path) -> Inputs:
    """Write the year as members, products and purchases, mapped as the contract says."""
    source = find_year().folder
    transactions, products = f"'{source}/transactions.parquet'", f"'{source}/products.parquet'"
    tables = {
        "members": f"SELECT DISTINCT household_id::VARCHAR AS member FROM {transactions}",
        "products": "SELECT product_id::VARCHAR AS product, product_category AS category, department, brand, "
        f"manufacturer_id::VARCHAR AS maker FROM {products}",
        "purchases": "SELECT household_id::VARCHAR AS member, basket_id::VARCHAR AS receipt, "
        "transaction_timestamp AS \"at\", store_id::VARCHAR AS shop, 'CJ' AS partner, 'grocery' AS industry, "
        "product_id::VARCHAR AS product, quantity, round(100 * sales_value)::BIGINT AS amount "
        f"FROM {transactions}",
    }
    for name, query in tables.items():
        duckdb.execute(f"COPY ({query}) TO '{folder}/{name}.parquet' (FORMAT parquet)")
    return Inputs(folder / "members.parquet", folder / "purchases.parquet", folder / "products.parquet")
