"""What a predicate asks of the facts on a day: true or false, and the first day on which that may turn by itself.

The day told is never too late: until then, and without a purchase that touches its facts, the answer
stays. It may be too early; then it is asked again for nothing.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from noren.audience.live.facts import State
from noren.audience.live.kept import Facts
from noren.audience.live.numbers import FAR, SCALE, Bounds
from noren.audience.live.today import Day, Now, Span

States = Facts
Compare = Callable[[int, int], bool]


class Steady(IntEnum):
    """Which answer one more purchase can not change, so that the question may wait for its day of turning."""

    NONE = 2
    TRUE = 1
    FALSE = 0
    WAITING = 3
    """Any, once a day of turning is known: purchases of the running period do not count yet."""
    FALSE_WHILE_WAITING = 4
    """False, once a day of turning is known: a purchase only puts that day off."""
    TRUE_WHILE_WAITING = 5
    """True, likewise."""


def steady(bounds: Bounds, only_grows: bool = True) -> Steady:
    """Return which answer of a number's comparison can not change when the number only grows."""
    if not only_grows:
        return Steady.NONE
    if bounds.most == FAR:
        return Steady.TRUE
    return Steady.FALSE if bounds.least <= 0 else Steady.NONE


class Ask(Protocol):
    """A predicate over facts."""

    @property
    def facts(self) -> tuple[int, ...]:
        """The facts it asks."""
        ...

    @property
    def steady(self) -> Steady:
        """Which answer one more purchase can not change."""
        ...

    def ask(self, states: States, day: Day, now: Now) -> tuple[int, int]:
        """Return 1 or 0, and the day on which that may turn without an event."""
        ...


@dataclass(frozen=True, slots=True)
class AskEver:
    """A total back to the horizon."""

    facts: tuple[int]
    bounds: Bounds
    steady: Steady

    def ask(self, states: States, day: Day, now: Now) -> tuple[int, int]:
        """Return 1 or 0; it never turns by itself."""
        state = states[self.facts[0]]
        value = 0 if state is None else state[0]
        return int(self.bounds.least <= value <= self.bounds.most), FAR


@dataclass(frozen=True, slots=True)
class AskEnough:
    """A count of whole things in a window that ends today: read from the latest back until it is known."""

    facts: tuple[int]
    window: int
    least: int
    most: int
    enough: int
    steady: Steady

    def ask(self, states: States, day: Day, now: Now) -> tuple[int, int]:
        """Return 1 or 0, and the day on which that may turn."""
        state = states[self.facts[0]]
        if state is None:
            return int(self.least <= 0 <= self.most), FAR
        days, values = state[1], state[2]
        span = day.spans[self.window]
        first, found, place = span.first, 0, len(days)
        while place and found < self.enough and days[place - 1] >= first:
            place -= 1
            found += values[place]
        # Fewer as days pass, never more: only what needs some to be there can turn.
        if not found or (found < self.least) or (self.least <= 0 and found <= self.most):
            return int(self.least <= found <= self.most), FAR
        return int(self.least <= found <= self.most), span.leaves(days[place], day.number)


@dataclass(frozen=True, slots=True)
class AskLatest:
    """A number of distinct ones, each held with its last day, in a window that ends today."""

    facts: tuple[int]
    window: int
    bounds: Bounds
    steady: Steady

    def ask(self, states: States, day: Day, now: Now) -> tuple[int, int]:
        """Return 1 or 0, and the day on which that may turn."""
        state = states[self.facts[0]]
        days = () if state is None else state[0]
        span = day.spans[self.window]
        least, most = self.bounds.least, self.bounds.most
        found = len(days) - bisect_left(days, span.first)
        # Fewer as days pass, never more: it turns when the last one too many, or the last one needed, has left.
        leaver = most + 1 if found > most else least if found >= least else 0
        return int(least <= found <= most), span.leaves(days[-leaver], day.number) if leaver > 0 else FAR


