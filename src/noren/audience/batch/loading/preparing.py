"""Prepares a laboratory's files: checks them, gives numbers, turns times into instants and local days."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from noren.audience.batch.given import Given
from noren.audience.batch.loading.headers import attributes_of
from noren.audience.batch.loading.inputs import Inputs
from noren.audience.batch.loading.lists import read_lists
from noren.audience.batch.loading.prepared import TABLES, Prepared, TableColumns
from noren.audience.batch.loading.purchases import load_purchases
from noren.audience.batch.loading.sent import load_events, load_lots
from noren.audience.batch.loading.source import literal, open_source
from noren.audience.batch.loading.who import load_members


def prepare(inputs: Inputs, folder: Path, zone: ZoneInfo) -> Prepared:
    """Return the files prepared, in a folder that is the caller's to delete. Raises FileWrong."""
    connection = duckdb.connect(str(folder / "loading.duckdb"))
    connection.execute("SET preserve_insertion_order = false")
    connection.execute(f"SET temp_directory = {literal(str(folder / 'spill'))}")
    members = open_source(connection, "--members", inputs.members)
    traits, values = load_members(connection, members)
    purchases = open_source(connection, "--purchases", inputs.purchases)
    products = open_source(connection, "--products", inputs.products) if inputs.products else None
    wide, ignored = load_purchases(connection, purchases, products, zone)
    campaigns = load_events(connection, inputs, zone)
    load_lots(connection, inputs)
    for table in TABLES:
        connection.execute(f"COPY {table} TO {literal(str(folder / f'{table}.parquet'))} (FORMAT parquet)")
    given = Given(
        products=TableColumns(connection, "products", "product_no"),
        places=TableColumns(connection, "places", "place_no"),
        attributes=attributes_of(purchases, products),
        has_points=purchases.has("points"),
        traits=frozenset(traits),
        values=values,
        messages=inputs.messages is not None,
        redemptions=inputs.redemptions is not None,
        balances=inputs.balances is not None,
        campaigns=campaigns,
        lists=read_lists(inputs.lists),
    )
    return Prepared(folder, given, _names(connection), wide, ignored, zone)


def _names(connection: duckdb.DuckDBPyConnection) -> list[str]:
    return [row[0] for row in connection.execute("SELECT member FROM members ORDER BY member_no").fetchall()]
