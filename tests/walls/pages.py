"""Where each row of a SQLite file physically lies: page, and place within the page.

A tree of random keys is read in key order, but within a page SQLite lays new cells below older
ones: who holds the file sees in which order rows of a page came. This reads exactly that.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_LEAF_TABLE, _INNER_TABLE, _LEAF_INDEX, _INNER_INDEX = 0x0D, 0x05, 0x0A, 0x02
_HEADER = 100


@dataclass(frozen=True, slots=True)
class Cell:
    """One row as it lies in the file: ``age`` counts from the oldest cell of its page (0.0) to the newest (1.0)."""

    page: int
    age: float
    payload: bytes


def cells(path: Path, table: str) -> Iterator[Cell]:
    """Yield the cells of a table (or of its tree, if it has no rowid) in page order."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        root = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()[0]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    connection.close()
    raw = path.read_bytes()
    for page in sorted(_pages(raw, size, root)):
        yield from _cells_of(raw, size, page)


def _start(page: int) -> int:
    return _HEADER if page == 1 else 0


def _pages(raw: bytes, size: int, root: int) -> Iterator[int]:
    content = raw[(root - 1) * size : root * size]
    at = _start(root)
    yield root
    if content[at] in (_INNER_TABLE, _INNER_INDEX):
        for offset in _offsets(content, at):
            yield from _pages(raw, size, int.from_bytes(content[offset : offset + 4], "big"))
        yield from _pages(raw, size, int.from_bytes(content[at + 8 : at + 12], "big"))


def _offsets(content: bytes, at: int) -> list[int]:
    count = int.from_bytes(content[at + 3 : at + 5], "big")
    first = at + (12 if content[at] in (_INNER_TABLE, _INNER_INDEX) else 8)
    return [int.from_bytes(content[first + 2 * i : first + 2 * i + 2], "big") for i in range(count)]


def _cells_of(raw: bytes, size: int, page: int) -> Iterator[Cell]:
    content = raw[(page - 1) * size : page * size]
    at = _start(page)
    if content[at] == _INNER_TABLE:  # holds only numbers of rows
        return
    # The cell area fills from the end of the page: the highest offset is the oldest cell.
    offsets = sorted(_offsets(content, at), reverse=True)
    ends = [size, *offsets[:-1]]
    for rank, (offset, end) in enumerate(zip(offsets, ends, strict=True)):
        yield Cell(page, rank / max(len(offsets) - 1, 1), content[offset:end])
