"""``bought … followed by …``: purchases that wait for another, and the days of those for which the wait ended.

State: days on which it held (followed: the other came in time; not followed: the time ran out), then
the instants and days of purchases that still wait.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from noren.audience.live.asking import States, Steady
from noren.audience.live.facts import Keeping, Seen, State
from noren.audience.live.numbers import FAR
from noren.audience.live.today import DAY_MICROSECONDS, Day, Now

Wait = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Followed:
    """A purchase with ``first`` and one (``followed``) or none with ``later`` within ``days`` x 24 h after it.

    ``latest``: every window that asks ends today, so that the latest day says it all.
    """

    first: int
    later: int
    followed: bool
    days: int
    latest: bool

    def grow(self, state: State | None, seen: Seen, first: bool, later: bool, keep: Keeping) -> State:
        """Return the state with one more purchase, in which there is a line for the first, for the later."""
        done, waiting = state or ((), ())
        if state is not None and not first and not waiting:
            return state
        within = self.days * DAY_MICROSECONDS
        over = [wait for wait in waiting if wait[0] + within < seen.instant]
        left = [wait for wait in waiting if wait[0] + within >= seen.instant]
        if later:
            met = [wait for wait in left if wait[0] < seen.instant]
            left = [wait for wait in left if wait[0] >= seen.instant]
            over = met if self.followed else over
        elif self.followed:
            over = []
        if first:
            left.append((seen.instant, seen.day))
        return (self._days(done, over, keep, seen.today), tuple(left))

    def answers_anew(self, old: State | None, new: State) -> bool:
        """Return whether a purchase can have changed the answer, or brought forward the day on which it turns."""
        done, waiting = old or ((), ())
        if new[0] is not done and new[0]:
            return True
        # The first wait is the one that runs out first; for followed, waiting alone turns nothing.
        return not self.followed and new[1][:1] != waiting[:1] and (not waiting or new[1][:1] != (tuple(waiting[0]),))

    def _days(self, done: tuple[int, ...], over: list[Wait], keep: Keeping, today: Day) -> tuple[int, ...]:
        if not over:
            return done
        days = tuple(sorted({*done, *(day for _, day in over)}))
        return days[-1:] if self.latest else days[bisect_left(days, keep.keep(today).floor) :]


@dataclass(frozen=True, slots=True)
class AskFollowed:
    """Whether it held on a day of the window, or (not followed) a wait that began in it has run out by now."""

    facts: tuple[int]
    window: int
    followed: bool
    days: int
    steady: Steady

    def ask(self, states: States, day: Day, now: Now) -> tuple[int, int]:
        """Return 1 or 0, and the day on which that may turn without an event (today: at any instant)."""
        state = states[self.facts[0]]
        if state is None:
            return 0, FAR
        span = day.spans[self.window]
        done, waiting = state
        latest, soonest = max((one for one in done if span.first <= one <= span.last), default=0), FAR
        if not self.followed:
            out = now.instant - self.days * DAY_MICROSECONDS
            for at, began in waiting:
                if at > out:
                    # A wait of n x 24 h ends a day early or late where the clocks change. Waits end in their order.
                    soonest = max(day.number, began + self.days - 1)
                    break
                if span.first <= began <= span.last:
                    latest = began
        turns = span.leaves(latest, day.number) if latest else FAR
        return int(latest > 0), min(turns, soonest, span.until)
