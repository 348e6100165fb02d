"""Where a member's entries stand: a list by tag, made of the records and checked against them byte by byte.

The newest entries' tags are in memory. Each whole span of 65,536 entries has a file of rows (tag, place), sorted, so
a tag is found in it by halving. What is forgotten is taken out of them; what is missing is made anew.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import Final

from noren.governance.log.disk import PRIVATE, exchange, exchange_all
from noren.governance.ports import SUBJECT_BYTES

SPAN: Final = 65_536
_PLACE: Final = 8
_ROW: Final = SUBJECT_BYTES + _PLACE

Tagged = Iterable[tuple[int, bytes]]
"""Places with the tags that stand there."""


class Subjects:
    """The list of one log. ``tagged(begin, end)`` reads tags from the records of a stretch."""

    def __init__(self, folder: Path, tagged: Callable[[int, int], Tagged]) -> None:
        self._folder = folder
        self._tagged = tagged
        self._size = 0
        self._newest: dict[bytes, list[int]] = {}

    def load(self, size: int) -> None:
        """Take up a log of ``size`` entries; make what is missing, take away what is too much."""
        self._size, self._newest = size // SPAN * SPAN, {}
        for path in self._folder.glob("*"):
            if not path.name.isdecimal() or int(path.name) >= size // SPAN:
                path.unlink()
        for span in range(size // SPAN):
            if not self._path(span).exists():
                exchange(self._path(span), rows(self._tagged(span * SPAN, (span + 1) * SPAN)), PRIVATE)
        self.add(self._tagged(self._size, size), size)

    def add(self, tagged: Tagged, size: int) -> None:
        """Take in new entries, up to ``size``."""
        for place, tag in tagged:
            self._newest.setdefault(tag, []).append(place)
        while size - self._size >= SPAN:
            end = self._size + SPAN
            whole = [(place, tag) for tag, places in self._newest.items() for place in places if place < end]
            exchange(self._path(self._size // SPAN), rows(whole), PRIVATE)
            kept = {tag: [place for place in places if place >= end] for tag, places in self._newest.items()}
            self._newest, self._size = {tag: places for tag, places in kept.items() if places}, end

    def places(self, tag: bytes) -> list[int]:
        """Return where a tag stands, in the log's order."""
        found = [place for span in range(self._size // SPAN) for place in _halving(self._path(span), tag)]
        return found + self._newest.get(tag, [])

    def forget(self, places: Collection[int]) -> None:
        """Take places out, with their tags."""
        gone = set(places)
        for span in sorted({place // SPAN for place in gone if place < self._size}):
            path = self._path(span)
            left = [(place, tag) for place, tag in parse_rows(path.read_bytes()) if place not in gone]
            exchange_all({path: rows(left)}, PRIVATE, scrub=True)
        kept = {tag: [place for place in there if place not in gone] for tag, there in self._newest.items()}
        self._newest = {tag: there for tag, there in kept.items() if there}

    def _path(self, span: int) -> Path:
        return self._folder / f"{span:06d}"


def rows(tagged: Tagged) -> bytes:
    """Return the bytes of a span's file."""
    return b"".join(sorted(tag + place.to_bytes(_PLACE, "big") for place, tag in tagged))


def parse_rows(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """Read a span's file."""
    for at in range(0, len(raw), _ROW):
        yield int.from_bytes(raw[at + SUBJECT_BYTES : at + _ROW], "big"), raw[at : at + SUBJECT_BYTES]


def _halving(path: Path, tag: bytes) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        low, high = 0, os.fstat(descriptor).st_size // _ROW
        end = high
        while low < high:
            middle = (low + high) // 2
            if os.pread(descriptor, SUBJECT_BYTES, middle * _ROW) < tag:
                low = middle + 1
            else:
                high = middle
        while low < end and (row := os.pread(descriptor, _ROW, low * _ROW)).startswith(tag):
            yield int.from_bytes(row[SUBJECT_BYTES:], "big")
            low += 1
    finally:
        os.close(descriptor)
