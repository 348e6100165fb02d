"""Several parts made one, without what was replaced: so that small refreshes do not pile up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from noren.audience.batch.kept.making import make_part
from noren.audience.batch.kept.part import RECEIPTS, Part
from noren.audience.batch.kept.vectors import Mask, Numbers, counted

MOST_RECEIPTS: Final = 1_000_000
"""A part that grew so large stays as it is."""

_TWICE: Final = 2


def to_merge(sizes: Sequence[int], new: int) -> int:
    """Return how many of the last parts are made one with a new one: each line is written again but a few times."""
    total, first = new, len(sizes)
    while first and sizes[first - 1] <= _TWICE * total and total + sizes[first - 1] <= MOST_RECEIPTS:
        total += sizes[first - 1]
        first -= 1
    return len(sizes) - first


def merge(parts: Sequence[tuple[Part, Mask | None]], codes: Mapping[str, Numbers]) -> Part:
    """Return one part that holds what counts in these."""
    return make_part(*gathered(parts), codes)


def gathered(parts: Sequence[tuple[Part, Mask | None]]) -> tuple[dict[str, Numbers], dict[str, Numbers]]:
    """Return the receipts of parts that are not dead, and their lines, as ``make_part`` takes them."""
    receipts: dict[str, list[Numbers]] = {}
    lines: dict[str, list[Numbers]] = {}
    count = 0
    for part, dead in parts:
        alive = np.ones(len(part), dtype=np.bool_) if dead is None else ~dead
        place = np.cumsum(alive) - 1 + count
        _add(receipts, {name: column[alive] for name, column in _receipts(part).items()})
        _add(lines, _lines(part, alive, place))
        count += int(alive.sum())
    return _joined(receipts), _joined(lines)


def _receipts(part: Part) -> dict[str, Numbers]:
    columns = {name: part.receipts[name] for name in RECEIPTS}
    for name in ("low", "high"):
        columns[name] = np.empty(len(part), dtype=np.int64)
        columns[name][part.keys["place"]] = part.keys[name]
    return columns


def _lines(part: Part, alive: Mask, place: Numbers) -> dict[str, Numbers]:
    lists = part.lists["product"]
    product = np.repeat(np.arange(len(lists.starts) - 1), counted(lists.starts)[1:])
    good = alive[lists.rows.receipt]
    return {
        "receipt": place[lists.rows.receipt[good]],
        "product_no": product[good],
        "quantity": lists.rows.units[good],
        "amount": lists.rows.spend[good],
    }


def _add(columns: dict[str, list[Numbers]], more: Mapping[str, Numbers]) -> None:
    for name, column in more.items():
        columns.setdefault(name, []).append(column)


def _joined(columns: Mapping[str, list[Numbers]]) -> dict[str, Numbers]:
    return {name: np.concatenate(each) for name, each in columns.items()}
