"""Facts: what is kept of one member's purchases for the predicates that ask it, and how a purchase changes it.

Each fact is asked for by one or more predicates and kept once, with the longest need. A state is a
tuple of whole numbers and texts; None stands for "no such purchase yet".

- Sums: counts, never, share, change, every. The total; sums per day (or period) within the longest window,
  or so many of the latest as the largest number asked needs.
- Days: the same for distinct days.
- Latest: distinct weeks, months, products … up to today: each with its last day, so many as are asked.
- Dated: distinct ones in windows that end earlier, and per period: (day, one) within the longest window.
- Met: recency, overdue. First and last day, number of days.
- Ranked: top. (day, day recorded, value) within the longest window.
- Followed (beside, in following.py): days on which it held, instants that are still open.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from noren.audience.live.hits import Counted
from noren.audience.live.today import Day

State = Sequence[Any]
"""A tuple as it was grown, a list as it was read from bytes."""
Key = int | str


@dataclass(slots=True)
class Seen:
    """A purchase as facts see it: its date and its number, instant (microseconds), and the day it was recorded."""

    today: Day
    day: int
    instant: int
    recorded: int


@dataclass(frozen=True, slots=True)
class Keep:
    """How long entries are kept: from ``floor`` on, and from ``floor_enough`` on if among the latest ``enough``."""

    floor: int
    floor_enough: int
    enough: int


class Keeping(Protocol):
    """Tells what is kept. It is asked at every sixteenth entry only: a state is no longer than its need and 15 more."""

    def keep(self, day: Day) -> Keep:
        """Return what is kept from a day on."""
        ...


EVERY_MASK: Final = 15


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums of one measure per day, or per period (``axis``: 0 days, 1 weeks, 2 months). State: total, days, sums."""

    filter: int
    measure: int
    axis: int = 0

    def grow(self, state: State | None, seen: Seen, counted: Counted, keys: Sequence[Key], keep: Keeping) -> State:
        """Return the state with one more purchase."""
        at = seen.today.at(self.axis) if self.axis else seen.day
        value = counted[self.measure]
        if state is None:
            return (value, (at,), (value,))
        total, days, sums = state
        if days[-1] == at:
            return (total + value, days, (*sums[:-1], sums[-1] + value))
        if len(days) & EVERY_MASK:
            return (total + value, (*days, at), (*sums, value))
        cut = _cut(days, sums, keep.keep(seen.today))
        return (total + value, (*days[cut:], at), (*sums[cut:], value))


@dataclass(frozen=True, slots=True)
class Days:
    """Distinct days. State as that of Sums, with 1 a day."""

    filter: int

    def grow(self, state: State | None, seen: Seen, counted: Counted, keys: Sequence[Key], keep: Keeping) -> State:
        """Return the state with one more purchase."""
        if state is None:
            return (1, (seen.day,), (1,))
        total, days, sums = state
        if days[-1] == seen.day:
            return state
        if len(days) & EVERY_MASK:
            return (total + 1, (*days, seen.day), (*sums, 1))
        cut = _cut(days, sums, keep.keep(seen.today))
        return (total + 1, (*days[cut:], seen.day), (*sums[cut:], 1))


@dataclass(frozen=True, slots=True)
class Latest:
    """Distinct weeks, months, products …, each with its last day. State: days, keys, in the order of last days."""

    filter: int
    of: str

    def grow(
        self, state: State | None, seen: Seen, counted: Counted, keys: Sequence[Key], keep: Keeping
    ) -> State | None:
        """Return the state with one more purchase."""
        if not keys:
            return state
        if state is None:
            kept = tuple(dict.fromkeys(keys))
            return ((seen.day,) * len(kept), kept)
        days, kept = state
        if len(keys) == 1 and kept[-1] == keys[0]:
            return state if days[-1] == seen.day else ((*days[:-1], seen.day), kept)
        held = dict(zip(kept, days, strict=True))
        for key in keys:
            held.pop(key, None)
            held[key] = seen.day
        days, kept = tuple(held.values()), tuple(held)
        if len(days) & EVERY_MASK:
            return (days, kept)
        keeping = keep.keep(seen.today)
        cut = max(min(bisect_left(days, keeping.floor), len(days) - 1), len(days) - keeping.enough)
        return (days[cut:], kept[cut:])


