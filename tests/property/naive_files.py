"""Writes a world as the files of the tool, CSV or Parquet, times with or without an offset."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from tests.property.naive_world import World

from noren.audience.batch.loading.inputs import Inputs

MEMBER = [
    "member",
    "sex:s",
    "birth_year:i",
    "birth_month:i",
    "prefecture:s",
    "postal3:s",
    "tier:s",
    "since:d",
    "email_ok:b",
    "post_ok:b",
]
TYPES = {"s": pa.string(), "i": pa.int64(), "d": pa.date32(), "b": pa.bool_(), "t": None}


def write(world: World, folder: Path, parquet: bool, offsets: bool) -> Inputs:
    """``offsets``: times are instants; else they are local to the zone, as a till would print them."""
    save = _parquet if parquet else _csv
    at = _instants if offsets else _locals

    def told(moment: datetime) -> Any:
        return at(moment, world, parquet)

    tables = {
        "members": (MEMBER, [[getattr(m, name.split(":")[0]) for name in MEMBER] for m in world.members]),
        "products": (
            ["product", "category", "department", "brand", "maker"],
            [
                [product, *(held[name] for name in ("category", "department", "brand", "maker"))]
                for product, held in world.products.items()
            ],
        ),
        "purchases": (
            [
                "member", "receipt", "at:t", "shop", "partner", "industry", "product", "quantity:i", "amount:i",
                "points:i", "recorded_at:t",
            ],
            [
                [
                    one.member, one.receipt, told(one.at), one.shop, one.partner, one.industry, line.product,
                    line.quantity, line.amount, one.points, one.recorded_at and told(one.recorded_at),
                ]
                for one in world.purchases
                for line in one.lines
            ],
        ),
        "messages": (
            ["member", "campaign", "at:t", "kind"],
            [[m.member, m.campaign, told(m.at), m.kind] for m in world.messages],
        ),
        "redemptions": (
            ["member", "campaign", "at:t"],
            [[m.member, m.campaign, told(m.at)] for m in world.redemptions],
        ),
        "balances": (["member", "points:i", "expires:d"], [[x.member, x.points, x.expires] for x in world.lots]),
    }  # fmt: skip
    paths = {name: save(folder / f"{name}.{'parquet' if parquet else 'csv'}", *table) for name, table in tables.items()}
    lists = folder / "lists"
    lists.mkdir(exist_ok=True)
    for name, values in world.lists.items():
        (lists / f"{name}.txt").write_text("".join(f"{value}\n" for value in values), encoding="utf-8")
    return Inputs(lists=lists, **paths)


def _instants(moment: datetime, world: World, parquet: bool) -> Any:
    return moment.astimezone(UTC) if parquet else moment.astimezone(world.zone).isoformat()


def _locals(moment: datetime, world: World, parquet: bool) -> Any:
    local = moment.astimezone(world.zone).replace(tzinfo=None)
    return local if parquet else local.isoformat(sep=" ")


def _csv(path: Path, names: list[str], rows: list[list[Any]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([name.split(":")[0] for name in names])
        writer.writerows([["" if cell is None else cell for cell in row] for row in rows])
    return path


def _parquet(path: Path, names: list[str], rows: list[list[Any]]) -> Path:
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    arrays = []
    for name, column in zip(names, columns, strict=True):
        kind = TYPES[name.partition(":")[2] or "s"]
        if kind is None:
            aware = any(cell is not None and cell.tzinfo is not None for cell in column)
            kind = pa.timestamp("us", "UTC" if aware else None)
        arrays.append(pa.array(column, kind))
    pq.write_table(pa.table(arrays, names=[name.split(":")[0] for name in names]), path)
    return path
