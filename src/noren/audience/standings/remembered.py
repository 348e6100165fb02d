"""Standings that a desk remembers, ahead of the store: bounded by what they take up, those asked last kept longest."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from noren.audience.standings.model import Kept

REMEMBERED_BYTES: Final = 256 << 20
"""What the standings of a till may take up, about. One takes about 50 kB with 100 conditions, 170 kB with 1,000."""

_FACT_BYTES: Final = 650
"""A fact in memory: lists or tuples of what is kept, its place in a dictionary, its share of what was touched."""

_TURN_BYTES: Final = 110
"""A day on which a predicate may turn, by its number."""

_LEAST: Final = 1_000


class Remembered:
    """Standings by member. ``most_bytes`` 0: none is remembered."""

    def __init__(self, most_bytes: int = REMEMBERED_BYTES) -> None:
        self._most, self._bytes = most_bytes, 0
        self._kept: OrderedDict[bytes, tuple[Kept, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, handle: bytes) -> Kept | None:
        """Return what is remembered of a member."""
        found = self._kept.get(handle)
        return None if found is None else found[0]

    def put(self, handle: bytes, kept: Kept) -> None:
        """Remember a standing in the place of another; the oldest ones go."""
        self.drop(handle)
        if not self._most:
            return
        size = size_of(kept)
        self._kept[handle] = kept, size
        self._bytes += size
        while self._bytes > self._most and self._kept:
            _, (_, gone) = self._kept.popitem(last=False)
            self._bytes -= gone

    def drop(self, handle: bytes) -> None:
        """Forget what is remembered of a member."""
        found = self._kept.pop(handle, None)
        if found is not None:
            self._bytes -= found[1]

    def clear(self) -> None:
        """Forget all."""
        self._kept.clear()
        self._bytes = 0


def size_of(kept: Kept) -> int:
    """Return about how many bytes a standing takes up."""
    facts, told = kept.standing.facts, kept.standing.kept
    size = _LEAST + len(facts.slices.raw) + _FACT_BYTES * len(facts)
    if told is None:
        return size
    return size + len(told.truths) + len(told.grounds) + _TURN_BYTES * (len(told.turns) + len(told.ranks))
