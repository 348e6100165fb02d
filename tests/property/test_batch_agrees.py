"""The batch evaluator and the naive one agree on random conditions over random histories, member by member."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyroaring import BitMap
from tests.property.naive_evaluator import Naive
from tests.property.naive_files import write
from tests.property.naive_random import Conditions, random_world
from tests.property.naive_world import World

from noren.audience.batch import duck
from noren.audience.batch.deciding import Decider
from noren.audience.batch.given import Moment
from noren.audience.batch.loading.inputs import Inputs
from noren.audience.batch.loading.preparing import prepare
from noren.audience.batch.planning import plan
from noren.audience.batch.statement import Statement, statement
from noren.audience.language import Condition, to_text

NIGHT = bool(os.environ.get("NOREN_NIGHT"))
RUNS = 40 if NIGHT else 10
CONDITIONS, MEMBERS = (100, 50) if NIGHT else (50, 20)
SETTINGS = settings(
    max_examples=RUNS,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    print_blob=True,
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


Altered = Callable[[Statement], Statement]


def answers(
    world: World, conditions: list[Condition], rng: Random, altered: Altered = lambda asked: asked
) -> list[list[str]]:
    """Return who qualifies by the batch evaluator on DuckDB; ``altered`` may spoil its statement."""
    with tempfile.TemporaryDirectory() as folder:
        prepared = prepare(files_of(world, Path(folder), rng), Path(folder), world.zone)
        moment = moment_of(world)
        run = plan(conditions, prepared.given, moment)
        found = duck.answer(altered(statement(run.tables, moment, prepared.wide)), run, prepared)
        decider = Decider(run, found, BitMap(range(prepared.members)))
        return [[prepared.names[number] for number in decider.who(one)] for one in conditions]


def moment_of(world: World) -> Moment:
    instant = (world.as_of.astimezone(UTC) - EPOCH) // timedelta(microseconds=1)
    return Moment(instant, world.as_of.astimezone(world.zone).date(), world.horizon)


def files_of(world: World, folder: Path, rng: Random) -> Inputs:
    """Write the world; an hour that comes twice can be told only with offsets."""
    moments = [one.at for one in (*world.purchases, *world.messages, *world.redemptions)]
    moments += [one.recorded_at for one in world.purchases if one.recorded_at is not None]
    twice = any(one.astimezone(UTC).astimezone(world.zone).fold for one in moments)
    return write(world, folder, parquet=rng.random() < 0.5, offsets=twice or rng.random() < 0.5)


def differences(world: World, conditions: list[Condition], found: list[list[str]]) -> list[str]:
    """Say where the naive evaluator finds others."""
    naive = Naive(world)
    pairs = [(one, naive.who(one), here) for one, here in zip(conditions, found, strict=True)]
    return [f"{to_text(one)}\n  naive {plain}\n  batch {here}" for one, plain, here in pairs if plain != here]


def made(seed: int) -> tuple[World, list[Condition], Random]:
    """Return a history and conditions on it."""
    rng = Random(seed)
    world = random_world(rng, MEMBERS)
    source = Conditions(rng, world)
    return world, [source.condition() for _ in range(CONDITIONS)], rng


def agree(seed: int, altered: Altered = lambda asked: asked) -> list[str]:
    """Return the differences of one run: a history, conditions on it, and all of its members."""
    world, conditions, rng = made(seed)
    return [
        f"{world.zone} {world.as_of} {world.horizon}: {one}"
        for one in differences(world, conditions, answers(world, conditions, rng, altered))
    ]


@SETTINGS
@given(st.integers(0, 2**32 - 1))
def test_batch_and_naive_agree(seed: int) -> None:
    print(f"seed {seed}: {CONDITIONS} conditions on {MEMBERS} members")
    wrong = agree(seed)
    assert not wrong, "\n".join(wrong[:3])


@pytest.mark.skipif(not NIGHT, reason="200 histories, minutes: make night")
def test_a_million_pairs_agree() -> None:
    """The runs of docs/measured.md: 200 histories of 50 members, 100 conditions on each."""
    for seed in range(20_000, 20_200):
        wrong = agree(seed)
        assert not wrong, f"seed {seed}\n" + "\n".join(wrong[:3])


def test_steps_one_by_one_answer_the_same() -> None:
    """What is done when DuckDB stops at an assertion of its own."""
    world, conditions, rng = made(7)
    with tempfile.TemporaryDirectory() as folder:
        prepared = prepare(files_of(world, Path(folder), rng), Path(folder), world.zone)
        run = plan(conditions, prepared.given, moment_of(world))
        asked = statement(run.tables, moment_of(world), prepared.wide)
        whole = duck.answer(asked, run, prepared)
        assert whole == duck.answer_in_steps(asked, run, prepared)
        assert len(whole) > CONDITIONS


def spoilt(before: str, after: str) -> Altered:
    """Return how to spoil a statement; one that does not hold the text stays as it is."""

    def spoil(asked: Statement) -> Statement:
        steps = tuple((name, body.replace(before, after)) for name, body in asked.steps)
        return Statement(steps, asked.answers.replace(before, after))

    return spoil


SPOILT = {
    "a purchase at the as-of is left out": ("at_us <= ", "at_us < "),
    "what was recorded later ranks too": ("p.recorded_day <= a.recorded_by", "p.day <= a.recorded_by"),
    "ties are cut": ("rank() OVER", "row_number() OVER"),
    "the same instant is later": ("BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING", "UNBOUNDED PRECEDING"),
    "together needs one part": ("HAVING count(*) = t.parts", "HAVING count(*) >= 1"),
    "two dates are a rhythm": ("t.value >= 3", "t.value >= 2"),
    "a share of nothing is a share": ("u.value > 0", "u.value >= 0"),
    "the window's first day is left out": ("p.day BETWEEN a.first_day", "p.day BETWEEN a.first_day + 1"),
    "a missing brand is a brand": ("THEN d.brand_no", "THEN coalesce(d.brand_no, 0)"),
    "a basket's total is its matching lines": ("r.basket_total BETWEEN", "0 BETWEEN"),
    "every is some": ("= q.periods END", ">= 1 END"),
    "points that lapsed count": ("l.expires BETWEEN q.first_expiry", "l.expires BETWEEN q.first_expiry - 9"),
}


@pytest.mark.parametrize("fault", SPOILT)
def test_a_spoilt_evaluator_is_found(fault: str) -> None:
    """Negative control: each fault shows within a few runs."""
    assert any(agree(seed, spoilt(*SPOILT[fault])) for seed in range(12)), fault
