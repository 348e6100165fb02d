"""Asking conditions by name: for some the basket in hand counts as a purchase, others see what was before it.

Where most of what is in force is asked, one goes on from an answer to all; of few, these alone are asked.
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

    ``facts``: what they ask, where they are too few to go on from an answer to all (None: they are not).
    """

    __slots__ = ("before", "counting", "facts", "force", "names")

    def __init__(self, names: Names, force: InForce, numbers: Mapping[bool | None, Sequence[int]]) -> None:
        self.names, self.force = names, force
        self.counting, self.before = Asked(numbers[True]), Asked(numbers[False])
        asked = (*self.counting.numbers, *self.before.numbers)
        self.facts = force.plan.facts_of(asked) if len(asked) * FEW < len(force.plan.trees) else None


def true_of(masks: Masks, standing: Standing, at: datetime, given: Given) -> tuple[int, Standing | None]:
    """Return which named conditions are true, and the standing with the basket counted, where that is said."""
    force, bits = masks.force, 0
    if masks.before.count:
        told = _told(masks, masks.before, standing, at, given)
        bits, standing = (told, standing) if isinstance(told, int) else (told.bits, replace(standing, kept=told))
        bits &= masks.before.bits
    if not masks.counting.count:
        return bits, None
    assert given.basket is not None, "a basket that counts is given"
    grown = add(force.plan, standing, given.basket, masks.facts)
    assert not isinstance(grown, FoldAgain), "it was brought to this instant"
    told = _told(masks, masks.counting, grown, at, given)
    if isinstance(told, int):
        return bits | told, grown if masks.facts is None else replace(grown, kept=None)
    return bits | told.bits & masks.counting.bits, replace(grown, kept=told)


def _told(masks: Masks, asked: Asked, standing: Standing, at: datetime, given: Given) -> Answers | int:
    """Return what is true of all conditions, going on from an answer; or the bits of those that are asked alone.

    Without an answer of before one goes on from that of someone who bought nothing.
    """
    force = masks.force
    if masks.facts is None and (given.cuts or not force.tops):
        told = holds(force.plan, standing, at, given)
        assert not isinstance(told, FoldAgain), "a standing of this plan, up to this instant"
        return told
    some = holds_some(force.plan, asked.numbers, standing, at, given)
    assert not isinstance(some, FoldAgain), "a standing of this plan, up to this instant"
    return sum(1 << number for number in some)
