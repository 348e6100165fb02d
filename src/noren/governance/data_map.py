"""What noren stores, as data: of every column of every store the item, the purposes, how long, how joins are deleted.

The map is made of the contexts' tables (`tools/data_map.py`) and lies here as a file, so that whoever shows it loads
neither side.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from noren.kernel.say import Say

FILE: Final = Path(__file__).parent / "data-map.json"


class MappedItem(msgspec.Struct, frozen=True):
    """An item of data. ``tells``: who somebody is, what she does, or nothing of one person."""

    id: str
    name: Say
    tells: str


class Held(msgspec.Struct, frozen=True):
    """Columns of a table that hold the same for as long; ``link``: how what they join is parted again."""

    table: str
    columns: list[str]
    item: str
    purposes: list[str]
    retention: Say
    link: Say | None = None


class MappedStore(msgspec.Struct, frozen=True):
    """A store, and what it holds."""

    store: str
    name: Say
    side: str
    held: list[Held]


class DataMap(msgspec.Struct, frozen=True):
    """The whole map."""

    items: list[MappedItem]
    stores: list[MappedStore]


def read_data_map() -> DataMap:
    """Return the map of this noren."""
    return msgspec.json.decode(FILE.read_bytes(), type=DataMap)
