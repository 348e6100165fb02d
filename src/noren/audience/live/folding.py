"""A member's standing: the facts of her purchases, folded in the order of time; one more purchase, one more fold.

A purchase that comes late, a return, merged cards, another plan: the standing no longer follows
from its purchases, and she is folded again from the ledger. ``add`` says so where it can see it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from noren.audience.live.answers import Answers
from noren.audience.live.facts import Key, Seen
from noren.audience.live.following import Followed
from noren.audience.live.hits import POINTS, Hits
from noren.audience.live.kept import Facts
from noren.audience.live.model import Line, Place, Purchase
from noren.audience.live.plan import Plan
from noren.audience.live.settling import unsure
from noren.kernel.clock import microseconds
from noren.kernel.values import value

TRAIL: Final = 8
"""Purchases whose touched facts are remembered, so that an answer from before them can be brought up to date."""


class Again(StrEnum):
    """Why a member must be folded again from the ledger."""

    ANOTHER_PLAN = "another-plan"
    LATE = "late"
    ASKED_BEFORE = "asked-before"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class FoldAgain:
    """The standing can not tell: fold her again, from all her purchases up to the as-of."""

    reason: Again


@value
class Standing:
    """One member's facts under a plan. ``last``: the latest purchase's instant; ``serial``: how often it has grown.

    ``trail``: the facts touched at each of the latest times; ``kept``: an answer that was kept with the facts.
    """

    plan: bytes
    facts: Facts
    last: int | None = None
    serial: int = 0
    trail: tuple[frozenset[int], ...] = field(default=(), compare=False)
    kept: Answers | None = field(default=None, compare=False)


def fold(plan: Plan, purchases: Iterable[Purchase]) -> Standing:
    """Return the standing of a member's purchases, given in any order, in the amounts that are left."""
    assert plan.only is None, "a standing that is folded holds all facts"
    facts = Facts(plan.layout)
    last: int | None = None
    serial = 0
    for purchase in sorted(purchases, key=lambda one: one.at):
        last = microseconds(purchase.at)
        _grow(plan, facts, purchase, last)
        serial += 1
    return Standing(plan.digest, facts, last, serial)


def add(plan: Plan, standing: Standing, purchase: Purchase) -> Standing | FoldAgain:
    """Return the standing with one more purchase, which is not before any that it holds.

    By a plan of few conditions their facts alone grow: the others stand still, and are not to be asked of it.
    """
    if standing.plan != plan.digest:
        return FoldAgain(Again.ANOTHER_PLAN)
    instant = microseconds(purchase.at)
    if standing.last is not None and instant < standing.last:
        return FoldAgain(Again.LATE)
    facts = standing.facts.copy()
    touched = _grow(plan, facts, purchase, instant)
    trail = (*standing.trail[1 - TRAIL :], frozenset(touched))
    return Standing(standing.plan, facts, instant, standing.serial + 1, trail, standing.kept)


def as_if_at(plan: Plan, before: Standing, grown: Standing, basket: Purchase, at: datetime) -> Standing | None:
    """Return what ``before`` grows to by a purchase at an instant, from what it grew to by its basket at another.

    What follows what is told by the instant, all else by date and hour: these are the same, or there is no answer
    (None). An answer that was kept for the basket stays, but for what was told of these.
    """
    there, then, instant = plan.local(basket.at), plan.local(at), microseconds(at)
    if (there.toordinal(), there.hour) != (then.toordinal(), then.hour):
        return None
    if before.last is not None and instant < before.last:
        return None
    facts, was = grown.facts, before.facts
    again = [one for one in plan.follows & facts.changed if facts[one] is not was.get(one)]
    if basket.at == at or not again:
        return replace(grown, last=instant)
    facts = facts.copy()
    facts.update((one, was[one]) for one in again)
    hits = plan.hitting.hits(basket.lines, plan.place(basket), then)
    day = plan.day(then.date())
    _follow(plan, facts, hits, Seen(day, day.number, instant, day.number), frozenset(again))
    trail = (*grown.trail[1 - TRAIL :], frozenset(again))
    kept = None if grown.kept is None else unsure(plan, grown.kept, again)
    return replace(grown, facts=facts, last=instant, serial=grown.serial + 1, trail=trail, kept=kept)


def _grow(plan: Plan, facts: Facts, purchase: Purchase, instant: int) -> list[int]:
    """Change the facts that a purchase touches, and return those whose questions must be asked again."""
    local = plan.local(purchase.at)
    if local.toordinal() < plan.horizon:
        return []
    place = plan.place(purchase)
    hits = plan.hitting.hits(purchase.lines, place, local)
    if not hits.counted:
        return []
    day = plan.day(local.date())
    recorded = day.number if purchase.recorded is None else plan.local(purchase.recorded).toordinal()
    seen = Seen(day, day.number, instant, recorded)
    touched = _count(plan, facts, hits, seen, place, purchase.points)
    if plan.followed_by:
        touched += _follow(plan, facts, hits, seen)
    return touched


def _count(plan: Plan, facts: Facts, hits: Hits, seen: Seen, place: Place, points: int) -> list[int]:
    touched: list[int] = []
    grown_by, common, day = plan.grown_by, _common(seen, place), seen.day
    for number, counted in hits.counted.items():
        counted[POINTS] = points
        for fact, kind, of, need in grown_by.get(number, ()):
            if day > need.closes:
                continue
            if of is None:
                keys: Sequence[Key] = ()
            elif of in common:
                keys = common[of]
            else:
                keys = _of_lines(plan, of, hits.lines.get(number, ()))
            old = facts[fact]
            state = kind.grow(old, seen, counted, keys, need)
            if state is not old:
                facts[fact] = state
                touched.append(fact)
    facts.changed.update(touched)
    return touched


def _follow(plan: Plan, facts: Facts, hits: Hits, seen: Seen, again: Set[int] | None = None) -> list[int]:
    followed_by, counted, touched = plan.followed_by, hits.counted, list[int]()
    for fact in {fact for number in counted if number in followed_by for fact in followed_by[number]}:
        if again is not None and fact not in again:
            continue
        kind, old = plan.facts[fact], facts[fact]
        assert isinstance(kind, Followed)
        first, later = kind.first in counted, kind.later in counted
        if old is None and not first:
            continue
        state = kind.grow(old, seen, first, later, plan.needs[fact])
        if state is old:
            continue
        facts[fact] = state
        facts.changed.add(fact)
        if kind.answers_anew(old, state):
            touched.append(fact)
    return touched


def _common(seen: Seen, place: Place) -> dict[str, tuple[Key, ...]]:
    """Return the distinct things of a purchase that are the same for all its lines; what is not known is none."""
    return {
        "days": (seen.day,),
        "weeks": (seen.today.week,),
        "months": (seen.today.month,),
        "shops": () if place.shop is None else (place.shop,),
        "partners": () if place.partner is None else (place.partner,),
    }


def _of_lines(plan: Plan, of: str, lines: Sequence[Line]) -> tuple[Key, ...]:
    """Return the products or brands of lines; what is not known is none."""
    found: list[Key] = []
    for line in lines:
        if line.product is None:
            continue
        if of == "products":
            found.append(line.product)
            continue
        goods = plan.goods.get(line.product)
        if goods is not None and goods.brand is not None:
            found.append(goods.brand)
    return tuple(found)
