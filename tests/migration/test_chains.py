"""Each store's chain of revisions: whole, said in both languages, and its end is what the code's tables say."""

from __future__ import annotations

import random
import secrets
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.migration.stores import STORES, Store, copied, differences, walk

from noren.revisions.errors import CanNotGo
from noren.revisions.history import History
from noren.revisions.stamp import FIRST

by_store = pytest.mark.parametrize("store", STORES, ids=str)
# One of each engine shows that a forgetful revision would be seen; their chains do not matter for it.
by_engine = pytest.mark.parametrize("store", [STORES[0], STORES[-2]], ids=str)
HISTORIES = {store.history.store: store.history for store in STORES}


@pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES)
def test_a_chain_is_whole_and_says_what_it_changes(history: History) -> None:
    numbers = history.revisions()
    assert numbers == [f"{number:04d}" for number in range(1, len(numbers) + 1)]
    assert numbers[-1] == history.head, "the tables in code and the chain do not end at the same revision"
    assert len({f.name for f in history.folder.glob("r*.py")}) == len(numbers)
    for step in [*history.steps(None, history.head), *history.steps(history.head, FIRST)]:
        assert step.says.ja != step.says.en


@by_store
def test_the_chain_ends_at_the_tables_in_code(store: Store, tmp_path: Path) -> None:
    made = store.made(tmp_path / "made")
    with store.empty(tmp_path / "migrated") as migrated:
        store.at(migrated, store.history.head)
        store.after()
        assert differences(store.seen(migrated), made) == []


@by_store
def test_rows_survive_every_step_up_and_down(store: Store, tmp_path: Path) -> None:
    seed = secrets.randbits(32)
    print(f"seed {seed}")
    chance, numbers = random.Random(seed), store.history.revisions()
    ways = [[*numbers, *numbers[-2::-1], *numbers[1:]], [FIRST, numbers[-1], FIRST]]
    ways += [[high, low, high] for low, high in pairwise(numbers)]
    for number, way in enumerate(ways):
        with store.empty(tmp_path / str(number)) as connection:
            assert list(walk(store, connection, way, chance, rows=chance.choice([1, 7, 40]))) == []


@pytest.mark.parametrize("store", [each for each in STORES if each.history.store == "ledger"], ids=str)
def test_a_ledger_with_cards_of_before_the_marks_is_refused(store: Store, tmp_path: Path) -> None:
    """Its keyed indexes were HMACs cut to 16 bytes: taken along, they would be cards that no till knows."""
    with store.empty(tmp_path / "old") as connection:
        store.at(connection, "0002")
        row = {"card_index": secrets.token_bytes(16), "handle": secrets.token_bytes(16)}
        connection.execute(text("INSERT INTO card VALUES (:card_index, :handle, 1)"), row)
        connection.commit()
        with pytest.raises(CanNotGo, match="card_index"):
            store.at(connection, "0003")


MORE = '''
"""0099: a change made for a test."""
from alembic import op
from sqlalchemy import text
from noren.kernel.say import Say
revision = "0099"
down_revision = "{head}"
SAYS = Say("試験", "A test")
def upgrade():
    op.execute("ALTER TABLE {table} ADD COLUMN colour INTEGER")
    {up}
def downgrade():
    {down}
    op.execute("ALTER TABLE {table} DROP COLUMN colour")
'''


def broken(store: Store, folder: Path, up: str = "pass", down: str = "pass", forgets: str | None = None) -> Store:
    """Return a store whose last revision adds a column to its first table, and does or forgets something else."""
    text = MORE.format(head=store.history.head, table=store.history.known, up=up, down=down)
    if forgets is not None:
        assert forgets in text
        text = text.replace(forgets, "pass")
    return store.with_folder(copied(store.history, folder, "r0099_test.py", text))


@by_engine
def test_a_column_that_the_code_does_not_have_is_seen(store: Store, tmp_path: Path) -> None:
    wrong = broken(store, tmp_path / "chain")
    made = store.made(tmp_path / "made")
    with wrong.empty(tmp_path / "migrated") as migrated:
        assert any("colour" in each for each in differences(wrong.at(migrated, "0099"), made))


@by_engine
def test_the_same_revision_made_well_is_green(store: Store, tmp_path: Path) -> None:
    well = broken(store, tmp_path / "chain")
    with well.empty(tmp_path / "store") as connection:
        assert list(walk(well, connection, [FIRST, "0099", FIRST, "0099"], random.Random(1), rows=5)) == []


ANOTHER_VALUE = {
    "purchase": "terminal = shop",
    "shop": "prefecture = shop",
    "contact": "city = street",
    "member_key": "wrapped = member",
}
FORGETFUL = {
    "rows upwards": {"up": 'op.execute("DELETE FROM {table}")'},
    "rows downwards": {"down": 'op.execute("DELETE FROM {table}")'},
    "a value": {"up": 'op.execute("UPDATE {table} SET {another}")'},
    "a table downwards": {"up": 'op.execute("CREATE TABLE left_over (number INTEGER)")'},
    "a column downwards": {"forgets": 'op.execute("ALTER TABLE {table} DROP COLUMN colour")'},
}


@pytest.mark.parametrize("what", FORGETFUL)
@by_engine
def test_a_revision_that_forgets_is_seen(store: Store, what: str, tmp_path: Path) -> None:
    table = store.history.known
    said = {name: text.format(table=table, another=ANOTHER_VALUE[table]) for name, text in FORGETFUL[what].items()}
    wrong = broken(store, tmp_path / "chain", **said)
    with wrong.empty(tmp_path / "store") as connection:
        found = list(walk(wrong, connection, [FIRST, "0099", FIRST], random.Random(1), rows=5))
    assert found, f"a revision forgot {what} and nobody saw it"
