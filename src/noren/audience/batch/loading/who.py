"""Members: their numbers in the order of their texts, and their traits as numbers."""

from __future__ import annotations

from typing import Final

import duckdb

from noren.audience.batch.errors import FileWrong
from noren.audience.batch.given import TraitCode
from noren.audience.batch.loading.source import Source, bad_cells
from noren.kernel.say import Say

_TEXTS: Final = {
    TraitCode.SEX: "sex",
    TraitCode.PREFECTURE: "prefecture",
    TraitCode.POSTAL3: "postal3",
    TraitCode.TIER: "tier",
}


def load_members(
    connection: duckdb.DuckDBPyConnection, source: Source
) -> tuple[set[TraitCode], dict[TraitCode, dict[str, int]]]:
    """Make ``members`` and ``trait_values``; return which traits there are, and the numbers of their texts."""
    source.need("member")
    try:
        connection.execute(_members(source))
    except duckdb.Error as wrong:
        raise bad_cells(source, wrong) from None
    check_key(connection, source, "members", "member")
    _check_months(connection, source)
    values: dict[TraitCode, dict[str, int]] = {}
    connection.execute("CREATE TABLE trait_values (trait INTEGER, member_no INTEGER, value BIGINT)")
    for code, column in _TEXTS.items():
        if source.has(column):
            values[code] = _load_text(connection, code, column)
    for code, (columns, value) in _NUMBERS.items():
        if source.has(*columns):
            _load_number(connection, code, value)
    return traits_of(source), values


def traits_of(source: Source) -> set[TraitCode]:
    """Return which traits the columns of a members' file give."""
    columns = {code: (column,) for code, column in _TEXTS.items()} | {
        code: each for code, (each, _) in _NUMBERS.items()
    }
    return {code for code, each in columns.items() if source.has(*each)}


def _members(source: Source) -> str:
    texts = [f"{source.text_or_null(column)} AS {column}" for column in _TEXTS.values()]
    wholes = [f"{_whole(source, column)} AS {column}" for column in ("birth_year", "birth_month")]
    since = f"CAST({source.text_or_null('since')} AS DATE) AS since"
    flags = [f"CAST({source.text_or_null(column)} AS BOOLEAN) AS {column}" for column in ("email_ok", "post_ok")]
    columns = ", ".join([*texts, *wholes, since, *flags])
    return (
        "CREATE TABLE members AS SELECT CAST(row_number() OVER (ORDER BY member) - 1 AS INTEGER) AS member_no, * FROM "
        f"(SELECT {source.text('member')} AS member, {columns} FROM {source.sql})"
    )


def _whole(source: Source, column: str) -> str:
    return source.whole(column) if source.has(column) else "CAST(NULL AS BIGINT)"


_NUMBERS: Final = {
    TraitCode.AGE: (
        ("birth_year", "birth_month"),
        "birth_year + CASE WHEN birth_month >= 4 THEN 1 WHEN birth_month < 4 THEN 0 END",
    ),
    TraitCode.BIRTH_MONTH: (("birth_month",), "birth_month"),
    TraitCode.SINCE: (("since",), "CAST(date_trunc('month', since) AS DATE) - DATE '1970-01-01'"),
    TraitCode.EMAIL: (("email_ok",), "CAST(email_ok AS INTEGER)"),
    TraitCode.POST: (("post_ok",), "CAST(post_ok AS INTEGER)"),
}


def _load_text(connection: duckdb.DuckDBPyConnection, code: TraitCode, column: str) -> dict[str, int]:
    found = connection.execute(
        f"SELECT {column}, row_number() OVER (ORDER BY {column}) - 1 FROM "
        f"(SELECT DISTINCT {column} FROM members WHERE {column} IS NOT NULL)"
    ).fetchall()
    connection.execute(
        f"INSERT INTO trait_values SELECT {code.value}, member_no, dense_rank() OVER (ORDER BY {column}) - 1 "
        f"FROM members WHERE {column} IS NOT NULL"
    )
    return {str(text): int(number) for text, number in found}


def _load_number(connection: duckdb.DuckDBPyConnection, code: TraitCode, value: str) -> None:
    connection.execute(
        f"INSERT INTO trait_values SELECT {code.value}, member_no, value FROM "
        f"(SELECT member_no, {value} AS value FROM members) WHERE value IS NOT NULL"
    )


def check_key(connection: duckdb.DuckDBPyConnection, source: Source, table: str, column: str) -> None:
    """Raise FileWrong where a key is missing or stands twice."""
    missing, doubles = connection.execute(
        f"SELECT count(*) FILTER (WHERE {column} IS NULL), count({column}) - count(DISTINCT {column}) FROM {table}"
    ).fetchall()[0]
    if missing:
        raise FileWrong(
            Say(
                f"{source.option} に {column} のない行が{missing}行あります。",
                f"{source.option} has {missing} rows without {column}.",
            )
        )
    if doubles:
        raise FileWrong(
            Say(
                f"{source.option} で同じ {column} が重なっています({doubles}行)。1行ずつにしてください。",
                f"{source.option} has the same {column} more than once ({doubles} rows too many): one row for each.",
            )
        )


def _check_months(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    wrong = connection.execute("SELECT count(*) FROM members WHERE birth_month NOT BETWEEN 1 AND 12").fetchall()[0][0]
    if wrong:
        raise FileWrong(
            Say(
                f"{source.option} に、1から12でない birth_month が{wrong}行あります。",
                f"{source.option} has {wrong} rows whose birth_month is not 1 to 12.",
            )
        )
