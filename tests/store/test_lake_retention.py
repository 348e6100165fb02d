"""Every column that the ledger and the lake keep has a term: nothing is kept without a reason."""

from __future__ import annotations

import re
from pathlib import Path

import apsw

from noren.activity import tables
from noren.activity.lake.tables import TABLES
from noren.activity.retention import LAKE_TERMS, LEDGER_TERMS
from noren.testing.ledger_engines import postgres_place


def test_every_column_of_the_ledger_has_a_term() -> None:
    database = apsw.Connection(":memory:")
    database.execute(tables.SCHEMA)
    names = [row[0] for row in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    columns = {name: {row[1] for row in database.execute(f"PRAGMA table_info({name})")} for name in names}
    assert {name: set(terms) for name, terms in LEDGER_TERMS.items()} == columns


def test_the_ledger_on_postgresql_has_the_same_columns() -> None:
    made = postgres_place()
    with made.server.connect(made.database) as owner:
        found = owner.execute(
            "SELECT relname, array_agg(attname::text) FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid"
            " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition"
            " AND attnum > 0 GROUP BY relname"
        ).fetchall()
    made.remove()
    columns = {name: set(names) for name, names in found if name != "alembic_version"}  # the schema's own revision
    assert {name: set(terms) for name, terms in LEDGER_TERMS.items()} == columns


def test_every_column_of_the_lake_has_a_term() -> None:
    assert {name: list(terms) for name, terms in LAKE_TERMS.items()} == {
        form.name: list(form.whole().names) for form in TABLES
    }


def test_every_column_of_the_lake_is_in_the_manual() -> None:
    manual = (Path(__file__).parents[2] / "docs/reference/lake.md").read_text("utf-8")
    sections = {part.split("`")[1]: part for part in re.split(r"^##+ ", manual, flags=re.MULTILINE) if "`" in part}
    for form in TABLES:
        said = re.findall(r"^\| `(\w+)` \|", sections[form.name], flags=re.MULTILINE)
        assert said == list(form.whole().names), form.name
