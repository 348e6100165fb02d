"""P1, P12: the n-th write, cut, sync, opening or deletion fails, n = 1, 2, …; once, or until the disk is healed.

Nothing is acknowledged that the disk did not take; the till says "not durable", reopens its
store, replays, and acknowledges again. What a failed sync left behind is gone at the next
power cut, as on Linux, and either read until then or not.
"""

from __future__ import annotations

import itertools
import os
import random
import secrets
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.crash.ledger_play import Forgot, Play
from tests.crash.ledger_verdict import Known, judge

from noren.activity.errors import NotDurable
from noren.activity.ports import LedgerBatch
from noren.activity.store import SqliteLedger
from noren.register.jobs import Answered, Moment
from noren.testing.crash_vfs import Act, CrashVfs, How, Striking
from noren.testing.disk_log import DiskLog
from noren.testing.power_cut import PowerCut

NIGHT = bool(os.environ.get("NOREN_NIGHT"))
ACTS: dict[Act, range] = {"write": range(1, 241), "sync": range(1, 31), "resize": range(1, 7)}
RUNS = 40 if NIGHT else 5
ROUNDS_BEFORE = 14
ROUNDS_AFTER = 2
CUTS = 6
READY_SECONDS = 120


@dataclass(frozen=True)
class Case:
    """How the disk fails."""

    how: How
    for_good: bool
    forgets: bool
    alone: bool
    """Whether the till is the only one who has the ledger open when the disk fails."""


CASES = [Case(*each) for each in itertools.product(("eio", "enospc"), (False, True), (False, True), (False, True))]


@dataclass
class Seen:
    """What the runs saw together."""

    struck: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    outcomes: int = 0
    wrong: list[str] = field(default_factory=list)


class Careless:
    """A ledger that takes a failed commit for a good one: what the store must never be."""

    def __init__(self, store: SqliteLedger) -> None:
        self._store, self._db = store, store._db

    @contextmanager
    def batch(self, *, durable: bool = True) -> Generator[LedgerBatch]:
        try:
            with self._store.batch(durable=durable) as batch:
                yield batch
        except NotDurable:
            return

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


@pytest.fixture
def folder() -> Iterator[Path]:
    memory = Path("/dev/shm")
    made = Path(tempfile.mkdtemp(prefix="noren-fails-", dir=memory if memory.is_dir() else None))
    yield made
    shutil.rmtree(made, ignore_errors=True)


