"""P8: noise for a difference of 1 hides a member because taking her away changes a count by 1 at most, and nobody else.

Over random histories and random conditions: whoever qualifies without her is who qualified with her, but herself.
Conditions that rank (``top``) break this, which is why they get no figure: they are the control.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random

from tests.property.naive_evaluator import Naive
from tests.property.naive_random import Conditions, random_world
from tests.property.naive_world import World

from noren.audience.judging import has_rank
from noren.audience.language import Condition, parse, to_text

SEED = 20_261_126
WORLDS, CONDITIONS, MEMBERS = 12, 40, 20


def without(world: World, member: str) -> World:
    """Return the same history of everybody else."""
    return replace(
        world,
        members=[one for one in world.members if one.member != member],
        purchases=[one for one in world.purchases if one.member != member],
        messages=[one for one in world.messages if one.member != member],
        redemptions=[one for one in world.redemptions if one.member != member],
        lots=[one for one in world.lots if one.member != member],
    )


def moved(world: World, condition: Condition, member: str) -> list[str]:
    """Return who else comes in or goes when a member is taken away."""
    before, after = Naive(world).who(condition), Naive(without(world, member)).who(condition)
    return sorted((set(before) ^ set(after)) - {member})


def test_taking_one_member_away_moves_nobody_else() -> None:
    print(f"seed {SEED}")
    looked = 0
    for seed in range(SEED, SEED + WORLDS):
        rng = Random(seed)
        world = random_world(rng, MEMBERS)
        source = Conditions(rng, world)
        member = rng.choice(world.members).member
        for condition in (source.condition() for _ in range(CONDITIONS)):
            if not has_rank(condition):
                looked += 1
                assert moved(world, condition, member) == [], f"seed {seed}: {to_text(condition)}"
    assert looked > WORLDS * CONDITIONS / 2


def test_a_rank_moves_others() -> None:
    condition = parse("top 30% by spend(any)")
    assert isinstance(condition, Condition)
    assert has_rank(condition)
    worlds = [random_world(Random(seed), MEMBERS) for seed in range(SEED, SEED + WORLDS)]
    assert any(moved(world, condition, one.member) for world in worlds for one in world.members)
