"""Which columns an item gives, in which table: nothing is in an extract but by an item of its flow."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

PSEUDONYM: Final = "pseudonym"
"""The item without which rows of one member can not be told from another's; each person-level flow has it."""

SENSITIVE_LINES: Final = "sensitive-line"
LINES: Final = "purchase-line"


@dataclass(frozen=True, slots=True)
class Given:
    """A column: its name in the extract, and what it is in SQL over ``l`` (lines), ``p`` (products)."""

    name: str
    sql: str
    summed: bool = False


TRAITS: Final[dict[str, tuple[str, ...]]] = {
    "sex": ("sex",),
    "age-band": ("age_band", "age_band_year"),
    "birth-month": ("birth_month",),
    "area": ("prefecture", "postal3"),
    "joined": ("since",),
}
"""Columns of ``members``: the traits of that name."""

BOUGHT: Final[dict[str, tuple[Given, ...]]] = {
    "purchase-time": (Given("day", "l.day"),),
    "shop": (Given("shop", "l.shop"),),
    LINES: (Given("product", "l.product"), Given("quantity", "l.quantity", summed=True)),
    "amount": (Given("amount", "l.amount", summed=True),),
    "points": (Given("points", "l.points", summed=True),),
}
"""Columns of ``purchases``, at the recipient's own shops. The time of day is in no extract."""

ELSEWHERE: Final[dict[str, tuple[Given, ...]]] = {
    "purchase-time": (Given("month", "l.month"),),
    LINES: (Given("department", "p.department"), Given("quantity", "l.quantity", summed=True)),
    "amount": (Given("amount", "l.amount", summed=True),),
}
"""Columns of ``elsewhere``, in joint use: sums over other companies' shops. No item gives the shop, product or day."""


def of_members(items: Collection[str]) -> tuple[str, ...]:
    """Return the columns of ``members``, besides the pseudonym."""
    return tuple(name for item, names in TRAITS.items() if item in items for name in names)


def of_purchases(items: Collection[str]) -> tuple[Given, ...]:
    """Return the columns of ``purchases``, besides the pseudonym."""
    return _summed(BOUGHT, items)


def of_elsewhere(items: Collection[str]) -> tuple[Given, ...]:
    """Return the columns of ``elsewhere``, besides the pseudonym."""
    return _summed(ELSEWHERE, items)


def _summed(table: Mapping[str, tuple[Given, ...]], items: Collection[str]) -> tuple[Given, ...]:
    """Return a table's columns; none where nothing in them tells how much."""
    columns = tuple(column for item, columns in table.items() if item in items for column in columns)
    return columns if any(column.summed for column in columns) else ()


def nothing_known(items: Collection[str]) -> list[str]:
    """Return the items that no extract can give."""
    return sorted(set(items) - {PSEUDONYM, SENSITIVE_LINES, *TRAITS, *BOUGHT})
