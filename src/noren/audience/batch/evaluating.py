"""Evaluates conditions over prepared tables, by the engine asked for."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pyroaring import BitMap

from noren.audience.batch import duck, living
from noren.audience.batch.deciding import Decider
from noren.audience.batch.given import Moment
from noren.audience.batch.loading.prepared import Prepared
from noren.audience.batch.planning import Plan, plan
from noren.audience.batch.statement import members_statement, statement
from noren.audience.language import nodes as n

Engine = Literal["duckdb", "spark", "live"]


def evaluate(
    conditions: Mapping[str, n.Condition], prepared: Prepared, moment: Moment, engine: Engine = "duckdb"
) -> dict[str, BitMap]:
    """Return for whom each condition is true, by its name. Raises CannotEvaluate.

    A kept history is asked by its index; other engines get its whole tables.
    """
    run = plan(conditions.values(), prepared.given, moment)
    if prepared.index is not None and engine == "duckdb":
        answers = duck.answer(members_statement(run.tables, moment), run, prepared)
        answers.update(prepared.index.answer(run.tables, moment))
        return _decided(conditions, run, answers, prepared)
    if prepared.index is not None:
        with tempfile.TemporaryDirectory(prefix="noren-whole-") as folder:
            found = evaluate(conditions, prepared.in_tables(Path(folder)), moment, engine)
        return {name: who & prepared.listed() for name, who in found.items()}
    if engine == "live":
        return living.answer(conditions, prepared, moment)
    asked = statement(run.tables, moment, prepared.wide)
    if engine == "duckdb":
        answers = duck.answer(asked, run, prepared)
    else:
        from noren.audience.batch import spark

        answers = spark.answer(asked, run, prepared)
    return _decided(conditions, run, answers, prepared)


def _decided(
    conditions: Mapping[str, n.Condition], run: Plan, answers: dict[int, BitMap], prepared: Prepared
) -> dict[str, BitMap]:
    decider = Decider(run, answers, prepared.listed())
    return {name: decider.who(condition) for name, condition in conditions.items()}
