"""A part of the history: some receipts in the order of member and instant, and lists of them by what was bought.

A part never changes. Its lists are by attributes of products *as they were when it was made*; ``rows_of`` uses
them only where they are exactly the products that a filter speaks of, and falls back to lists by product.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from noren.audience.batch.kept.vectors import Numbers, narrow

RECEIPTS: Final = (
    "member_no", "at_us", "day", "recorded_day", "place_no", "slot", "basket_total", "points", "lines", "units",
    "spend",
)  # fmt: skip
"""Columns of receipts."""

KEYS: Final = ("low", "high", "place")
"""128 bits that stand for a receipt's own number, rising, and its place in the part."""

ATTRIBUTES: Final = ("category", "department", "brand", "maker")
LISTS: Final = (*ATTRIBUTES, "product")
_LISTED: Final = ("receipt", "lines", "units", "spend")
NONE: Final = -1
ABSENT: Final = -2


@dataclass(frozen=True, slots=True)
class Listed:
    """Rows of one list: a receipt's place in its part, and what of it counts. Receipts rise; by product they repeat."""

    receipt: Numbers
    lines: Numbers
    units: Numbers
    spend: Numbers

    def __len__(self) -> int:
        return len(self.receipt)

    def only(self, picked: Numbers) -> Listed:
        """Return the rows at these places."""
        return Listed(self.receipt[picked], self.lines[picked], self.units[picked], self.spend[picked])


@dataclass(frozen=True, slots=True)
class Lists:
    """All lists of one attribute, one after the other: list ``n`` lies from ``starts[n]`` to ``starts[n + 1]``."""

    rows: Listed
    starts: Numbers

    def several(self, numbers: Numbers) -> tuple[Listed, Numbers]:
        """Return lists one after the other, and for each row the number of its list."""
        if len(numbers) == 1:
            here = slice(int(self.starts[numbers[0]]), int(self.starts[numbers[0] + 1]))
            rows = self.rows
            one = Listed(rows.receipt[here], rows.lines[here], rows.units[here], rows.spend[here])
            return one, np.broadcast_to(numbers[0], (len(one),))
        starts, ends = self.starts[numbers], self.starts[numbers + 1]
        lengths = ends - starts
        shift = starts - np.cumsum(lengths) + lengths
        places = np.repeat(shift, lengths) + np.arange(int(lengths.sum()))
        return self.rows.only(places), np.repeat(numbers, lengths)


@dataclass(slots=True)
class Part:
    """``codes``: by attribute, the list in which each product's lines are, NONE or, where it was not bought, ABSENT."""

    receipts: dict[str, Numbers]
    lists: dict[str, Lists]
    codes: dict[str, Numbers]
    keys: dict[str, Numbers] = field(default_factory=dict[str, Numbers])
    sizes: dict[str, Numbers] = field(default_factory=dict[str, Numbers])
    last_us: int = 0
    first_day: int = 0

    def __post_init__(self) -> None:
        if len(self):
            self.last_us = int(self.receipts["at_us"].max())
            self.first_day = int(self.receipts["day"].min())
        for name, codes in self.codes.items():
            self.sizes[name] = np.bincount(codes[codes >= 0], minlength=len(self.lists[name].starts) - 1)

    def __len__(self) -> int:
        return len(self.receipts["member_no"])

    def places_of(self, low: Numbers, high: Numbers) -> Numbers:
        """Return the places of the receipts with these keys; who is not here has none."""
        place = np.searchsorted(self.keys["low"], low)
        found: list[Numbers] = []
        while len(place):
            here = place < len(self)
            place, low, high = place[here], low[here], high[here]
            same = self.keys["low"][place] == low
            place, low, high = place[same], low[same], high[same]
            found.append(self.keys["place"][place[self.keys["high"][place] == high]])
            place = place + 1
        return np.concatenate(found) if found else low[:0]

    def bought(self, products: Numbers) -> Numbers:
        """Return those of the products that someone bought here."""
        codes = self.codes["product"]
        here = products[products < len(codes)]
        return here[codes[here] != ABSENT]

    def rows_of(self, products: Numbers) -> Listed:
        """Return rows that hold the lines of exactly these products, which were all bought here."""
        name, numbers = self._cover(products)
        return self.lists[name].several(numbers)[0]

    def _cover(self, products: Numbers) -> tuple[str, Numbers]:
        """Return the fewest lists of one attribute that hold these products and no others."""
        found: list[tuple[int, str, Numbers]] = []
        for name in ATTRIBUTES:
            codes = self.codes[name][products]
            if len(codes) and int(codes.min()) >= 0:
                numbers = _distinct(codes)
                if int(self.sizes[name][numbers].sum()) == len(products):
                    found.append((len(numbers), name, numbers))
        _, name, numbers = min(found, key=lambda one: one[0], default=(0, "product", products))
        return name, numbers


def _distinct(codes: Numbers) -> Numbers:
    seen = np.zeros(int(codes.max()) + 1, dtype=np.bool_)
    seen[codes] = True
    return np.flatnonzero(seen)


def save_part(part: Part, folder: Path) -> None:
    """Write a part into a new folder, a file a column, to be mapped into memory."""
    folder.mkdir()
    for name, column in part.receipts.items():
        np.save(folder / f"receipts.{name}.npy", narrow(column))
    for name, column in part.keys.items():
        np.save(folder / f"keys.{name}.npy", column)
    for attribute, lists in part.lists.items():
        np.save(folder / f"{attribute}.starts.npy", lists.starts)
        np.save(folder / f"{attribute}.codes.npy", narrow(part.codes[attribute]))
        for name in _LISTED:
            np.save(folder / f"{attribute}.{name}.npy", narrow(getattr(lists.rows, name)))


def open_part(folder: Path) -> Part:
    """Map a part into memory: what no condition asks for is never read."""

    def column(name: str) -> Numbers:
        return np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False).view(np.ndarray)

    lists = {
        attribute: Lists(Listed(*(column(f"{attribute}.{name}") for name in _LISTED)), column(f"{attribute}.starts"))
        for attribute in LISTS
    }
    codes = {attribute: column(f"{attribute}.codes") for attribute in LISTS}
    receipts = {name: column(f"receipts.{name}") for name in RECEIPTS}
    return Part(receipts, lists, codes, {name: column(f"keys.{name}") for name in KEYS})
