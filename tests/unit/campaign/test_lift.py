"""The lift's interval is what it says: like and like are told apart one time in twenty, and a true lift is found."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from typing import Final

import pytest

from noren.campaign.lift import SMALLEST_GROUP, Lift, lift_of

SEED: Final = 20261126
NIGHT: Final = os.environ.get("NOREN_NIGHT") == "1"
RUNS: Final = 1_000 if NIGHT else 300
WITHIN: Final = 0.01 if NIGHT else 0.025
"""How far from 5 % the share may be: three standard errors of so many runs, or what the goal allows."""


def spending(chance: random.Random, members: int, *, more: float = 1.0) -> list[int]:
    """Return what members spent: three in ten nothing, the others as baskets are, a few very much."""
    return [0 if chance.random() < 0.3 else int(more * chance.lognormvariate(7, 0.9)) for _ in range(members)]


def lifts(reached: int, holdout: int, *, more: float = 1.0) -> list[Lift]:
    chance = random.Random(SEED)
    found = (lift_of(spending(chance, reached, more=more), spending(chance, holdout)) for _ in range(RUNS))
    return [each for each in found if each is not None]


@pytest.mark.parametrize(("reached", "holdout"), [(900, 300), (2_000, 300)])
def test_like_against_like_differs_one_time_in_twenty(reached: int, holdout: int) -> None:
    found = lifts(reached, holdout)
    share = sum(each.tells for each in found) / len(found)
    assert len(found) == RUNS
    assert abs(share - 0.05) <= WITHIN, f"{share:.3f} of {RUNS}, seed {SEED}"


def test_a_true_lift_is_found() -> None:
    found = lifts(2_000, 600, more=1.25)
    assert sum(each.tells and each.low > 0 for each in found) / len(found) > 0.8, f"seed {SEED}"


def test_the_control_of_unequal_groups_is_told() -> None:
    """A holdout that is no random part of all is told apart nearly always: the interval does bite."""
    chance = random.Random(SEED)
    later = [each for each in spending(chance, 1_000) if each > 0]
    found = lift_of(spending(chance, 1_000), later)
    assert found is not None
    assert found.high < 0


@pytest.mark.parametrize(("reached", "holdout"), [(SMALLEST_GROUP, SMALLEST_GROUP - 1), (0, 1_000)])
def test_small_groups_have_no_interval(reached: int, holdout: int) -> None:
    chance = random.Random(SEED)
    assert lift_of(spending(chance, reached), spending(chance, holdout)) is None


def test_the_largest_hundredth_counts_as_the_one_below() -> None:
    plain: Sequence[int] = [100] * 400
    found = lift_of([*plain, 10**9], plain)
    assert found is not None
    assert (found.difference, found.counted_as) == (0, 100)
