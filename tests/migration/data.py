"""Random rows for every table of a store, made from what the database says of its columns."""

from __future__ import annotations

import datetime
import random
import string
from collections.abc import Callable
from typing import Any

from sqlalchemy import Column, Connection, MetaData, Table, select
from tests.migration.schema import tables_of

Contents = dict[str, list[dict[str, Any]]]
KEPT = ("meta", "arrival")
"""Tables with rows of the store's own: values are changed there, rows are not added."""


def reflected(connection: Connection) -> MetaData:
    """Return the tables as the database has them."""
    tables = MetaData()
    tables.reflect(connection, only=tables_of(connection))
    connection.rollback()
    return tables


def contents(connection: Connection) -> Contents:
    """Return every row of every table, in an order of its own."""
    out: Contents = {}
    for table in reflected(connection).sorted_tables:
        rows = [dict(row) for row in connection.execute(select(table)).mappings()]
        if table.name == "meta":  # the ledger's own numbers of its layout, 0004 and 0009, are no rows
            rows = [row for row in rows if row["name"] not in ("schema", "products", "campaigns")]
        out[table.name] = sorted(rows, key=lambda row: repr(sorted(row.items())))
    connection.rollback()
    return out


def fill(connection: Connection, chance: random.Random, *, rows: int) -> None:
    """Put ``rows`` random rows into every table."""
    for table in reflected(connection).sorted_tables:
        if table.name in KEPT:
            continue
        made = [{column.name: value(column, number, chance) for column in table.columns} for number in range(rows)]
        connection.execute(table.insert(), made)
    connection.commit()


def value(column: Column[Any], number: int, chance: random.Random) -> Any:
    """Return a random value; the empty one now and then where a column takes it."""
    if column.nullable and not column.primary_key and chance.random() < 0.3:
        return None
    return _MAKERS[_kind(column)](number, chance)


def _kind(column: Column[Any]) -> str:
    kind = str(column.type).upper().split("(")[0]
    return {"VARCHAR": "TEXT", "BYTEA": "BLOB"}.get(kind, kind)


def _text(number: int, chance: random.Random) -> str:
    return f"{number}-" + "".join(chance.choices(string.ascii_letters + "暖簾、'\"%:", k=chance.randrange(12)))


_MAKERS: dict[str, Callable[[int, random.Random], Any]] = {
    "BLOB": lambda number, chance: number.to_bytes(4, "big") + chance.randbytes(16),
    "BOOLEAN": lambda _, chance: chance.random() < 0.5,
    "DATE": lambda number, _: datetime.date(2026, 1, 1) + datetime.timedelta(days=number),
    "BIGINT": lambda number, chance: chance.randrange(1 << 50) * 1_000 + number,
    "INTEGER": lambda number, chance: chance.randrange(2_000_000) * 1_000 + number,
    "SMALLINT": lambda number, chance: chance.randrange(10) * 1_000 + number,
    "TEXT": _text,
}


def projected(rows: list[dict[str, Any]], columns: set[str]) -> list[dict[str, Any]]:
    """Return rows with some of their columns only, in an order of its own."""
    kept = [{name: row[name] for name in row if name in columns} for row in rows]
    return sorted(kept, key=lambda row: repr(sorted(row.items())))


def columns_of(table: Table) -> set[str]:
    return {column.name for column in table.columns}
