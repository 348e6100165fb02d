"""The run on Spark: the same statement over the same Parquet files, on two threads of this machine.

PySpark and Java are wanted only here, and started only when this engine is asked for.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

import duckdb
from pyroaring import BitMap

from noren.audience.batch.arrow import bitmaps, write_rows
from noren.audience.batch.duck import collected
from noren.audience.batch.errors import EngineAway
from noren.audience.batch.loading.prepared import TABLES, Prepared
from noren.audience.batch.loading.source import literal
from noren.audience.batch.planning import Plan
from noren.audience.batch.statement import Statement
from noren.kernel.say import Say

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_HERE: Final = "127.0.0.1"
_SETTINGS: Final = {
    "spark.driver.memory": "3g",
    "spark.ui.enabled": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.shuffle.partitions": "4",
    "spark.driver.host": _HERE,
    "spark.driver.bindAddress": _HERE,
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}


def answer(asked: Statement, plan: Plan, prepared: Prepared) -> dict[int, BitMap]:
    """Return the members that answer each question. Raises EngineAway.

    Spark would do a common table expression anew for each place that names it: those that are named often
    are kept. Their text, and that of the answers, is the same as for any engine.
    """
    if not asked.answers:
        return {}
    run = prepared.folder / "run"
    shutil.rmtree(run, ignore_errors=True)
    run.mkdir()
    session = open_session()
    for table in filter(asked.uses, TABLES):
        _view(session, table, prepared.file(table))
    for name in filter(asked.uses, plan.tables):
        write_rows(plan.tables[name], run / f"{name}.parquet")
        _view(session, name, run / f"{name}.parquet")
    kept = [_step(session, name, body, asked.uses(name) > 1) for name, body in asked.steps]
    session.sql(asked.answers).write.parquet(str(run / "answers"))
    for frame in kept:
        frame.unpersist()
    return _read(run / "answers")


def _step(session: SparkSession, name: str, body: str, often: bool) -> DataFrame:
    frame = session.sql(body)
    if often:
        frame = frame.persist()
    frame.createOrReplaceTempView(name)
    return frame


def _view(session: SparkSession, name: str, path: Path) -> None:
    session.read.parquet(str(path)).createOrReplaceTempView(name)


def _read(folder: Path) -> dict[int, BitMap]:
    answers = f"SELECT question_no, member_no FROM read_parquet({literal(str(folder / '*.parquet'))})"
    with duckdb.connect(":memory:") as connection:
        return bitmaps(connection, collected(answers))


def open_session() -> SparkSession:
    """Return this process's Spark, started where it is not yet. Raises EngineAway."""
    if shutil.which("java") is None:
        raise EngineAway(
            Say(
                "Sparkを動かすJava(17以上)がありません。Javaを入れるか、--engine duckdb を使ってください。",
                "Spark needs Java (17 or newer), which is not here: install it, or use --engine duckdb.",
            )
        )
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise EngineAway(
            Say(
                "PySparkがありません。pip install 'noren[spark]' で入れるか、--engine duckdb を使ってください。",
                "PySpark is not here: pip install 'noren[spark]', or use --engine duckdb.",
            )
        ) from None
    # Spark asks what this machine's name resolves to before it heeds where it is bound; a name may resolve to nothing.
    os.environ.setdefault("SPARK_LOCAL_IP", _HERE)
    builder = SparkSession.builder.master("local[2]").appName("noren-audience")
    for name, value in _SETTINGS.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()
