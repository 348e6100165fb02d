"""Purchases and products: receipts that agree with themselves, numbered lines, places, local days."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

import duckdb

from noren.audience.batch.errors import FileWrong
from noren.audience.batch.loading.clock import (
    changes,
    day_of,
    hour_of,
    month_of,
    offset_of_instant,
    week_of,
    weekday_of,
)
from noren.audience.batch.loading.headers import PURCHASE_COLUMNS
from noren.audience.batch.loading.prepared import Ignored
from noren.audience.batch.loading.source import Source, bad_cells, instants, reach
from noren.audience.batch.loading.who import check_key
from noren.kernel.say import Say

_PRODUCT_TEXTS: Final = ("category", "department", "brand", "maker")
_PLACE_TEXTS: Final = ("shop", "partner", "industry")
_INT64: Final = 2**63 - 1
_FAR_TOTAL: Final = 10**15
"""Beyond every number that a condition can name: a total is kept within, for comparing only."""


def load_purchases(
    connection: duckdb.DuckDBPyConnection, purchases: Source, products: Source | None, zone: ZoneInfo
) -> tuple[bool, Ignored]:
    """Make ``products``, ``places``, ``receipts`` and ``lines``; return whether sums are wide, and what was ignored."""
    purchases.need(*PURCHASE_COLUMNS)
    try:
        _load_products(connection, purchases, products)
        _load_receipts(connection, purchases, zone)
        _check_receipts(connection, purchases)
        _place_receipts(connection, purchases, zone)
        _load_lines(connection, purchases)
        wide = _is_wide(connection)
        _finish(connection, wide)
        ignored = _ignored(connection)
    except duckdb.Error as wrong:
        raise bad_cells(purchases, wrong) from None
    return wide, ignored


def _load_products(connection: duckdb.DuckDBPyConnection, purchases: Source, products: Source | None) -> None:
    none = ", ".join(f"CAST(NULL AS VARCHAR) AS {column}" for column in _PRODUCT_TEXTS)
    if products is None:
        connection.execute(f"CREATE TABLE given_products AS SELECT CAST(NULL AS VARCHAR) AS product, {none} LIMIT 0")
    else:
        products.need("product")
        columns = ", ".join(f"{products.text_or_null(column)} AS {column}" for column in _PRODUCT_TEXTS)
        connection.execute(
            f"CREATE TABLE given_products AS SELECT {products.text('product')} AS product, {columns} "
            f"FROM {products.sql}"
        )
        check_key(connection, products, "given_products", "product")
    connection.execute(
        "CREATE TABLE products AS SELECT CAST(row_number() OVER (ORDER BY product) - 1 AS INTEGER) AS product_no, "
        "product, category, department, brand, maker, "
        "CASE WHEN brand IS NOT NULL THEN CAST(dense_rank() OVER (ORDER BY brand) AS INTEGER) END AS brand_no FROM ("
        "SELECT * FROM given_products UNION ALL BY NAME "
        f"SELECT DISTINCT {purchases.text('product')} AS product FROM {purchases.sql} "
        f"WHERE {purchases.text('product')} NOT IN (SELECT product FROM given_products) "
        "UNION ALL BY NAME SELECT CAST(NULL AS VARCHAR) AS product)"
    )
    connection.execute(
        "CREATE TABLE goods AS SELECT product_no, CASE WHEN product IS NOT NULL THEN product_no END AS named_no, "
        "brand_no FROM products"
    )


def _load_receipts(connection: duckdb.DuckDBPyConnection, source: Source, zone: ZoneInfo) -> None:
    held = {
        "member": source.text("member"),
        "at_us": instants(connection, source, "at", zone),
        **{column: source.text_or_null(column) for column in _PLACE_TEXTS},
        "points": source.whole("points") if source.has("points") else "CAST(NULL AS BIGINT)",
        "recorded_us": instants(connection, source, "recorded_at", zone)
        if source.has("recorded_at")
        else "CAST(NULL AS BIGINT)",
    }
    inner = ", ".join(f"{expression} AS {name}" for name, expression in held.items())
    agree = " AND ".join(f"min({name}) IS NOT DISTINCT FROM max({name})" for name in held)
    whole = " AND ".join(f"count({name}) IN (0, count(*))" for name in held)
    firsts = ", ".join(f"min({name}) AS {name}" for name in held)
    connection.execute(
        f"CREATE TABLE raw_receipts AS SELECT receipt, {firsts}, count(*) AS given_lines, ({agree}) AND ({whole}) "
        f"AS agrees FROM (SELECT {source.raw('receipt')} AS receipt, {inner} FROM {source.sql}) GROUP BY receipt"
    )


def _check_receipts(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    nameless, torn, timeless = connection.execute(
        "SELECT count(*) FILTER (WHERE receipt IS NULL), count(*) FILTER (WHERE NOT agrees), "
        "count(*) FILTER (WHERE at_us IS NULL) FROM raw_receipts"
    ).fetchall()[0]
    if nameless or timeless:
        raise FileWrong(
            Say(
                f"{source.option} に、receipt か at のない行があります。",
                f"{source.option} has rows without receipt or at.",
            )
        )
    if torn:
        raise FileWrong(
            Say(
                f"{source.option} で、行によって member・at・shop・partner・industry・points・recorded_at の"
                f"どれかが食い違う会計が{torn}件あります。receipt は会計ごとに別の値にしてください。",
                f"{source.option} has {torn} receipts whose rows disagree about member, at, shop, partner, industry,"
                " points or recorded_at: a receipt must be distinct per purchase.",
            )
        )


def _place_receipts(connection: duckdb.DuckDBPyConnection, source: Source, zone: ZoneInfo) -> None:
    connection.execute(
        "CREATE TABLE places AS SELECT CAST(row_number() OVER (ORDER BY shop, partner, industry) - 1 AS INTEGER) "
        "AS place_no, *, CASE WHEN shop IS NOT NULL THEN CAST(dense_rank() OVER (ORDER BY shop) AS INTEGER) END "
        "AS shop_no, CASE WHEN partner IS NOT NULL THEN CAST(dense_rank() OVER (ORDER BY partner) AS INTEGER) END "
        "AS partner_no FROM (SELECT DISTINCT shop, partner, industry FROM raw_receipts)"
    )
    table = Source(source.option, source.path, "raw_receipts")
    first, last = (
        reach(connection, table, "least(at_us, recorded_us)")[0],
        reach(connection, table, "greatest(at_us, recorded_us)")[1],
    )
    offsets = changes(zone, first, last)
    local, recorded = (f"({at} + ({offset_of_instant(at, *offsets)}))" for at in ("at_us", "recorded_us"))
    connection.execute(
        "CREATE TABLE listed AS SELECT CAST(row_number() OVER () - 1 AS BIGINT) AS receipt_no, *, "
        f"{week_of('day')} AS week, {month_of('day')} AS month FROM (SELECT r.receipt, m.member_no, r.at_us, "
        f"{day_of(local)} AS day, {hour_of(local)} AS hour, coalesce({day_of(recorded)}, {day_of(local)}) "
        "AS recorded_day, p.place_no, p.shop_no, p.partner_no, coalesce(r.points, 0) AS points "
        "FROM raw_receipts r JOIN members m ON r.member = m.member JOIN places p ON "
        "coalesce(r.shop, '') = coalesce(p.shop, '') AND coalesce(r.partner, '') = coalesce(p.partner, '') "
        "AND coalesce(r.industry, '') = coalesce(p.industry, ''))"
    )


def _load_lines(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    missing = connection.execute(
        f"SELECT count(*) FROM {source.sql} "
        f"WHERE {source.whole('quantity')} IS NULL OR {source.whole('amount')} IS NULL"
    ).fetchall()[0][0]
    if missing:
        raise FileWrong(
            Say(
                f"{source.option} に、quantity か amount のない行が{missing}行あります。",
                f"{source.option} has {missing} rows without quantity or amount.",
            )
        )
    connection.execute(
        "CREATE TABLE sold AS SELECT r.receipt_no, r.member_no, p.product_no, r.place_no, r.day, r.at_us, "
        "f.quantity, f.amount FROM "
        f"(SELECT {source.raw('receipt')} AS receipt, coalesce({source.text('product')}, '') AS product, "
        f"{source.whole('quantity')} AS quantity, {source.whole('amount')} AS amount FROM {source.sql}) f "
        "JOIN listed r ON f.receipt = r.receipt JOIN products p ON f.product = coalesce(p.product, '') "
        "WHERE f.quantity > 0"
    )


def _is_wide(connection: duckdb.DuckDBPyConnection) -> bool:
    """Return whether some sum might not fit 64 bits."""
    amounts, units = connection.execute(
        "SELECT coalesce(sum(abs(CAST(amount AS HUGEINT))), 0), coalesce(sum(quantity), 0) FROM sold"
    ).fetchall()[0]
    points = connection.execute("SELECT coalesce(sum(abs(CAST(points AS HUGEINT))), 0) FROM listed").fetchall()[0][0]
    return max(int(amounts), int(units), int(points)) > _INT64


def _finish(connection: duckdb.DuckDBPyConnection, wide: bool) -> None:
    kind = number_type(wide)
    connection.execute(
        f"CREATE TABLE lines AS SELECT receipt_no, member_no, product_no, place_no, day, at_us, "
        f"CAST(quantity AS {kind}) AS quantity, CAST(amount AS {kind}) AS amount FROM sold"
    )
    connection.execute(
        "CREATE TABLE receipts AS SELECT r.receipt_no, r.member_no, r.place_no, r.at_us, r.day, r.week, r.month, "
        f"CAST({weekday_of('r.day')} * 24 + r.hour AS INTEGER) AS slot, r.recorded_day, r.shop_no, r.partner_no, "
        f"CAST(r.points AS {kind}) AS points, t.lines, CAST(t.units AS {kind}) AS units, "
        f"CAST(t.spend AS {kind}) AS spend, "
        f"CAST(least(greatest(t.spend, -{_FAR_TOTAL}), {_FAR_TOTAL}) AS BIGINT) AS basket_total FROM listed r JOIN "
        "(SELECT receipt_no, count(*) AS lines, sum(CAST(quantity AS HUGEINT)) AS units, "
        "sum(CAST(amount AS HUGEINT)) AS spend FROM sold GROUP BY receipt_no) t ON r.receipt_no = t.receipt_no"
    )
    connection.execute("DROP TABLE sold")


def number_type(wide: bool) -> str:
    """Return the SQL type of amounts."""
    return "DECIMAL(38, 0)" if wide else "BIGINT"


def _ignored(connection: duckdb.DuckDBPyConnection) -> Ignored:
    found = connection.execute(
        "SELECT count(*), coalesce(sum(given_lines), 0) FROM raw_receipts "
        "WHERE coalesce(member, '') NOT IN (SELECT member FROM members)"
    ).fetchall()[0]
    return Ignored(int(found[0]), int(found[1]))
