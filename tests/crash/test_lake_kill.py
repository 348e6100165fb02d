"""SIGKILL at random instants: at the end the lake is the feed, to the last unit, and no row stands twice.

A real process writes, is killed, and another goes on where the lake says. The negative control
keeps the cursor beside the lake instead of in it: the same kills then leave rows that stand twice.
"""

from __future__ import annotations

import multiprocessing
import random
import signal
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from tests.crash.lake_child import TOKYO, feed_of, write, write_with_cursor_beside
from tests.store.lake_model import expected_rows, lake_rows

from noren.activity.lake import LakeWriter
from noren.activity.lake.audit import find_differences
from noren.activity.lake.reader import lake_totals, open_lake

KILLS, MOST_KILLS = 36, 200
MORE_EACH_TIME = 60
LIVES_FOR_COMMITS = 12
MOST_ROUNDS_OF_CONTROL = 80

Child = Callable[[Path, int, Connection], None]
Wait = Callable[[Connection], None]


@pytest.fixture(name="kill")
def _kill() -> Callable[[Child, Path, int, Wait], None]:
    """Return a function that starts a child, waits while it writes, and kills it."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.crash.lake_child"])

    def kill(child: Child, path: Path, purchases: int, wait: Wait) -> None:
        ready, told = context.Pipe(duplex=False)
        process = context.Process(target=child, args=(path, purchases, told), daemon=True)
        process.start()
        told.close()
        assert ready.recv_bytes() == b"ready"
        wait(ready)
        process.kill()
        process.join()
        assert process.exitcode == -signal.SIGKILL, "it ended by itself: nothing was tried"

    return kill


def seconds_a_commit(folder: Path) -> float:
    """Return how long this disk takes over one commit: lives are measured in commits, not in seconds."""
    feed = feed_of(MORE_EACH_TIME)
    with LakeWriter(folder) as lake:
        begun = time.monotonic()
        rounds = 0
        while lake.take(feed, TOKYO).anything:
            rounds += 1
        return (time.monotonic() - begun) / rounds


def test_a_killed_writer_loses_and_doubles_nothing(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, kill: Callable[[Child, Path, int, Wait], None]
) -> None:
    seed = time.time_ns()
    longest = LIVES_FOR_COMMITS * seconds_a_commit(tmp_path_factory.mktemp("pace"))
    print(f"seed {seed}, lives up to {longest:.3f} s")
    chance = random.Random(seed)
    stood = []
    while len(stood) < KILLS or (len(set(stood)) <= KILLS // 3 and len(stood) < MOST_KILLS):
        kill(write, tmp_path, MORE_EACH_TIME * (len(stood) + 1), lambda _: time.sleep(chance.uniform(0, longest)))
        entry, doubled = _look(tmp_path)
        stood.append(entry)
        assert doubled == 0
    feed = feed_of(MORE_EACH_TIME * len(stood))
    assert stood == sorted(stood)
    assert len(set(stood)) > KILLS // 3, "most were killed before they wrote anything: nothing was tried"
    with LakeWriter(tmp_path) as lake:
        while lake.take(feed, TOKYO).anything:
            continue
        lake.compact(thorough=True)
        status = lake.status()
    assert (status.rows, status.amount) == (feed.tally().lines, feed.tally().amount)
    assert lake_totals(tmp_path)[:2] == (status.rows, status.amount)
    assert lake_rows(tmp_path) == expected_rows(feed)
    assert find_differences(feed, tmp_path, TOKYO) == []


def test_a_cursor_beside_the_lake_doubles_rows(tmp_path: Path, kill: Callable[[Child, Path, int, Wait], None]) -> None:
    """Negative control: kills soon after a commit find the fault that the test above would have to find."""
    for number in range(MOST_ROUNDS_OF_CONTROL):
        purchases = MORE_EACH_TIME * (number + 1)
        kill(write_with_cursor_beside, tmp_path, purchases, _until_a_commit)
        if _look(tmp_path)[1]:
            return
    pytest.fail(f"{MOST_ROUNDS_OF_CONTROL} kills found nothing: the test above would find nothing either")


def _until_a_commit(told: Connection) -> None:
    assert told.poll(30)
    assert told.recv_bytes() == b"committed"


def _look(lake: Path) -> tuple[int, int]:
    """Return (newest purchase, lines that stand more than once) of what a killed writer left."""
    connection = open_lake(lake)
    try:
        found = connection.execute(
            "SELECT coalesce(max(purchase), 0), coalesce(count(*) FILTER (n > 1), 0)"
            " FROM (SELECT purchase, line, count(*) AS n FROM bought_lines GROUP BY purchase, line)"
        ).fetchall()
    finally:
        connection.close()
    return found[0]