@dataclass(frozen=True, slots=True)
class Dated:
    """Distinct ones by day, or by period (``axis``). State: days, keys, each pair once."""

    filter: int
    of: str
    axis: int = 0

    def grow(
        self, state: State | None, seen: Seen, counted: Counted, keys: Sequence[Key], keep: Keeping
    ) -> State | None:
        """Return the state with one more purchase."""
        at = seen.today.at(self.axis) if self.axis else seen.day
        days, held = state or ((), ())
        today = held[bisect_left(days, at) :] if days and days[-1] == at else ()
        new = [key for key in dict.fromkeys(keys) if key not in today] if len(keys) > 1 or today else keys
        if not new:
            return state
        cut = 0 if len(days) & EVERY_MASK else bisect_left(days, keep.keep(seen.today).floor)
        return ((*days[cut:], *[at] * len(new)), (*held[cut:], *new))


@dataclass(frozen=True, slots=True)
class Met:
    """The matching purchases' first day, last day and number of days. State: first, last, days."""

    filter: int

    def grow(self, state: State | None, seen: Seen, counted: Counted, keys: Sequence[Key], keep: Keeping) -> State:
        """Return the state with one more purchase."""
        if state is None:
            return (seen.day, seen.day, 1)
        first, last, days = state
        return state if last == seen.day else (first, seen.day, days + 1)


@dataclass(frozen=True, slots=True)
class Ranked:
    """What ``top`` ranks by, to be read as of the end of the day before.

    State: a sum (of a distinct measure: keys) that counts from now on, then (day, day recorded, value or key).
    """

    filter: int
    measure: int
    of: str | None
    ever: bool

    def grow(
        self, state: State | None, seen: Seen, counted: Counted, keys: Sequence[Key], keep: Keeping
    ) -> State | None:
        """Return the state with one more purchase."""
        values = tuple(dict.fromkeys(keys)) if self.of is not None else (counted[self.measure],)
        base, entries = state or ((() if self.of is not None else 0), ())
        if not len(entries) & EVERY_MASK:
            base, entries = self._settle(base, entries, seen.day, 0 if self.ever else keep.keep(seen.today).floor)
        fresh = [(seen.day, max(seen.day, seen.recorded), value) for value in values]
        if self.of is not None:
            known = {tuple(one) for one in entries}
            fresh = [one for one in fresh if one not in known]
        return (base, (*entries, *fresh))

    def _settle(self, base: Any, entries: Any, day: int, floor: int) -> tuple[Any, Any]:
        """Return base and entries without those that no window reaches, or with those that count for ever added up."""
        if not self.ever:
            return base, tuple(one for one in entries if one[0] >= floor)
        done = [one[2] for one in entries if one[1] < day]
        left = tuple(one for one in entries if one[1] >= day)
        return (base + sum(done) if self.of is None else tuple(dict.fromkeys((*base, *done)))), left


def _cut(days: tuple[int, ...], sums: tuple[int, ...], keep: Keep) -> int:
    """Return how many of the oldest entries are needed no more. At least the latest stays."""
    cut = bisect_left(days, keep.floor)
    if cut == len(days):
        return len(days) - 1
    if keep.floor_enough > days[cut]:
        cut = _enough(days, sums, keep, cut)
    return cut


def _enough(days: tuple[int, ...], sums: tuple[int, ...], keep: Keep, cut: int) -> int:
    found = 0
    for place in range(len(days) - 1, cut, -1):
        found += sums[place]
        if found >= keep.enough and days[place] < keep.floor_enough:
            return place
    return cut
