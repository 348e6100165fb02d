"""SIGKILL at every step of the round of the 36 months: no sum is lost and none counts twice, in ledger and lake.

A real process does the round and is killed at its n-th step, for every n; another goes on. The negative control forgets
what is half done (the lake's plan): the same kills then leave lines that count twice.
"""

from __future__ import annotations

import multiprocessing
import random
import secrets
import shutil
import signal
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.crash.thinning_child import FIRST, LAKE, LEDGER, TOKYO, thin
from tests.store.ledger_cases import enrolled
from tests.store.test_thinning_ledger import audit, bring_back, buy, chain_of, sums_of

from noren.activity.feed import SqliteFeed
from noren.activity.lake import LakeWriter, ProductRow
from noren.activity.lake.reader import open_lake
from noren.activity.lake.thinning import drop_plan
from noren.activity.store import SqliteLedger

MEMBERS = 24
"""More than one transaction takes."""
TWICE = 3
LEDGER_STEPS = 6
"""Three a transaction; the lake's follow."""
CATEGORY = {"0490": "TEA", "b": "BREAD"}
Kill = Callable[[Path, int], bool]
Books = tuple[object, object, object]


@pytest.fixture(scope="module")
def kill() -> Kill:
    """Return a function that lets a process do the round until it dies at a step; False: it came to its end."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.crash.thinning_child"])

    def killed(folder: Path, at: int) -> bool:
        process = context.Process(target=thin, args=(folder, at))
        process.start()
        process.join()
        assert process.exitcode in (0, -signal.SIGKILL), process.exitcode
        return process.exitcode != 0

    return killed


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Members who bought on days around the edge, and brought some of it back; the lake has it all."""
    seed = secrets.randbits(32)
    print(f"seed {seed}")
    chance, folder = random.Random(seed), tmp_path_factory.mktemp("whole")
    store, feed = SqliteLedger(folder / LEDGER), SqliteFeed(folder / LEDGER)
    for handle in [enrolled(store)[0] for _ in range(MEMBERS)]:
        for number in range(5):
            day = datetime(2023, 10, 29, tzinfo=TOKYO) + timedelta(
                days=chance.randrange(6 if number else 3),  # each has one that is old
                minutes=chance.randrange(99),
            )
            entry = buy(store, handle, day, partner=chance.choice(["P1", "P2"]), earned=chance.randrange(3, 9))
            if chance.random() < 0.3:
                bring_back(store, handle, entry, day + timedelta(days=1), 1)
    with LakeWriter(folder / LAKE) as lake:
        lake.replace_products(ProductRow(product, None, category) for product, category in CATEGORY.items())
        while lake.take(feed, TOKYO).anything:
            pass
    feed.close()
    store.close()
    return folder


def books(folder: Path) -> Books:
    """Return what is bought by whom, on which day, where and of what kind, lines and sums together; and the audit."""
    store, feed = SqliteLedger(folder / LEDGER), SqliteFeed(folder / LEDGER)
    found = sums_of([each for handle in feed.every_handle() for each in chain_of(feed, handle)])
    audited = audit(feed), feed.sums()
    feed.close()
    store.close()
    lake, history = open_lake(folder / LAKE), Counter[tuple[object, ...]]()
    asked = (
        "SELECT handle, day, product, quantity, amount FROM purchase_lines",
        "SELECT handle, day, category, quantity, amount FROM day_sums",
    )
    for each in asked:
        for handle, day, kind, quantity, amount in lake.execute(each).fetchall():
            key = handle, day, CATEGORY.get(kind, kind)
            history.update({(*key, "quantity"): quantity, (*key, "amount"): amount})
    lake.close()
    return found, audited, history


def is_thin(folder: Path) -> bool:
    """Whether nothing of before the edge stands line by line."""
    lake = open_lake(folder / LAKE)
    (old,) = lake.execute("SELECT count(*) FROM bought_lines WHERE day < ?", [FIRST]).fetchall()
    lake.close()
    store, feed = SqliteLedger(folder / LEDGER), SqliteFeed(folder / LEDGER)
    edge = int(datetime(2023, 11, 1, tzinfo=TOKYO).timestamp()) * 10**6
    _, waiting = feed.unthinned(0, edge, 10_000)
    feed.close()
    store.close()
    return old == (0,) and not waiting


def test_killed_at_any_step_every_sum_is_there_once(whole: Path, tmp_path: Path, kill: Kill) -> None:
    before, step = books(whole), 0
    shutil.copytree(whole, tmp_path / "0")
    steps = thin(tmp_path / "0", 0)
    assert steps > 10, "too few steps to be killed at"
    assert books(tmp_path / "0") == before
    for step in range(1, steps + 1):
        folder = tmp_path / str(step)
        shutil.copytree(whole, folder)
        assert kill(folder, step), f"step {step}: it ended by itself, nothing was tried"
        assert not kill(folder, 0)
        assert books(folder) == before, f"step {step}"
        assert is_thin(folder), f"step {step}"
        shutil.rmtree(folder)


def test_killed_again_while_it_goes_on(whole: Path, tmp_path: Path, kill: Kill) -> None:
    seed = secrets.randbits(32)
    chance, before = random.Random(seed), books(whole)
    for number in range(TWICE):
        folder = tmp_path / str(number)
        shutil.copytree(whole, folder)
        lives = 0
        while kill(folder, chance.randrange(1, 6)) and lives < 40:
            lives += 1
        assert not kill(folder, 0)
        assert (books(folder), is_thin(folder)) == (before, True), f"seed {seed}"


def test_without_the_plan_the_same_kills_are_found(whole: Path, tmp_path: Path, kill: Kill) -> None:
    """Negative control."""
    before, step = books(whole), LEDGER_STEPS
    while True:
        step += 1
        folder = tmp_path / str(step)
        shutil.copytree(whole, folder)
        assert kill(folder, step), "it came to its end, and nothing was found"
        drop_plan(folder / LAKE)
        assert not kill(folder, 0)
        if books(folder) != before:
            break
