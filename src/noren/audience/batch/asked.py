"""What a run asks, as rows of small tables: the conditions are data, and one statement answers them all."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Final


class Tally(IntEnum):
    """What an atom tallies per member; the numbers stand in the generated SQL."""

    VISITS = 1
    LINES = 2
    UNITS = 3
    SPEND = 4
    POINTS = 5
    LAST = 6
    FIRST = 7
    DAYS = 11
    WEEKS = 12
    MONTHS = 13
    SHOPS = 14
    PARTNERS = 15
    PRODUCTS = 21
    BRANDS = 22


FIRST_KEYED: Final = 11
"""From here on, a tally counts distinct keys."""

FIRST_LINE_KEYED: Final = 21
"""From here on, the key is a line's, not the purchase's."""

DETAILED: Final = frozenset({Tally.POINTS, Tally.WEEKS, Tally.MONTHS, Tally.SHOPS, Tally.PARTNERS})
"""Tallies that need more of a purchase than its member and day."""


class Rows:
    """Rows of 64-bit integers, kept by column."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        self.columns = tuple(array("q") for _ in names)

    def add(self, *values: int) -> None:
        """Add one row."""
        for column, value in zip(self.columns, values, strict=True):
            column.append(value)

    def spread(self, numbers: Iterable[int], *rest: int) -> None:
        """Add a row for each number, which comes first."""
        before = len(self.columns[0])
        self.columns[0].extend(numbers)
        count = len(self.columns[0]) - before
        for column, value in zip(self.columns[1:], rest, strict=True):
            column.extend(array("q", [value]) * count)

    def __len__(self) -> int:
        return len(self.columns[0])


TABLES: Final = {
    "product_match": ("product_no", "filter_no", "residual"),
    "whole_match": ("filter_no", "residual"),
    "place_match": ("place_no", "residual", "rest"),
    "moment_match": ("rest", "slot", "least", "most"),
    "together_match": ("filter_no", "part_no", "parts"),
    "atoms": ("atom_no", "filter_no", "tally", "first_day", "last_day", "rhythm", "recorded_by", "detailed"),
    "ask_count": ("question_no", "atom_no", "least", "most", "held"),
    "ask_every": ("question_no", "atom_no", "least", "most", "held", "periods"),
    "ask_ratio": ("question_no", "over_atom", "under_atom", "minus", "left_by", "right_by", "least", "most"),
    "ask_overdue": ("question_no", "atom_no", "right_by", "least", "most"),
    "ask_top": ("question_no", "atom_no", "share"),
    "ask_then": ("question_no", "filter_no", "later_no", "first_day", "last_day", "within_us", "followed"),
    "ask_trait": ("question_no", "trait", "least", "most"),
    "ask_event": ("question_no", "kind", "campaign_no", "first_day", "last_day"),
    "ask_lots": ("question_no", "first_expiry", "last_expiry", "least", "most", "held"),
}
"""The tables of a run and their columns."""


def no_rows() -> dict[str, Rows]:
    """Return the run's tables, empty."""
    return {name: Rows(columns) for name, columns in TABLES.items()}
