"""A member's facts: those that were asked for or grown, in memory; the others stay the bytes that they were kept as.

Facts lie in slices, one for each filter, so that a till call reads and writes those of its basket
alone. What is kept is found by the slices' numbers and lengths.
"""

from __future__ import annotations

import json
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final

import msgspec

from noren.audience.live.facts import State

_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder()
_WIDE: Final = 0xC1
"""The byte that msgpack never uses: numbers beyond 64 bits follow as JSON."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Which facts lie in which slice. ``slice_of``: by fact; ``facts_of``: by slice."""

    slice_of: tuple[int, ...]
    facts_of: tuple[tuple[int, ...], ...]


class Slices:
    """Slices as bytes, one after the other: their numbers in order, and their lengths.

    Where each ends is worked out when the first of them is asked for: most questions ask for none.
    """

    __slots__ = ("_at", "_ends", "lengths", "numbers", "raw")

    def __init__(self, raw: bytes = b"", numbers: bytes = b"", lengths: bytes = b"") -> None:
        self.raw = raw
        self.numbers, self.lengths = array("I"), array("I")
        self.numbers.frombytes(numbers)
        self.lengths.frombytes(lengths)
        self._ends: list[int] = []
        self._at: dict[int, int] | None = None

    @property
    def at(self) -> dict[int, int]:
        """The place of each slice, by its number."""
        if self._at is None:
            self._ends = list(accumulate(self.lengths))
            self._at = dict(zip(self.numbers, range(len(self._ends)), strict=True))
        return self._at

    def piece(self, number: int) -> bytes | None:
        """Return a slice; None: there is nothing of it."""
        at = self.at.get(number)
        if at is None:
            return None
        end = self._ends[at]
        return self.raw[end - self.lengths[at] : end]

    def written(self, changed: Iterable[tuple[int, bytes]]) -> tuple[bytes, bytes, bytes]:
        """Return bytes, numbers and lengths with some slices (in the order of their numbers) put in."""
        numbers, lengths = self.numbers[:], self.lengths[:]
        where, raw, ends = self.at, self.raw, self._ends
        pieces: list[bytes] = []
        done = more = 0
        for number, piece in changed:
            at = where.get(number)
            if at is not None:
                end = ends[at]
                pieces += (raw[done : end - lengths[at + more]], piece)
                lengths[at + more], done = len(piece), end
            else:
                at = bisect_left(self.numbers, number)
                begin = ends[at - 1] if at else 0
                pieces += (raw[done:begin], piece)
                numbers.insert(at + more, number)
                lengths.insert(at + more, len(piece))
                done, more = begin, more + 1
        pieces.append(raw[done:])
        return b"".join(pieces), numbers.tobytes(), lengths.tobytes()


class Facts(dict[int, "State | None"]):
    """Facts by number. A fact that is not in memory is read from its slice when it is asked for; None: nothing yet."""

    __slots__ = ("changed", "layout", "slices")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, layout: Layout, slices: Slices | None = None) -> None:
        super().__init__()
        self.layout = layout
        self.slices = Slices() if slices is None else slices
        self.changed: set[int] = set()

    def __missing__(self, number: int) -> State | None:
        where = self.layout.slice_of[number]
        raw, facts = self.slices.piece(where), self.layout.facts_of[where]
        # A slice is read whole, at the first of its facts: none of them is in memory yet.
        self.update(dict.fromkeys(facts) if raw is None else zip(facts, _decoded(raw), strict=True))
        return self[number]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, dict) and plain(self) == plain(other)  # type: ignore[arg-type]

    def copy(self) -> Facts:
        """Return facts that can be changed beside these."""
        found = Facts(self.layout, self.slices)
        found.update(self)
        found.changed = self.changed.copy()
        return found

    def held(self) -> list[int]:
        """Return the facts of which there is something, all of them read."""
        for number in self.slices.numbers:
            for fact in self.layout.facts_of[number]:
                if fact not in self:
                    self.__missing__(fact)
        return [number for number, state in self.items() if state is not None]

    def written(self) -> tuple[bytes, bytes, bytes]:
        """Return the slices with what has changed: bytes, numbers, lengths."""
        facts_of, slice_of = self.layout.facts_of, self.layout.slice_of
        changed = sorted({slice_of[fact] for fact in self.changed})
        return self.slices.written((one, _encoded([self[fact] for fact in facts_of[one]])) for one in changed)


class FewFacts(Facts):
    """Some facts alone, all of them in memory: whoever asks another has made a mistake."""

    __slots__ = ()
    __hash__ = None  # type: ignore[assignment]

    def __missing__(self, number: int) -> State | None:
        raise AssertionError(f"fact {number} is not one of those that are asked")

    def copy(self) -> FewFacts:
        """Return facts that can be changed beside these."""
        found = FewFacts(self.layout)
        found.update(self)
        found.changed = self.changed.copy()
        return found


def plain(facts: dict[int, State | None]) -> dict[int, bytes]:
    """Return facts as bytes by number, to be compared."""
    held = facts.held() if isinstance(facts, Facts) else list(facts)
    return {number: _encoded([facts[number]]) for number in held}


def _decoded(raw: bytes) -> list[State | None]:
    return _DECODER.decode(raw) if raw[0] != _WIDE else json.loads(raw[1:])


def _encoded(states: list[Any]) -> bytes:
    try:
        return _ENCODER.encode(states)
    except OverflowError:
        return bytes((_WIDE,)) + json.dumps(states).encode()
