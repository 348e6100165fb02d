"""What the lake holds of one member, for the document that she is given: lines, what came back of them, days' sums.

Under her handle and those of whoever was merged into her. As written, not netted: a line brought back stands with what
came back of it. Instants are microseconds since 1970 UTC. Needs the ``analytics`` extra.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final


@dataclass(frozen=True, slots=True, repr=False)
class LakeLine:
    """A line as bought. ``purchase``: the ledger's entry; ``points``: what the whole purchase earned."""

    purchase: int
    line: int
    at: int
    recorded_at: int
    day: date
    shop: str
    partner: str
    product: str
    quantity: int
    amount: int
    points: int
    imported: bool


@dataclass(frozen=True, slots=True, repr=False)
class LakeReturn:
    """What came back of a line."""

    purchase: int
    entry: int
    line: int
    at: int
    quantity: int
    amount: int


@dataclass(frozen=True, slots=True, repr=False)
class DaySum:
    """What is left of a day past its term: one category (empty: unknown), net of returns."""

    day: date
    category: str
    quantity: int
    amount: int


@dataclass(frozen=True, slots=True, repr=False)
class LakeOwn:
    """All of hers in the lake."""

    lines: Sequence[LakeLine] = ()
    returns: Sequence[LakeReturn] = ()
    sums: Sequence[DaySum] = ()


_HERS: Final = "handle IN (SELECT unnest(?::BLOB[]))"
LINES: Final = (
    'SELECT purchase, line, epoch_us("at"), epoch_us(recorded_at), day, shop, partner, product, quantity, amount,'
    f" points, imported FROM bought_lines WHERE {_HERS} ORDER BY purchase, line"
)
RETURNS: Final = (
    f'SELECT purchase, return_entry, line, epoch_us("at"), quantity, amount FROM returned_lines WHERE {_HERS}'
    " ORDER BY return_entry, line"
)
SUMS: Final = (
    f"SELECT day, category, sum(quantity)::BIGINT, sum(amount)::BIGINT FROM day_sums WHERE {_HERS}"
    " GROUP BY day, category ORDER BY day, category"
)


def own_lake(lake: Path, handles: Sequence[bytes]) -> LakeOwn:
    """Return what stands in the lake under some handles, as it is now."""
    from noren.activity.lake.reader import open_lake  # the engine is loaded when somebody asks

    connection = open_lake(lake)
    try:
        lines, returns, sums = (connection.execute(each, [list(handles)]).fetchall() for each in (LINES, RETURNS, SUMS))
    finally:
        connection.close()
    return LakeOwn(
        [LakeLine(*row) for row in lines], [LakeReturn(*row) for row in returns], [DaySum(*row) for row in sums]
    )
