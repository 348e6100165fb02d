"""Asking conditions by name: for some the basket in hand counts as a purchase, others see what was before it.

One goes on from the answer of before: of all that is in force, or where few of it are asked, of these alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from noren.audience.live import Answers, FoldAgain, Given, Place, Standing, add, holds, holds_some
from noren.audience.standings.in_force import FEW_KEPT, InForce

FEW: Final = 8
"""Of so many conditions in force, one that is asked here makes it worth to go on from the answer of before."""

MAPPINGS: Final = 1_000
"""Mappings of names that are remembered."""

Names = Mapping[str, bool]
"""Names of conditions that are asked, and of each whether the basket in hand counts as a purchase."""


class Asked:
    """Conditions that are asked: by number, and as the bits of a whole number."""

    __slots__ = ("bits", "count", "numbers")

    def __init__(self, numbers: Sequence[int]) -> None:
        self.numbers, self.count = numbers, len(numbers)
        self.bits = sum(1 << number for number in numbers)


class Masks:
    """Named conditions as bits: those for which the basket in hand counts as a purchase, and the others.

    ``plan``: that of all, or where they are too few to go on from an answer to all, that of these alone.
    """

    __slots__ = ("before", "counting", "force", "names", "plan")

    def __init__(self, names: Names, force: InForce, numbers: Mapping[bool | None, Sequence[int]]) -> None:
        self.names, self.force = names, force
        self.counting, self.before = Asked(numbers[True]), Asked(numbers[False])
        asked = (*self.counting.numbers, *self.before.numbers)
        self.plan = force.plan_of(asked) if len(asked) * FEW < len(force.plan.trees) else force.plan


class Named:
    """What callers' mappings of names come to under what is in force: each is looked through once.

    Whatever comes in force has one of its own, so that no plan of before is held.
    """

    __slots__ = ("_known", "_masks", "_seen", "force")

    def __init__(self, force: InForce) -> None:
        self.force = force
        self._known = frozenset(force.names)
        self._seen: dict[int, Names] = {}
        self._masks: dict[int, Masks] = {}

    def all_in_force(self, names: Names) -> bool:
        """Whether all of some names are in force."""
        if self._seen.get(id(names)) is names:
            return True
        if not names.keys() <= self._known:
            return False
        if len(self._seen) >= MAPPINGS:
            self._seen.clear()
        self._seen[id(names)] = names
        return True

    def masks(self, place: Place, names: Names) -> Masks:
        """Return the bits of named conditions at a place; one mapping is asked at one place."""
        found = self._masks.get(id(names))
        if found is not None and found.names is names:
            return found
        if len(self._masks) >= FEW_KEPT:  # each may hold a plan
            self._masks.clear()
        numbers: dict[bool | None, list[int]] = {True: [], False: [], None: []}
        for number in self.force.at(place):
            numbers[names.get(self.force.names[number])].append(number)
        made = self._masks[id(names)] = Masks(names, self.force, numbers)
        return made


def true_of(masks: Masks, standing: Standing, at: datetime, given: Given) -> tuple[int, Standing | None]:
    """Return which named conditions are true, and the standing with the basket counted, where that is said."""
    bits = 0
    if masks.before.count:
        told = _told(masks, masks.before, standing, at, given)
        bits, standing = (told, standing) if isinstance(told, int) else (told.bits, replace(standing, kept=told))
        bits &= masks.before.bits
    if not masks.counting.count:
        return bits, None
    assert given.basket is not None, "a basket that counts is given"
    grown = add(masks.plan, standing, given.basket)
    assert not isinstance(grown, FoldAgain), "it was brought to this instant"
    told = _told(masks, masks.counting, grown, at, given)
    if isinstance(told, int):
        return bits | told, grown
    return bits | told.bits & masks.counting.bits, replace(grown, kept=told)


def _told(masks: Masks, asked: Asked, standing: Standing, at: datetime, given: Given) -> Answers | int:
    """Return what is true of the plan's conditions, going on from an answer; or the bits of those that are asked.

    Without an answer of before one goes on from that of someone who bought nothing; without cuts nothing of ranks can
    be kept for later.
    """
    plan = masks.plan
    if given.cuts or not plan.kinds.tops:
        told = holds(plan, standing, at, given)
        assert not isinstance(told, FoldAgain), "a standing of this plan, up to this instant"
        return told
    some = holds_some(plan, asked.numbers, standing, at, given)
    assert not isinstance(some, FoldAgain), "a standing of this plan, up to this instant"
    return sum(1 << number for number in some)
