"""The batch evaluator and the naive one agree on random conditions over random histories, member by member."""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.property.naive_evaluator import Naive
from tests.property.naive_files import write
from tests.property.naive_random import Conditions, random_world
from tests.property.naive_world import World

from noren.audience.batch.evaluating import Engine, evaluate
from noren.audience.batch.given import Moment
from noren.audience.batch.loading.preparing import prepare
from noren.audience.language import Condition, to_text

NIGHT = bool(os.environ.get("NOREN_NIGHT"))
RUNS = 200 if NIGHT else 10
CONDITIONS, MEMBERS = (100, 50) if NIGHT else (50, 20)
SETTINGS = settings(
    max_examples=RUNS,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    print_blob=True,
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def answers(world: World, conditions: list[Condition], rng: Random, engine: Engine = "duckdb") -> list[list[str]]:
    with tempfile.TemporaryDirectory() as folder:
        inputs = write(world, Path(folder), parquet=rng.random() < 0.5, offsets=rng.random() < 0.5)
        prepared = prepare(inputs, Path(folder), world.zone)
        instant = (world.as_of.astimezone(UTC) - EPOCH) // timedelta(microseconds=1)
        moment = Moment(instant, world.as_of.astimezone(world.zone).date(), world.horizon)
        found = evaluate({str(i): one for i, one in enumerate(conditions)}, prepared, moment, engine)
        return [[prepared.names[number] for number in found[str(i)]] for i in range(len(conditions))]


def differences(world: World, conditions: list[Condition], found: list[list[str]]) -> list[str]:
    naive = Naive(world)
    return [
        f"{to_text(one)}\n  naive {naive.who(one)}\n  batch {here}"
        for one, here in zip(conditions, found, strict=True)
        if naive.who(one) != here
    ]


@SETTINGS
@given(st.integers(0, 2**32 - 1))
def test_batch_and_naive_agree(seed: int) -> None:
    print("seed", seed)
    rng = Random(seed)
    world = random_world(rng, MEMBERS)
    made = Conditions(rng, world)
    conditions = [made.condition() for _ in range(CONDITIONS)]
    wrong = differences(world, conditions, answers(world, conditions, rng))
    assert not wrong, f"{world.zone} {world.as_of} {world.horizon}\n" + "\n".join(wrong[:3])
