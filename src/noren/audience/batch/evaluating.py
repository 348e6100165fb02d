"""Evaluates conditions over prepared tables, by the engine asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pyroaring import BitMap

from noren.audience.batch import duck, living
from noren.audience.batch.deciding import Decider
from noren.audience.batch.given import Moment
from noren.audience.batch.loading.prepared import Prepared
from noren.audience.batch.planning import plan
from noren.audience.batch.statement import statement
from noren.audience.language import nodes as n

Engine = Literal["duckdb", "spark", "live"]


def evaluate(
    conditions: Mapping[str, n.Condition], prepared: Prepared, moment: Moment, engine: Engine = "duckdb"
) -> dict[str, BitMap]:
    """Return for whom each condition is true, by its name. Raises CannotEvaluate."""
    run = plan(conditions.values(), prepared.given, moment)
    if engine == "live":
        return living.answer(conditions, prepared, moment)
    asked = statement(run.tables, moment, prepared.wide)
    if engine == "duckdb":
        answers = duck.answer(asked, run, prepared)
    else:
        from noren.audience.batch import spark

        answers = spark.answer(asked, run, prepared)
    decider = Decider(run, answers, BitMap(range(prepared.members)))
    return {name: decider.who(condition) for name, condition in conditions.items()}
