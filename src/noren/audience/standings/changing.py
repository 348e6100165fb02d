"""Which plans are kept up, and when tills go from one to the next.

Conditions, lists, products or the horizon change: that is another plan, and members are folded under it beside the plan
of before. Both are kept up meanwhile. Tills are given the new one when everybody is there under it, and a little later
the old one goes. Each step is one transaction of the store: whoever is killed leaves the one or the other whole.

A plan that was begun is brought to its end before another is, so that changes which come faster than members can be
folded still come through, two folds late at most. The next month's plan, whose horizon is another, is made days before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from noren.activity.about import AboutEveryone
from noren.audience.standings.in_force import InForce, Readying, in_force_of
from noren.audience.standings.model import KeptPlan
from noren.audience.standings.ports import KeptStandings, OldLines
from noren.audience.standings.publishing import made_of, told_of

GRACE_SECONDS: Final = 5.0
"""So long the plan of before is kept up after tills were given the next: they look once a second, and make it ready."""

_TOLD: Final = 4
PAGE: Final = 500
"""Members cleaned, or purchases looked at, in one step."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """What will be in force when the horizon has moved. ``first_day``: the local date from which on it has."""

    readying: Readying
    first_day: Callable[[], date]


@dataclass(frozen=True, slots=True)
class Means:
    """What changing plans works with. ``ahead``: None where no horizon moves."""

    about: AboutEveryone
    store: KeptStandings
    readying: Readying
    old: OldLines | None
    today: Callable[[], date]
    monotonic: Callable[[], float]
    ahead: Ahead | None = None
    grace_seconds: float = GRACE_SECONDS


@dataclass(frozen=True, slots=True)
class Held:
    """A plan that is kept up, with what it is made of."""

    kept: KeptPlan
    force: InForce


class Changing:
    """The plans of the store, and what becomes of them."""

    def __init__(self, means: Means) -> None:
        self.means = means
        self._forces: dict[bytes, InForce] = {}
        self._told: dict[int, tuple[InForce, bytes, bytes]] = {}
        self._former: dict[bytes, float] = {}
        self.settled = False
        """Whether what is in force was at the tills, at the last step."""

    def plans(self) -> list[Held]:
        """Return the plans that are kept up, the oldest first. Those that can not be read here are thrown away."""
        store = self.means.store
        there = store.plans()
        found = [Held(kept, force) for kept in there if (force := self._force_of(kept)) is not None]
        if len(found) < len(there):
            store.start_again()
            return []
        self._forces = {held.kept.mark: held.force for held in found}
        return found

    def step(self) -> bool:
        """Do what is to be done with the plans now; return whether anything was."""
        wanted, held = self._wanted(), self.plans()
        today = self.means.today().toordinal()
        asked = next((one for one in reversed(held) if one.kept.taken and one.kept.first_day <= today), None)
        self.settled = asked is not None and asked.kept.mark == self._told_of(wanted)[1]
        if asked is None:
            return self._begin_first(wanted)
        if not wanted.names:
            return self._ask_nothing(wanted, asked)
        others = [one for one in held if one.kept.serial > asked.kept.serial]
        if wanted.plan.digest == asked.kept.digest:
            done = self._tell(wanted, asked) or self._next_month(asked, others)
        else:
            done = self._change(wanted, asked, others)
        return done or self._let_go(asked, held)

    def take(self, held: Held) -> None:
        """Give a plan to the tills."""
        self.means.store.take(held.kept.serial)

    def _wanted(self) -> InForce:
        return _made(self.means.readying, self.means.about)

    def _force_of(self, kept: KeptPlan) -> InForce | None:
        """Return what a plan is made of; None: it was made by another version."""
        found = self._forces.get(kept.mark)
        if found is not None:
            return found
        told = self.means.store.told(kept.serial)
        made = in_force_of(made_of(told), self.means.readying.zone) if told else None
        return made if made is not None and made.plan.digest == kept.digest else None

    def _begin_first(self, wanted: InForce) -> bool:
        """Give the tills a plan at once where they have none: they fold as far as they can."""
        store = self.means.store
        for one in store.plans():
            store.drop(one.serial)
        store.clear()
        return self._begin(wanted, None, 0, taken=True)

    def _ask_nothing(self, wanted: InForce, asked: Held) -> bool:
        """Where no condition is in force, keep nothing of anybody."""
        if asked.force.names:
            return self._begin_first(wanted)
        self.means.store.clear()
        return False

    def _next_month(self, asked: Held, others: Sequence[Held]) -> bool:
        """Have the plan of the next horizon ready before it moves, and let go what is wanted no more."""
        ahead, today = self.means.ahead, self.means.today()
        coming = None
        if ahead is not None and ahead.first_day() > today:
            coming = _made(ahead.readying, self.means.about)
        for one in others:
            if coming is None or one.kept.digest != coming.plan.digest:
                self.means.store.drop(one.kept.serial)
                return True
            if self._tell(coming, one):
                return True
        if ahead is None or coming is None or others or not asked.kept.whole:
            return False
        return self._begin(coming, asked, ahead.first_day().toordinal())

    def _change(self, wanted: InForce, asked: Held, others: Sequence[Held]) -> bool:
        """Go from the plan that is asked to the one that is wanted."""
        late = asked.force.made.horizon != wanted.made.horizon
        for one in others:
            if one.force.made.horizon != wanted.made.horizon:
                self.means.store.drop(one.kept.serial)
                return True
            if one.kept.digest == wanted.plan.digest and self._tell(wanted, one):
                return True
            if late and self.means.today().day > 1 and not one.kept.taken:
                self.take(one)  # from this day on lines of before the horizon go from the ledger
                return True
            return False
        return (asked.kept.whole or late) and self._begin(wanted, asked, 0)

    def _begin(self, wanted: InForce, asked: Held | None, first_day: int, *, taken: bool = False) -> bool:
        """Begin a plan where nothing is left of what was kept under the same name once."""
        means = self.means
        digest = wanted.plan.digest
        if means.store.progress().cleaned is not None or any(one.digest == digest for one in means.store.plans()):
            return False
        accepts, unfit = self._carried(wanted, asked)
        swept = None if taken and not wanted.names else b""
        told, mark = self._told_of(wanted)
        self._forces[mark] = wanted
        means.store.begin(KeptPlan(0, digest, first_day, taken, swept, mark), told, accepts, unfit)
        return True

    def _tell(self, wanted: InForce, held: Held) -> bool:
        """Tell tills of a kept plan's names and places otherwise, where they have changed; return whether they had."""
        told, mark = self._told_of(wanted)
        if held.kept.mark == mark:
            return False
        self._forces[mark] = wanted
        self.means.store.tell(replace(held.kept, mark=mark), told)
        return True

    def _told_of(self, wanted: InForce) -> tuple[bytes, bytes]:
        found = self._told.get(id(wanted))
        if found is None or found[0] is not wanted:
            told = told_of(wanted.made)
            if len(self._told) > _TOLD:
                self._told.clear()
            found = self._told[id(wanted)] = wanted, told, hashlib.sha256(told).digest()
        return found[1:]

    def _carried(self, wanted: InForce, asked: Held | None) -> tuple[Sequence[bytes], set[bytes]]:
        """Return the plans that are as good where only products have changed, and of whom they are not: who bought one.

        The facts of all others are what they would be: a standing says nothing of what was not bought.
        """
        old = self.means.old
        if asked is None or old is None or not wanted.made.differs_by_goods_alone(asked.force.made):
            return (), set()
        was, now = asked.force.made.goods, wanted.made.goods
        changed = {each for each in was.keys() | now.keys() if was.get(each) != now.get(each)}
        reached, buyers = old.buyers_of(changed)
        accepts = [one for one in self.means.store.accepted(asked.kept.digest) if one != wanted.plan.digest]
        return accepts, buyers | self._since(reached)

    def _since(self, entry: int) -> set[bytes]:
        """Return who bought after an entry, and whom any member was ever merged into: what the lake may not know."""
        about, found = self.means.about, set[bytes]()
        while page := about.bought_after(entry, PAGE):
            found.update(handle for _, handle in page)
            entry = page[-1][0]
        merge = 0
        while merges := about.merged_after(merge, PAGE):
            found.update(target for _, _, target in merges)
            merge = merges[-1][0]
        return found

    def _let_go(self, asked: Held, held: Sequence[Held]) -> bool:
        """Let go the plans of before, when tills have had time to change over; then clean up behind them."""
        means, today = self.means, self.means.today().toordinal()
        former = [one for one in held if one.kept.serial < asked.kept.serial]
        self._former = {one.kept.digest: self._former.get(one.kept.digest, means.monotonic()) for one in former}
        for one in former:
            rested = means.monotonic() - self._former[one.kept.digest] >= means.grace_seconds
            # A sale of the last day before the horizon moved may come in until the next day is over.
            if rested and (not asked.kept.first_day or today > asked.kept.first_day):
                means.store.drop(one.kept.serial)
                return True
        progress = means.store.progress()
        return progress.cleaned is not None and means.store.clean(progress, today, PAGE) != progress


def _made(readying: Readying, about: AboutEveryone) -> InForce:
    return readying.current(about.reach().products) or readying.refresh()