def _run(
    folder: Path,
    act: Act,
    number: int,
    case: Case,
    seed: int,
    seen: Seen,
    *,
    lazy: bool = False,
    careless: bool = False,
) -> None:
    """Play until the disk fails, heal it, play on, and judge what stands and what may stand after a power cut."""
    log, path, trouble = DiskLog(), folder / "ledger.db", Striking(act, number, case.how, for_good=case.for_good)
    with CrashVfs(f"fails-{secrets.token_hex(6)}", log, trouble, forgets=case.forgets, lazy=lazy) as vfs:

        def open_store() -> SqliteLedger:
            store = SqliteLedger(path, vfs=vfs.name, busy_ms=2_000, leisure_pages=8)
            store._db.execute("PRAGMA wal_autocheckpoint = 12")
            return Careless(store) if careless else store  # type: ignore[return-value]

        play = Play(path, open_store, random.Random(seed), log.now)
        if case.alone:
            play.leave_office()
        trouble.arm()
        for _ in range(ROUNDS_BEFORE):
            play.round(restarts=False)
            if trouble.struck:
                break
        if not careless:
            _nothing_is_acknowledged_while_it_fails(play, trouble, case)
        trouble.heal()
        _until_ready(play)
        for _ in range(ROUNDS_AFTER):
            play.round(restarts=False)
        _everything_can_be_sent_again(play, seen, f"{act} {number} {case} seed {seed}")
        last = log.now()
        play.close()
    seen.struck.update(trouble.struck[:1])
    seen.refused += play.journal.refused.count("not-durable")
    chance, moment = random.Random(seed), play.orders.moment()
    found = [(len(log.events), {each.name: each.read_bytes() for each in folder.glob("ledger.db*")})]
    cut = PowerCut(log.events)
    for place in sorted([last, *(chance.randint(last // 2, last) for _ in range(CUTS))]):
        cut.go_to(place)
        found.append((place, cut.outcome(chance)))
    for place, outcome in found:
        wrong = _judge(folder / "found", outcome, play, place, moment, chance)
        seen.outcomes += 1
        seen.wrong += [f"{act} {number} {case} seed {seed} at {place} of {last}: {each}" for each in wrong]


def _nothing_is_acknowledged_while_it_fails(play: Play, trouble: Striking, case: Case) -> None:
    if not (trouble.struck and case.for_good):
        return
    outcomes = [play.result(play.send(play.orders.next())) for _ in range(3)]
    assert not any(isinstance(outcome, Answered) for outcome in outcomes), (case, outcomes)


def _until_ready(play: Play) -> None:
    until = time.monotonic() + READY_SECONDS
    while not play.writer.ready:
        assert time.monotonic() < until, "the till does not come back"
        time.sleep(0.01)


def _everything_can_be_sent_again(play: Play, seen: Seen, where: str) -> None:
    """Each acknowledged answer comes again byte for byte."""
    for _, order, told in list(play.journal.acknowledged):
        outcome = play.result(play.send(order))
        if not isinstance(outcome, Answered) or (outcome.body, outcome.replayed) != (told, True):
            seen.wrong.append(f"{where}: resent {order}, got {outcome}")


def _judge(
    folder: Path, outcome: dict[str, bytes], play: Play, place: int, moment: Moment, chance: random.Random
) -> list[str]:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, content in outcome.items():
        (folder / Path(name).name).write_bytes(content)
    return judge(folder / "ledger.db", Known.at(play.journal, place), moment, chance)


@pytest.mark.parametrize("which", range(len(CASES)))
def test_an_act_fails(folder: Path, which: int) -> None:
    seed, seen, case = int(os.environ.get("NOREN_SEED", secrets.randbelow(2**32))), Seen(), CASES[which]
    chance, runs = random.Random(seed), 0
    for act, numbers in ACTS.items():
        early = chance.choice(numbers[:10])  # however short a play turns out, one of them strikes
        for number in {early, *chance.sample(numbers, min(RUNS, len(numbers)))}:
            runs += 1
            place = folder / str(runs)
            place.mkdir()
            _run(place, act, number, case, seed, seen)
            shutil.rmtree(place)
    print(
        f"seed {seed} {case}: {runs} runs, struck {dict(seen.struck)}, {seen.refused} refused, "
        f"{seen.outcomes} outcomes, {len(seen.wrong)} wrong"
    )
    assert seen.wrong == [], (len(seen.wrong), seen.wrong[:3])
    assert seen.struck["sync"], "no sync failed: the worst was not tried"
    assert seen.refused, "nothing was refused: nothing was tried"


WORST = Case("eio", for_good=True, forgets=False, alone=True)
MOST_RUNS_OF_CONTROL = 240


def _find_fault(folder: Path, case: Case, **fault: bool) -> None:
    seed, seen = int(os.environ.get("NOREN_SEED", secrets.randbelow(2**32))), Seen()
    for run in range(MOST_RUNS_OF_CONTROL):
        place = folder / str(run)
        place.mkdir()
        try:
            _run(place, "sync", 1 + run % 24, case, seed + run, seen, **fault)
        except Forgot:
            seen.wrong.append("a member whom it had acknowledged was unknown")
        shutil.rmtree(place)
        if seen.wrong:
            print(f"control {fault}: found in run {run}, seed {seed}: {seen.wrong[0][:300]}")
            return
    pytest.fail(f"seed {seed}: {MOST_RUNS_OF_CONTROL} runs found nothing: the test above would find nothing either")


def test_control_a_log_that_is_not_written_again_is_found_out(folder: Path) -> None:
    _find_fault(folder, WORST, lazy=True)


def test_control_a_store_that_takes_a_failed_commit_for_good_is_found_out(folder: Path) -> None:
    _find_fault(folder, Case("eio", for_good=False, forgets=False, alone=False), careless=True)
