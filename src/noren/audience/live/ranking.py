"""``top``: her value as of the end of the day before, against the day's cut, which is given from outside."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from noren.audience.live.asking import States, Steady
from noren.audience.live.facts import State
from noren.audience.live.numbers import FAR, SCALE, scaled
from noren.audience.live.today import Day, Now

LAST_DAY: Final = date.max.toordinal()


@dataclass(frozen=True, slots=True)
class AskTop:
    """Whether her value is over 0 and reaches the cut of this number."""

    facts: tuple[int]
    window: int
    ever: bool
    distinct: bool
    number: int
    steady: Steady = Steady.NONE

    def ask(self, states: States, day: Day, now: Now) -> tuple[int, int]:
        """Return 1 or 0. Each day has another cut: tops are asked anew on each, beside the days of turning."""
        state = states[self.facts[0]]
        if state is None:
            return 0, FAR
        assert self.number in now.cuts, "each top of the plan has its cut of the day"
        return reaches(self.value(state, day), now.cuts[self.number]), FAR

    def value_until(self, state: State, day: Day) -> tuple[int, int]:
        """Return her value, and the first day on which it may be another without a purchase."""
        return self.value(state, day), self._until(state[1], day)

    def _until(self, entries: Iterable[tuple[int, int, int | str]], day: Day) -> int:
        # The day before is what is looked at: what leaves its window has left on the day after.
        span, today = day.yesterday[self.window], day.number
        found = [max(today, span.until) + 1 if span.stays is None else LAST_DAY]
        for at, recorded, _ in entries:
            if max(at, recorded) >= today:
                found.append(max(at, recorded) + 1)
            elif at >= span.first and not self.ever:
                found.append(span.leaves(at, today - 1) + 1)
        return max(today + 1, min(*found, LAST_DAY))

    def value(self, state: State, day: Day) -> int:
        """Return her value as of the end of the day before, over what was recorded by then."""
        base, entries = state
        if not entries:
            return len(base) if self.distinct else base
        span, today = day.yesterday[self.window], day.number
        first, last = (0 if self.ever else span.first), span.last
        known = [value for at, recorded, value in entries if first <= at <= last and recorded < today]
        if self.distinct:
            return len({*base, *known})
        return base + sum(known)


def reaches(value: int, cut: int | None) -> int:
    """Return 1 where a value is among the first, else 0."""
    return 1 if cut is not None and 0 < value >= cut else 0


def cut(percent: Decimal, values: Iterable[int]) -> int | None:
    """Return the least value that is among the first ``percent`` of those over 0, ties in; None: there are none."""
    ranked = sorted((value for value in values if value > 0), reverse=True)
    if not ranked:
        return None
    share = scaled(percent) * len(ranked)
    return ranked[-(-share // (100 * SCALE)) - 1]
