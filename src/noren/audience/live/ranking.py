"""``top``: her value as of the end of the day before, against the day's cut, which is given from outside."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from noren.audience.live.asking import Steady
from noren.audience.live.facts import State
from noren.audience.live.numbers import FAR, SCALE, scaled
from noren.audience.live.today import Day, Now


@dataclass(frozen=True, slots=True)
class AskTop:
    """Whether her value is over 0 and reaches the cut of this number."""

    facts: tuple[int]
    window: int
    ever: bool
    distinct: bool
    number: int
    steady: Steady = Steady.NONE

    def ask(self, states: dict[int, State], day: Day, now: Now) -> tuple[int, int]:
        """Return 1 or 0. Each day has another cut: tops are asked anew on each, beside the days of turning."""
        state = states.get(self.facts[0])
        if state is None:
            return 0, FAR
        assert self.number in now.cuts, "each top of the plan has its cut of the day"
        cut = now.cuts[self.number]
        value = self.value(state, day)
        return int(cut is not None and value > 0 and value >= cut), FAR

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


def cut(percent: Decimal, values: Iterable[int]) -> int | None:
    """Return the least value that is among the first ``percent`` of those over 0, ties in; None: there are none."""
    ranked = sorted((value for value in values if value > 0), reverse=True)
    if not ranked:
        return None
    share = scaled(percent) * len(ranked)
    return ranked[-(-share // (100 * SCALE)) - 1]