@dataclass(frozen=True, slots=True)
class AskSum:
    """A sum per day over any window."""

    facts: tuple[int]
    window: int
    bounds: Bounds
    steady: Steady

    def ask(self, states: States, day: Day, now: Now) -> tuple[int, int]:
        """Return 1 or 0, and the day on which that may turn."""
        least, most = self.bounds.least, self.bounds.most
        state = states[self.facts[0]]
        if state is None:
            return int(least <= 0 <= most), FAR
        days, sums, span = state[1], state[2], day.spans[self.window]
        start, end = bisect_left(days, span.first), bisect_right(days, span.last)
        within = sums[start:end]
        value = sum(within)
        if span.stays is None:
            turns = at_end(self.bounds, value, sum(sums[end:]), span, day)
        else:
            turns = self._exit(value, days[start:end], within, span, day)
        return int(least <= value <= most), turns

    def _exit(self, value: int, days: Sequence[int], sums: Sequence[int], span: Span, day: Day) -> int:
        """Return the day on which so much has left that the answer turns."""
        if not days:
            return FAR
        if min(sums) < 0:
            return span.leaves(days[0], day.number)
        least, most = self.bounds.least, self.bounds.most
        turning = most if value > most else least - 1
        for at, each in zip(days, sums, strict=True) if 0 <= turning < value else ():
            value -= each
            if value <= turning:
                return span.leaves(at, day.number)
        return FAR


@dataclass(frozen=True, slots=True)
class AskDated:
    """A number of distinct ones in a window that ends before today."""

    facts: tuple[int]
    window: int
    bounds: Bounds
    steady: Steady

    def ask(self, states: States, day: Day, now: Now) -> tuple[int, int]:
        """Return 1 or 0, and the day on which that may turn."""
        state = states[self.facts[0]]
        span = day.spans[self.window]
        days, keys = state or ((), ())
        end = bisect_right(days, span.last)
        value = len(set(keys[bisect_left(days, span.first) : end]))
        turns = at_end(self.bounds, value, len(set(keys[end:])), span, day)
        return int(self.bounds.least <= value <= self.bounds.most), turns


@dataclass(frozen=True, slots=True)
class AskSince:
    """Days since the last (``place`` 1) or the first (0) matching purchase; false where there is none."""

    facts: tuple[int]
    place: int
    bounds: Bounds
    steady: Steady = Steady.NONE

    def ask(self, states: States, day: Day, now: Now) -> tuple[int, int]:
        """Return 1 or 0, and the day on which that turns."""
        state = states[self.facts[0]]
        if state is None:
            return 0, FAR
        since = day.number - state[self.place]
        edges = (self.bounds.least, self.bounds.most + 1)
        turns = min((edge - since for edge in edges if edge > since), default=FAR)
        return int(self.bounds.least <= since <= self.bounds.most), day.number + turns


@dataclass(frozen=True, slots=True)
class AskOverdue:
    """(days since the last)·(k-1) against times·(last - first), from three days on."""

    facts: tuple[int]
    compare: Compare
    times: int
    steady: Steady = Steady.NONE

    def ask(self, states: States, day: Day, now: Now) -> tuple[int, int]:
        """Return 1 or 0, and a day on which that may turn."""
        state = states[self.facts[0]]
        if state is None or state[2] < 3:
            return 0, FAR
        first, last, count = state
        limit, gaps = self.times * (last - first), (count - 1) * SCALE
        edge = last + limit // gaps
        turns = min((one for one in (edge, edge + 1) if one > day.number), default=FAR)
        return int(self.compare((day.number - last) * gaps, limit)), turns


@dataclass(frozen=True, slots=True)
class AskShare:
    """100·part against percent·whole; false where the whole is 0 or less."""

    facts: tuple[int, int]
    window: int
    ever: bool
    compare: Compare
    percent: int
    steady: Steady = Steady.NONE

    def ask(self, states: States, day: Day, now: Now) -> tuple[int, int]:
        """Return 1 or 0, and the day on which that may turn."""
        part, whole = states[self.facts[0]], states[self.facts[1]]
        if part is None and whole is None:
            return 0, FAR
        if self.ever:
            mine, turns = (part[0] if part else 0), FAR
            all_of_it = whole[0] if whole else 0
        else:
            span = day.spans[self.window]
            mine, early = summed(part, span, day)
            all_of_it, turns = summed(whole, span, day)
            turns = min(early, turns)
        truth = int(all_of_it > 0 and self.compare(100 * SCALE * mine, self.percent * all_of_it))
        # Nothing of something stays so, whatever leaves.
        return truth, FAR if part is None and all_of_it > 0 and not truth else turns


