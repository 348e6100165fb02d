"""The golden answers, by each engine and through the command line."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import duckdb
from tests.property.naive_evaluator import Naive
from tests.property.naive_files import write
from tests.property.naive_random import Conditions, random_world
from tests.property.test_batch_agrees import moment_of
from tests.spec.golden_year import AS_OF, GOLDEN, ZONE, differing, golden_conditions, golden_moment, write_year

from noren.audience.batch.evaluating import Engine, evaluate
from noren.audience.batch.given import Moment
from noren.audience.batch.kept.history import History
from noren.audience.batch.loading.inputs import Inputs
from noren.audience.batch.loading.prepared import Prepared
from noren.audience.batch.loading.preparing import prepare
from noren.audience.language import Condition


def names(conditions: dict[str, Condition], prepared: Prepared, moment: Moment, engine: Engine) -> dict[str, list[str]]:
    found = evaluate(conditions, prepared, moment, engine)
    return {name: [prepared.names[number] for number in numbers] for name, numbers in found.items()}


def test_golden_answers_by_duckdb_through_the_command_line(tmp_path: Path) -> None:
    inputs = write_year(tmp_path)
    asked = tmp_path / "asked"
    asked.mkdir()
    for name, golden in GOLDEN.items():
        (asked / f"{name}.cond").write_text(golden["condition"], encoding="utf-8")
    call = [sys.executable, "-m", "noren.doors.cli.main", "audience", "evaluate", "--conditions", str(asked)]
    call += ["--as-of", AS_OF, "--members", str(inputs.members), "--purchases", str(inputs.purchases)]
    call += ["--products", str(inputs.products), "--out", str(tmp_path / "out")]
    done = subprocess.run(call, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    read = {
        name: [row[0] for row in duckdb.execute(f"SELECT member FROM '{tmp_path}/out/{name}.parquet'").fetchall()]
        for name in GOLDEN
    }
    assert differing(read) == []


def test_a_wrong_answer_is_not_golden(tmp_path: Path) -> None:
    """Negative control: a second earlier, and one member fewer, are told."""
    prepared = prepare(write_year(tmp_path), tmp_path, ZONE)
    conditions = golden_conditions()
    right = golden_moment()
    found = names(conditions, prepared, right, "duckdb")
    assert differing(found) == []
    assert differing({**found, "p01-seed": found["p01-seed"][1:]}) == ["p01-seed: 445 instead of 446"]
    early = Moment(right.instant_us - 30 * 86_400_000_000, right.today)
    assert differing(names(conditions, prepared, early, "duckdb"))


def test_golden_answers_by_the_live_evaluator(tmp_path: Path) -> None:
    prepared = prepare(write_year(tmp_path), tmp_path, ZONE)
    assert differing(names(golden_conditions(), prepared, golden_moment(), "live")) == []


def test_golden_answers_by_a_kept_history_told_in_two(tmp_path: Path) -> None:
    """August is told twice, at first with other amounts and a day early."""
    year = write_year(tmp_path)
    first, later = tmp_path / "first.parquet", tmp_path / "later.parquet"
    wrong = '* REPLACE (amount + 1 AS amount, "at" - INTERVAL 1 DAY AS "at")'
    duckdb.execute(
        f"COPY (SELECT * FROM '{year.purchases}' WHERE \"at\" < '2017-08-01' UNION ALL SELECT {wrong} "
        f"FROM '{year.purchases}' WHERE \"at\" BETWEEN '2017-08-01' AND '2017-08-31') TO '{first}' (FORMAT parquet)"
    )
    duckdb.execute(f"COPY (FROM '{year.purchases}' WHERE \"at\" >= '2017-08-01') TO '{later}' (FORMAT parquet)")
    history = History(tmp_path / "history", ZONE)
    half = history.refresh(replace(year, purchases=first))
    assert differing(names(golden_conditions(), half, golden_moment(), "duckdb")), "half a year is not golden"
    whole = history.refresh(replace(year, purchases=later))
    assert differing(names(golden_conditions(), whole, golden_moment(), "duckdb")) == []


def test_every_kind_of_predicate_by_the_live_evaluator_on_files(tmp_path: Path) -> None:
    for seed in range(3):
        print("seed", seed)
        rng = Random(seed)
        world = random_world(rng, 12)
        made = Conditions(rng, world)
        conditions = {str(number): made.condition() for number in range(80)}
        folder = tmp_path / str(seed)
        folder.mkdir()
        prepared = prepare(write(world, folder, parquet=seed == 0, offsets=seed == 1), folder, world.zone)
        naive = Naive(world)
        assert names(conditions, prepared, moment_of(world), "live") == {
            name: naive.who(condition) for name, condition in conditions.items()
        }


def test_golden_answers_and_every_kind_of_predicate_by_spark(tmp_path: Path) -> None:
    """One session for all: starting Spark is most of the cost. In a process of its own: its JVM takes gigabytes."""
    year, small = tmp_path / "year", tmp_path / "small"
    year.mkdir()
    small.mkdir()
    with ProcessPoolExecutor(1, get_context("spawn")) as apart:
        asked = golden_conditions(), golden_moment()
        assert differing(apart.submit(by_spark, write_year(year), year, ZONE, *asked).result()) == []
        seed = 4
        print("seed", seed)
        rng = Random(seed)
        world = random_world(rng, 20)
        made = Conditions(rng, world)
        conditions = {str(number): made.condition() for number in range(40)}
        inputs = write(world, small, parquet=True, offsets=True)
        found = apart.submit(by_spark, inputs, small, world.zone, conditions, moment_of(world)).result()
    naive = Naive(world)
    assert found == {name: naive.who(condition) for name, condition in conditions.items()}


def by_spark(
    inputs: Inputs, folder: Path, zone: ZoneInfo, conditions: dict[str, Condition], moment: Moment
) -> dict[str, list[str]]:
    return names(conditions, prepare(inputs, folder, zone), moment, "spark")
