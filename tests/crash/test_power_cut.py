"""P1, P2, P3: the power goes at every write, sync and cut of the ledger's files; the real store opens what is left.

Every outcome holds all that was acknowledged, doubles nothing, and balances. The same play
with ``synchronous=NORMAL``, and on a disk whose sync does nothing, has to be found out.
"""

from __future__ import annotations

import os
import random
import secrets
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.crash.ledger_play import Play
from tests.crash.ledger_verdict import Known, judge

from noren.activity.store import SqliteLedger
from noren.register.jobs import Moment
from noren.testing.crash_vfs import CrashVfs
from noren.testing.disk_log import DiskLog, Event, Synced
from noren.testing.power_cut import PowerCut

NIGHT = bool(os.environ.get("NOREN_NIGHT"))
PLAYS = 400 if NIGHT else 4
OUTCOMES = 2_600
OUTCOMES_OF_CONTROL = 400
ROUNDS = 26


@dataclass
class Table:
    """One row of the crash table."""

    outcomes: int = 0
    wrong: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    def add(self, place: int, found: list[str]) -> None:
        self.outcomes += 1
        self.wrong += bool(found)
        self.kinds.update({each.split(":")[0] for each in found})
        if found and len(self.examples) < 3:
            self.examples.append(f"cut at {place}: {found[0]}")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder in memory where there is one: what a power cut leaves is played, not waited for."""
    memory = Path("/dev/shm")
    made = Path(tempfile.mkdtemp(prefix="noren-cut-", dir=memory if memory.is_dir() else None))
    yield made
    shutil.rmtree(made, ignore_errors=True)


def _seed() -> int:
    return int(os.environ.get("NOREN_SEED", secrets.randbelow(2**32)))


def _play(folder: Path, seed: int, synchronous: str) -> tuple[Play, list[Event]]:
    """Play a day over the recording disk; return it with the record."""
    log, path = DiskLog(), folder / "ledger.db"
    with CrashVfs(f"cut-{folder.name}-{secrets.token_hex(4)}", log) as vfs:

        def open_store() -> SqliteLedger:
            store = SqliteLedger(path, vfs=vfs.name, leisure_pages=8)
            store._db.execute("PRAGMA wal_autocheckpoint = 12")  # many checkpoints and new beginnings of the log
            store._db.execute(f"PRAGMA synchronous = {synchronous}")
            return store

        play = Play(path, open_store, random.Random(seed), log.now)
        for number in range(ROUNDS):
            play.round()
            if number % 6 == 0:
                play.conflict()
        play.close()
        assert (play.watch.kinds, play.failed) == ([], 0)
    return play, log.events


def _cut(folder: Path, play: Play, events: list[Event], seed: int, places: list[int]) -> Table:
    """Cut at these places, in order, and judge an outcome of each."""
    chance, table, cut = random.Random(seed), Table(), PowerCut(events)
    moment = play.orders.moment()
    for place in places:
        cut.go_to(place)
        known = Known.at(play.journal, place)
        table.add(place, _found(folder / "found", cut.outcome(chance), known, moment, chance))
    return table


def _everywhere(events: list[Event], outcomes: int) -> list[int]:
    """Return every place in turn, as often as it takes; when that is too much, as many as asked for."""
    every = range(1, len(events) + 1)
    return (
        sorted(random.Random(outcomes).sample(every, outcomes))
        if outcomes < len(every)
        else [place for place in every for _ in range(-(-outcomes // len(every)))]
    )


def _found(folder: Path, outcome: dict[str, bytes], known: Known, moment: Moment, chance: random.Random) -> list[str]:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, content in outcome.items():
        (folder / Path(name).name).write_bytes(content)
    if chance.random() < 0.1:
        (folder / "ledger.db-shm").write_bytes(chance.randbytes(32_768))  # it is not synced: anything may stand there
    return judge(folder / "ledger.db", known, moment, chance)


@pytest.mark.parametrize("number", range(PLAYS))
def test_the_power_goes_anywhere(folder: Path, number: int) -> None:
    seed = _seed() + number
    play, events = _play(folder, seed, "FULL")
    table = _cut(folder, play, events, seed, _everywhere(events, OUTCOMES))
    journal = play.journal
    print(f"seed {seed}: {len(journal.acknowledged)} acknowledged, {len(events)} places, {table}")
    assert len(journal.acknowledged) > ROUNDS, "hardly anything happened"
    assert table.outcomes >= OUTCOMES
    assert table.wrong == 0, (seed, table)


def _must_lose(folder: Path, play: Play, events: list[Event], seed: int, places: list[int], name: str) -> None:
    table = _cut(folder, play, events, seed, places)
    print(f"control, {name}, seed {seed}: {table}")
    assert table.kinds["lost"] > 0, (name, seed, table)


def test_control_normal_loses_acknowledged_purchases(folder: Path) -> None:
    seed = _seed()
    play, events = _play(folder, seed, "NORMAL")
    places = _everywhere(events, OUTCOMES_OF_CONTROL)
    _must_lose(folder, play, events, seed, places, "synchronous=NORMAL")


def test_control_a_disk_whose_sync_does_nothing_loses(folder: Path) -> None:
    seed = _seed()
    play, events = _play(folder, seed, "FULL")
    lying = [Synced(event.file, 0) if isinstance(event, Synced) else event for event in events]
    places = _everywhere(events, OUTCOMES_OF_CONTROL)
    _must_lose(folder, play, lying, seed, places, "a sync that does nothing")


def test_control_an_answer_that_leaves_before_its_sync_is_found_out(folder: Path) -> None:
    """The places looked at are those answers' own; the test above looks everywhere."""
    seed = _seed()
    play, events = _play(folder, seed, "FULL")
    syncs = [at for at, event in enumerate(events) if isinstance(event, Synced)]
    early = [(max(at for at in syncs if at < place), order, body) for place, order, body in play.journal.acknowledged]
    play.journal.acknowledged = early
    places = sorted(place for place, _, _ in early for _ in range(4))
    _must_lose(folder, play, events, seed, places, "an answer before its sync")
