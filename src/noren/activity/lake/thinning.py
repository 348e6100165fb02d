"""Months past their time: their lines become sums of a day and category, under handles still, and then they go.

Two tables change, and no commit covers both. So the sums are committed first, with a number in the same step; a plan on
the disk says which files of lines they stand for. Whoever opens the lake after a crash looks at the plan: is its number
in the table, those files go; is it not, nothing was done and the plan goes. Either way each line counts once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from noren.activity.lake.arrow import ArrowTable, column, pa, pc
from noren.activity.lake.disk import flush
from noren.activity.lake.log import LakeTable
from noren.activity.lake.parts import Part, read_part, write_part
from noren.activity.lake.tables import DAY_SUMS

PLAN: Final = "thinning.plan"

THINNED: Final = "noren.thinned"
"""Mark of the sums: the number of the plan that was carried out last."""

BUCKET_ROWS: Final = 4_000_000
"""Rows of lines summed at a time: about half a gigabyte. A greater month is read once for each part of the handles."""

_KEYS: Final = ("handle", "day", "category")


class Plan(msgspec.Struct, frozen=True):
    """Which files of lines and returns a numbered set of sums stands for."""

    number: int
    lines: tuple[str, ...]
    returns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Month:
    """What stands of a month: its files in both tables, and what category each product has now."""

    name: str
    lines: Sequence[Part]
    returns: Sequence[Part]
    categories: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Thinned:
    """What a round did."""

    months: int = 0
    lines: int = 0
    sums: int = 0


def sum_month(lines: LakeTable, returns: LakeTable, sums: LakeTable, month: Month) -> list[Part]:
    """Write a month's sums as files that no log names yet: what is left after returns, by member, day and category."""
    rows = sum(part.rows for part in month.lines)
    buckets = 1 + rows // BUCKET_ROWS
    return [
        write_part(sums.folder, DAY_SUMS, table, month.name)
        for bucket in range(buckets)
        if (table := _summed(lines, returns, month, bucket, buckets)).num_rows
    ]


def write_plan(lake: Path, plan: Plan) -> None:
    """Write the plan, whole and durably."""
    path, fresh = lake / PLAN, lake / f"{PLAN}.new"
    fresh.write_bytes(msgspec.json.encode(plan))
    flush(fresh)
    fresh.replace(path)
    flush(lake)


def read_plan(lake: Path) -> Plan | None:
    """Return the plan of a round that was not ended."""
    try:
        return msgspec.json.decode((lake / PLAN).read_bytes(), type=Plan)
    except FileNotFoundError:
        return None


def drop_plan(lake: Path) -> None:
    """Say that a plan is carried out, or void."""
    (lake / PLAN).unlink(missing_ok=True)
    flush(lake)


def _summed(lines: LakeTable, returns: LakeTable, month: Month, bucket: int, buckets: int) -> ArrowTable:
    bought = _read(lines, month.lines, ("handle", "purchase", "line", "day", "product", "quantity", "amount"))
    back = _read(returns, month.returns, ("handle", "purchase", "line", "quantity", "amount"))
    whole = _netted(_only(bought, bucket, buckets), _only(back, bucket, buckets))
    named = whole.append_column("category", _categories(whole["product"], month.categories))
    found = named.group_by(list(_KEYS)).aggregate([("quantity", "sum"), ("amount", "sum")])
    found = found.rename_columns([name.removesuffix("_sum") for name in found.column_names])
    left = found.filter(pc.or_(pc.not_equal(found["quantity"], 0), pc.not_equal(found["amount"], 0)))
    left = left.select([name for name, _ in DAY_SUMS.columns]).cast(DAY_SUMS.stored())
    return left.sort_by([(name, "ascending") for name in DAY_SUMS.sorted_by])


def _read(table: LakeTable, parts: Sequence[Part], names: Sequence[str]) -> Iterator[ArrowTable]:
    for part in parts:
        yield read_part(table.folder, table.form, part).select(list(names))
    yield pa.Table.from_arrays(
        [column([], kind) for name, kind in table.form.columns if name in names],
        names=[name for name, _ in table.form.columns if name in names],
    ).select(list(names))


def _only(tables: Iterator[ArrowTable], bucket: int, buckets: int) -> ArrowTable:
    """Return the rows of the handles of one bucket, by their first two bytes."""
    return pa.concat_tables([_in_bucket(each, bucket, buckets) for each in tables])


def _in_bucket(rows: ArrowTable, bucket: int, buckets: int) -> ArrowTable:
    if buckets == 1:
        return rows
    # Handles are random: byte order cuts them into equal parts.
    least, most = (bucket << 16) // buckets, ((bucket + 1) << 16) // buckets
    mask = pc.greater_equal(rows["handle"], pa.scalar(least.to_bytes(2, "big"), pa.binary()))
    if most < 1 << 16:
        mask = pc.and_(mask, pc.less(rows["handle"], pa.scalar(most.to_bytes(2, "big"), pa.binary())))
    return rows.filter(mask)


def _netted(bought: ArrowTable, back: ArrowTable) -> ArrowTable:
    """Return what was bought less what was brought back of it, line by line."""
    if not back.num_rows:
        return bought
    gone = back.group_by(["purchase", "line"]).aggregate([("quantity", "sum"), ("amount", "sum")])
    both = bought.join(gone, ["purchase", "line"], join_type="left outer")
    for name in ("quantity", "amount"):
        left = pc.subtract(both[name], pc.fill_null(both[f"{name}_sum"], 0))
        both = both.set_column(both.column_names.index(name), name, left)
    return both


def _categories(products: Any, categories: Mapping[str, str]) -> Any:
    """Return the category of each product, empty where it has none that we know."""
    known = column(list(categories), pa.string())
    names = column(list(categories.values()), pa.string())
    return pc.fill_null(pc.take(names, pc.index_in(products, value_set=known)), "")
