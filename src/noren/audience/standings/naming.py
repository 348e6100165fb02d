"""Asking conditions by name: for some the basket in hand counts as a purchase, others see what was before it.

One goes on from the answer of before: of all that is in force, or where few of it are asked, of these alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from noren.audience.live import Answers, FoldAgain, Given, Standing, add, holds, holds_some
from noren.audience.standings.in_force import InForce

FEW: Final = 8
"""Of so many conditions in force, one that is asked here makes it worth to go on from the answer of before."""

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
