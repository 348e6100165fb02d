"""A migration that is cut anywhere leaves a store at one revision or at the next, whole, with its rows."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, event
from tests.migration.data import contents, fill
from tests.migration.stores import STORES, Store, columns, lost, shared

from noren.revisions.history import History
from noren.revisions.running import found_revision, migrate
from noren.revisions.sqlite_file import opened
from noren.revisions.stamp import FIRST

FILES = [store for store in STORES if store.engine == "sqlite" and store.history.head != FIRST]
BY_NAME = {store.history.store: store for store in FILES}


class Cut(Exception):
    pass


def counting(connection: Connection, act: Callable[[int], None]) -> list[int]:
    """Have ``act`` told each statement's number before it runs; return the counter."""
    counter = [0]

    def before(*_: Any) -> None:
        counter[0] += 1
        act(counter[0])

    event.listen(connection, "before_cursor_execute", before)
    return counter


LATER = {"coupon", "redemption", "opening", "stop", "keeping", "alert", "closing", "erasing", "forgetting"}
LATER |= {"request", "request_count", "provided_beyond", "provided_month"}
LATER |= {"campaign", "campaign_step", "campaign_count", "campaign_day", "campaign_member", "draw", "entered"}
LATER |= {"tier", "tier_month", "tier_rules", "undrawn"}
"""Tables that came after the first revision: migrated rows leave them empty."""


def filled(path: Path, store: Store, revision: str) -> None:
    with opened(path) as connection:
        migrate(connection, store.history, FIRST)
        fill(connection, random.Random(5), rows=8)
        migrate(connection, store.history, revision)
        for table, rows in contents(connection).items():
            assert rows or table in LATER


def torn(path: Path, history: History, way: list[str], before: tuple[dict[str, Any], dict[str, set[str]]]) -> list[str]:
    """Return what is wrong with a store after a cut: its schema is no revision's of the way, or rows changed."""
    rows, kept = before
    with opened(path) as connection:
        found = str(found_revision(connection, history))
        store = BY_NAME[history.store]
        schema = store.seen(connection)
        changed = lost(rows, shared(kept, columns(connection)), contents(connection))
    with opened(path.with_name(f"clean-{found}")) as clean:
        migrate(clean, store.history, found)
        return ([] if found in way else [found]) + changed + ([] if store.seen(clean) == schema else ["schema"])


def seen(path: Path) -> tuple[dict[str, Any], dict[str, set[str]]]:
    with opened(path) as connection:
        return contents(connection), columns(connection)


@pytest.mark.parametrize("way", ["up", "down"])
@pytest.mark.parametrize("store", FILES, ids=str)
def test_an_error_at_any_statement_leaves_a_whole_revision(store: Store, way: str, tmp_path: Path) -> None:
    begin, end = (FIRST, store.history.head) if way == "up" else (store.history.head, FIRST)
    path = tmp_path / "store"
    filled(path, store, begin)
    before, at, done = seen(path), 0, False

    def cut(number: int) -> None:
        if number == at:
            raise Cut

    while not done:
        at += 1
        with opened(path) as connection:
            counting(connection, cut)
            try:
                migrate(connection, store.history, end)
                done = True
            except Cut:
                connection.rollback()
        assert torn(path, store.history, store.history.revisions(), before) == [], f"cut at statement {at}"
    with opened(path) as connection:
        assert found_revision(connection, store.history) == end
    assert at > 3, "the cuts met no statement, so they prove nothing"


CHILD = """
import os, signal, sys
from pathlib import Path
from tests.migration.test_cut import BY_NAME, counting
from noren.revisions.running import migrate
from noren.revisions.sqlite_file import opened
name, path, to, at = sys.argv[1:]
with opened(Path(path)) as connection:
    counting(connection, lambda number: number == int(at) and os.kill(os.getpid(), signal.SIGKILL))
    migrate(connection, BY_NAME[name].history, to)
"""


def test_a_kill_leaves_a_whole_revision(tmp_path: Path) -> None:
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    store, path = BY_NAME["ledger"], tmp_path / "store"
    filled(path, store, FIRST)
    before, killed = seen(path), 0
    for at in sorted(random.Random(seed).sample(range(2, 30), 20 if os.environ.get("NOREN_NIGHT") else 3)):
        command = [sys.executable, "-c", CHILD, "ledger", str(path), store.history.head, str(at)]
        ended = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, timeout=120)
        killed += ended.returncode == -signal.SIGKILL
        assert torn(path, store.history, store.history.revisions(), before) == [], f"killed at statement {at}"
    assert killed


def test_without_transactions_a_cut_would_be_seen(tmp_path: Path) -> None:
    """The driver's own way, which commits before each change of a table: the negative control."""
    store, path = BY_NAME["ledger"], tmp_path / "store"
    filled(path, store, FIRST)
    before = seen(path)
    engine = create_engine(f"sqlite:///{path}", isolation_level="AUTOCOMMIT")

    def cut(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "CREATE TABLE opening" in statement:
            raise Cut

    with engine.connect() as connection:
        event.listen(connection, "before_cursor_execute", cut)
        with pytest.raises(Cut):
            migrate(connection, store.history, "0002")
    engine.dispose()
    assert torn(path, store.history, store.history.revisions(), before), "half a revision stood and nobody saw it"