@dataclass(frozen=True, slots=True)
class AskChange:
    """The last ``days`` against the ``days`` before; false where those hold 0 or less."""

    facts: tuple[int]
    days: int
    compare: Compare
    percent: int
    steady: Steady = Steady.NONE

    def ask(self, states: States, day: Day, now: Now) -> tuple[int, int]:
        """Return 1 or 0, and the day on which that may turn."""
        state = states[self.facts[0]]
        if state is None:
            return 0, FAR
        days, sums = state[1], state[2]
        start = bisect_left(days, day.number - 2 * self.days + 1)
        middle = bisect_left(days, day.number - self.days + 1)
        old, new = sum(sums[start:middle]), sum(sums[middle:])
        truth = int(old > 0 and self.compare((new - old) * 100 * SCALE, self.percent * old))
        leaves = days[start] + 2 * self.days if start < middle else FAR
        ages = days[middle] + self.days if middle < len(days) else FAR
        return truth, min(leaves, ages)


@dataclass(frozen=True, slots=True)
class AskEvery:
    """The bounds hold in each of the complete periods before the current one. ``axis``: 1 weeks, 2 months."""

    facts: tuple[int]
    axis: int
    periods: int
    bounds: Bounds
    distinct: bool
    steady: Steady = Steady.WAITING

    def ask(self, states: States, day: Day, now: Now) -> tuple[int, int]:
        """Return 1 or 0, and the day on which that may turn."""
        state = states[self.facts[0]]
        least, most = self.bounds.least, self.bounds.most
        if state is None:
            return int(least <= 0 <= most), FAR
        current, turns = (day.week, day.next_week) if self.axis == 1 else (day.month, day.next_month)
        at = state[0] if self.distinct else state[1]
        truth = self._fits(state, at, current)
        # Without a purchase it is as at the next period's begin from then on, or as with nothing at all.
        if truth == self._fits(state, at, current + 1) == (least <= 0 <= most):
            return int(truth), FAR
        return int(truth), turns

    def _fits(self, state: State, at: Sequence[int], current: int) -> bool:
        least, most = self.bounds.least, self.bounds.most
        start, end = bisect_left(at, current - self.periods), bisect_left(at, current)
        values = self._values(state, at, start, end)
        return all(least <= value <= most for value in values) and (len(values) == self.periods or least <= 0 <= most)

    def _values(self, state: State, at: Sequence[int], start: int, end: int) -> list[int]:
        if not self.distinct:
            return list(state[2][start:end])
        found: dict[int, int] = {}
        for period in at[start:end]:
            found[period] = found.get(period, 0) + 1
        return list(found.values())


def at_end(bounds: Bounds, value: int, then: int, span: Span, day: Day) -> int:
    """Return the day on which a period's number may change by itself.

    ``then``: the number of the period that is looked at next; after that there is nothing.
    """
    fits = bounds.least <= value <= bounds.most
    if fits == (bounds.least <= then <= bounds.most) == (bounds.least <= 0 <= bounds.most):
        return FAR
    return max(day.number + 1, span.until)


def summed(state: State | None, span: Span, day: Day) -> tuple[int, int]:
    """Return the sum of a window, and the day on which it may change by itself."""
    if state is None:
        return 0, FAR
    days, sums = state[1], state[2]
    start, end = bisect_left(days, span.first), bisect_right(days, span.last)
    if span.stays is None:
        return sum(sums[start:end]), max(day.number + 1, span.until)
    return sum(sums[start:end]), span.leaves(days[start], day.number) if start < end else FAR
