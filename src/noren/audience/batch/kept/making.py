"""Makes a part from receipts and lines: everything by linear passes over columns, nothing row by row."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np

from noren.audience.batch.kept.part import ABSENT, ATTRIBUTES, LISTS, NONE, RECEIPTS, Listed, Lists, Part
from noren.audience.batch.kept.vectors import Numbers, ends_of, narrow, ordered, summed, whole

_WORKERS: Final = 2


def make_part(receipts: Mapping[str, Numbers], lines: Mapping[str, Numbers], codes: Mapping[str, Numbers]) -> Part:
    """Return a part.

    ``receipts``: its columns, in any order, and ``low`` and ``high`` of their keys. ``lines``: ``receipt`` (its place
    in those columns), ``product_no``, ``quantity``, ``amount``. ``codes``: by attribute, the number of each product's
    value, or NONE.
    """
    order = _order(receipts)
    kept = {name: receipts[name][order] for name in RECEIPTS}
    place = np.empty(len(order), dtype=np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    receipt = place[lines["receipt"]]
    by_receipt = ordered(receipt)
    sold = Listed(
        receipt[by_receipt],
        np.ones(len(receipt), dtype=np.int8),
        narrow(lines["quantity"])[by_receipt],
        narrow(lines["amount"])[by_receipt],
    )
    product = lines["product_no"][by_receipt]
    part = _listed(kept, sold, product, codes)
    part.keys.update(_keys(receipts["low"], receipts["high"], place))
    return part


def _keys(low: Numbers, high: Numbers, place: Numbers) -> dict[str, Numbers]:
    order = np.argsort(low, kind="stable")
    return {"low": low[order], "high": high[order], "place": place[order]}


def _order(receipts: Mapping[str, Numbers]) -> Numbers:
    at = receipts["at_us"]
    order = ordered(at - at.min()) if len(at) else whole([])
    return order[ordered(receipts["member_no"][order])]


def _listed(receipts: dict[str, Numbers], sold: Listed, product: Numbers, codes: Mapping[str, Numbers]) -> Part:
    products = max((len(column) for column in codes.values()), default=0)
    bought = np.zeros(products, dtype=np.bool_)
    bought[product] = True
    held = {"product": np.where(bought, np.arange(products), ABSENT)}
    held.update((name, np.where(bought, codes[name], ABSENT)) for name in ATTRIBUTES)

    def lists(name: str) -> Lists:
        return _lists(sold, held[name][product], held[name], folded=name != "product")

    with ThreadPoolExecutor(_WORKERS) as workers:
        made = workers.map(lists, LISTS)
        return Part(receipts, dict(zip(LISTS, made, strict=True)), held)


def _lists(sold: Listed, numbers: Numbers, codes: Numbers, folded: bool) -> Lists:
    """Return the lines by their list's number; ``folded``: those of one receipt in a list are one row."""
    within = np.flatnonzero(numbers >= 0)
    order = within[ordered(numbers[within])]
    rows, numbers = sold.only(order), numbers[order]
    if folded:
        ends = ends_of(numbers, rows.receipt)
        rows, numbers = fold(rows, ends), numbers[ends]
    starts = np.searchsorted(numbers, np.arange(max(int(codes.max(initial=NONE)), NONE) + 2))
    return Lists(rows, starts)


def fold(rows: Listed, ends: Numbers) -> Listed:
    """Return a row for each run of rows, sums of them."""
    return Listed(rows.receipt[ends], *(summed(column, ends) for column in (rows.lines, rows.units, rows.spend)))
