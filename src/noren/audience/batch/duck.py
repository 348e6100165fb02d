"""The run on DuckDB, in this process."""

from __future__ import annotations

import duckdb
from pyroaring import BitMap

from noren.audience.batch.arrow import bitmaps, table_of
from noren.audience.batch.loading.prepared import TABLES, Prepared
from noren.audience.batch.loading.source import literal
from noren.audience.batch.planning import Plan
from noren.audience.batch.statement import Statement


def answer(asked: Statement, plan: Plan, prepared: Prepared) -> dict[int, BitMap]:
    """Return the members that answer each question.

    DuckDB 2.0 stops at an assertion of its own in some chains of joins ("dict-surviving cache: global
    dictionary column … changed identity"), which a database does not outlive. The statement is written so
    that none is known to; should one, the same steps are done in a new database, one by one.
    """
    if not asked.answers:
        return {}
    try:
        with _opened(asked, plan, prepared) as connection:
            return bitmaps(connection, collected(asked.text))
    except duckdb.InternalException:
        return answer_in_steps(asked, plan, prepared)


def answer_in_steps(asked: Statement, plan: Plan, prepared: Prepared) -> dict[int, BitMap]:
    """Return the same, each step being a table of its own."""
    with _opened(asked, plan, prepared) as connection:
        for name, body in asked.steps:
            connection.execute(f"CREATE TEMP TABLE {name} AS {body}")
        return bitmaps(connection, collected(asked.answers))


def _opened(asked: Statement, plan: Plan, prepared: Prepared) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:")
    connection.execute("SET preserve_insertion_order = false")
    connection.execute(f"SET temp_directory = {literal(str(prepared.folder / 'spill'))}")
    for table in filter(asked.uses, TABLES):
        connection.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet({literal(str(prepared.file(table)))})")
    for name in filter(asked.uses, plan.tables):
        connection.register(name, table_of(plan.tables[name]))
    return connection


def collected(answers: str) -> str:
    """Return the query that gathers answers into one list for each question."""
    return f"SELECT question_no, list(CAST(member_no AS INTEGER)) AS who FROM (\n{answers}\n) GROUP BY question_no"
