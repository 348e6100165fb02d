"""M4: every stored column has an item, purposes and a retention, and every link a deletion rule; else the build fails.

The negative controls plant a column, take a term away, take a link's rule away: each is met by a sentence that says
what to add.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.walls.stores import STORES, planted
from tools.data_map import FILE, PAGE, ROOT, data_map, page

from noren.activity import tables as ledger
from noren.governance.columns import Stored, of, problems
from noren.governance.purposes import ITEMS, PURPOSES
from noren.testing.ledger_engines import postgres_place


@pytest.mark.parametrize("name", STORES)
def test_every_column_has_an_item_purposes_and_a_retention(name: str) -> None:
    store = STORES[name]
    found = problems(store.said, store.actual())
    assert not found, "\n".join(found)


def test_the_ledger_on_postgresql_holds_nothing_else() -> None:
    made = postgres_place()
    with made.server.connect(made.database) as owner:
        found = owner.execute(
            "SELECT relname, array_agg(attname::text) FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid"
            " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition"
            " AND attnum > 0 AND relname <> 'alembic_version' GROUP BY relname"
        ).fetchall()
    made.remove()
    assert problems(STORES["ledger"].said, dict(found)) == []


def test_a_column_that_nobody_accounts_for_is_met_by_a_sentence() -> None:
    actual = planted(ledger.SCHEMA, "ALTER TABLE purchase ADD COLUMN shoe_size INTEGER")
    found = problems(STORES["ledger"].said, actual)
    assert len(found) == 2
    assert "The column purchase.shoe_size of the store ledger has no item and no purpose." in found[0]
    assert "src/noren/activity/stored.py" in found[0]
    assert "src/noren/activity/retention.py" in found[1]


def test_a_table_that_nobody_accounts_for_is_met_too() -> None:
    found = problems(STORES["ledger"].said, planted(ledger.SCHEMA, "CREATE TABLE diary (day INTEGER, text TEXT)"))
    assert sum("has no item" in each for each in found) == 2


def test_a_link_without_a_deletion_rule_is_met() -> None:
    store = STORES["vault"].said
    plain = {name: Stored(held.item, held.purposes) for name, held in store.columns["member"].items()}
    broken = replace(store, columns={**store.columns, "member": plain})
    found = problems(broken, STORES["vault"].actual())
    assert any("member.link_token" in each and "no deletion rule" in each for each in found)


def test_what_is_said_of_a_column_that_is_gone_is_met() -> None:
    store = STORES["directory"].said
    more = {**store.columns, "shop": {**store.columns["shop"], **of("company", "points", "colour")}}
    assert any("take it out" in each for each in problems(replace(store, columns=more), STORES["directory"].actual()))


def test_a_handle_a_mark_of_a_card_and_a_key_are_links_wherever_they_stand() -> None:
    """What joins rows of one person must not slip through by being left out of the list of links."""
    joins = {"handle", "card_index", "link_token", "member"}
    for store in STORES.values():
        said = {f"{t}.{c}" for t, columns in store.said.columns.items() for c in columns if c in joins}
        assert said <= store.said.links, sorted(said - store.said.links)


def test_items_and_purposes_are_those_that_are_published() -> None:
    held = [each for store in STORES.values() for columns in store.said.columns.values() for each in columns.values()]
    assert {each.item for each in held} <= ITEMS.keys()
    assert {purpose for each in held for purpose in each.purposes} <= PURPOSES.keys()
    assert all(each.purposes for each in held)
    with pytest.raises(AssertionError):
        of("company", "fun", "x")


def test_names_and_contacts_stand_in_the_vault_alone() -> None:
    identity = {item.id for item in ITEMS.values() if item.tells.value == "identity"}
    for name, store in STORES.items():
        held = {each.item for columns in store.said.columns.values() for each in columns.values()}
        assert not held & identity or name == "vault", (name, held & identity)


TABLES = {
    "activity/tables.py", "activity/lake/tables.py", "activity/pg_tables.py", "audience/tables.py",
    "audience/standings/tables.py", "governance/tables.py", "governance/announced/tables.py",
    "governance/cases/tables.py", "governance/staffing/tables.py",
    "governance/leases/tables.py", "identity/statutory/tables.py", "identity/tables.py", "provision/tables.py",
}  # fmt: skip
"""Where tables are made. A new one needs a store in tools/data_map.py and its columns in tests/walls/stores.py."""


def test_no_store_is_left_out() -> None:
    source = ROOT / "src" / "noren"
    found = {str(path.relative_to(source)) for path in source.rglob("*tables.py") if "migrations" not in path.parts}
    assert {path for path in found if "testing/" not in path and "doors/" not in path} == TABLES


def test_the_page_and_the_map_are_fresh() -> None:
    assert PAGE.read_text("utf-8") == page(), "stale; write it again with: .venv/bin/python -m tools.data_map"
    assert FILE.read_bytes() == data_map(), "stale; write it again with: .venv/bin/python -m tools.data_map"
