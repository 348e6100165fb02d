"""A plan for who asks few of its conditions: those of a shop, where ten thousand are in force elsewhere.

Everything keeps its number, so that standings and answers of the whole plan can be gone on from: a standing grows by
the facts that are asked, no more, and only what these conditions hang on is asked. What such a standing holds of other
facts has stood still, and such an answer tells of these conditions alone; whoever keeps either keeps ``only`` with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from noren.audience.live.folding import Standing
from noren.audience.live.following import Followed
from noren.audience.live.kept import FewFacts
from noren.audience.live.kinds import Kinds
from noren.audience.live.plan import Plan

K = TypeVar("K")


def plan_of_few(plan: Plan, conditions: Iterable[int]) -> Plan:
    """Return a plan for who asks some conditions alone. No standing is folded from the beginning by it."""
    asked = frozenset(conditions)
    spoken_in = {
        number: here
        for number, where in plan.spoken_in.items()
        if (here := tuple(each for each in where if each[0] in asked))
    }
    kinds = _kinds_of_few(plan.kinds, spoken_in)
    facts = frozenset(fact for ask in kinds.asks.values() for fact in ask.facts)
    filters = {one for fact in facts for one in _filters_of(plan, fact)} | kinds.within.keys()
    bits = sum(1 << number for number in asked)
    grown = {one: tuple(each for each in plan.grown_by.get(one, ()) if each[0] in facts) for one in filters}
    return replace(
        plan,
        hitting=plan.hitting.of_few(filters),
        grown_by={one: each for one, each in grown.items() if each},
        followed_by=_within(plan.followed_by, facts),
        follows=plan.follows & facts,
        kinds=kinds,
        asked=_within({fact: plan.asked.get(fact, ()) for fact in facts}, spoken_in.keys()),
        spoken_in=spoken_in,
        with_basket=plan.with_basket & bits,
        tells=hashlib.sha256(plan.digest + repr(sorted(asked)).encode()).digest(),
        only=facts,
    )


def standing_of_few(plan: Plan, standing: Standing) -> Standing:
    """Return what such a plan needs of a standing, and nothing else: a hundredth of what all facts take up."""
    assert plan.only is not None, "a plan of few conditions"
    facts = FewFacts(plan.layout)
    facts.update((fact, standing.facts[fact]) for fact in plan.only)
    return replace(standing, facts=facts)


def _filters_of(plan: Plan, fact: int) -> tuple[int, ...]:
    kind = plan.facts[fact]
    return (kind.first, kind.later) if isinstance(kind, Followed) else (kind.filter,)


def _kinds_of_few(kinds: Kinds, spoken: Mapping[int, object]) -> Kinds:
    """Return the predicates of the conditions that are asked, by kind; what is looked up by number stays whole."""
    there = spoken.keys()
    return replace(
        kinds,
        asks={number: ask for number, ask in kinds.asks.items() if number in there},
        tops={number: top for number, top in kinds.tops.items() if number in there},
        tops_of=_within(kinds.tops_of, there),
        traits={number: told for number, told in kinds.traits.items() if number in there},
        moving=tuple(number for number in kinds.moving if number in there),
        history={number: one for number, one in kinds.history.items() if number in there},
        sent=_within(kinds.sent, there),
        used=_within(kinds.used, there),
        anyway=tuple(number for number in kinds.anyway if number in there),
        totals={number: one for number, one in kinds.totals.items() if number in there},
        within=_within(kinds.within, there),
    )


def _within(lists: Mapping[K, tuple[int, ...]], wanted: Container[int]) -> dict[K, tuple[int, ...]]:
    """Return lists of numbers without those that are not wanted, and no empty ones."""
    found = {key: tuple(each for each in numbers if each in wanted) for key, numbers in lists.items()}
    return {key: each for key, each in found.items() if each}
