"""The ground on which the till is measured: a live programme with a million members, and real baskets.

Members are put into the ledger's store directly, under the till's own card index key: the way
through the vault is another benchmark's (`make bench-enrol`). Everything after that goes
through the till's door.
"""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import IO, Any, Final

import msgspec
from bench.till_load import Result, Task

from noren.activity.model import Traits
from noren.doors.cli.demo.year import find_year
from noren.house.keys import open_keys
from noren.house.ledger_stores import open_ledger
from noren.register.till_keys import card_indexes
from noren.testing.till import ZONE, TillHouse, take_port
from noren.testing.till_http import TillClient

FIRST_CARD: Final = 2_980_100_000_000_000
CONNECTIONS: Final = 64
_BASKETS: Final = 20_000
_A_BATCH: Final = 10_000


@dataclass
class Ground:
    """A home without members yet, its terminals' keys, and what was asked of it so far."""

    house: TillHouse
    members: int
    keys: list[str] = field(repr=False)
    baskets: list[tuple[str, int]] = field(repr=False)
    receipts: int = 0

    def load(self, port: int, *, rate: int, seconds: float, connections: int = CONNECTIONS) -> Task:
        """Return a task whose receipts nobody used before."""
        now = datetime.now(ZONE).replace(microsecond=0)
        self.receipts += 10_000_000
        return Task(
            port=port, keys=self.keys, baskets=self.baskets, first_card=FIRST_CARD, cards=self.members,
            first_receipt=self.receipts, connections=connections, rate=rate, seconds=seconds, warm_seconds=3.0,
            business_date=now.date().isoformat(), at=now.isoformat(), seed=20261125 + self.receipts,
        )  # fmt: skip


def ground(house: TillHouse, members: int) -> Ground:
    """Make terminals and members in a new house; its worker ends before anything is measured."""
    house.start_worker()
    house.tell_reference()
    keys = [house.terminal("S1", f"B{number}").key for number in range(CONNECTIONS)]
    house.stop_worker()
    _enrol(house, members)
    return Ground(house, members, keys, baskets())


def _enrol(house: TillHouse, members: int) -> None:
    store, ring = open_ledger(house.home, "ledger-worker"), open_keys(house.home, "till").ring("card-index")
    traits = Traits(sex="female", age_band=40, age_band_year=2026, prefecture="東京都", postal3="150")
    for start in range(0, members, _A_BATCH):
        with store.batch() as batch:
            for number in range(start, min(members, start + _A_BATCH)):
                index = card_indexes(ring, str(FIRST_CARD + number))[0]
                batch.enrol(secrets.token_bytes(16), secrets.token_bytes(16), [index], traits)
    store.close()


def baskets() -> list[tuple[str, int]]:
    """Return real baskets as (lines as JSON without brackets, amount): every n-th of the year's."""
    every = list(find_year().baskets())
    some = every[:: max(1, len(every) // _BASKETS)]
    return [
        (json.dumps(msgspec.to_builtins(each.lines), separators=(",", ":"))[1:-1], sum(x.amount for x in each.lines))
        for each in some
    ]


class Tills:
    """Some till processes of one home, each at a port of its own."""

    def __init__(self, house: TillHouse, count: int) -> None:
        self._locks: list[IO[bytes]] = []
        self.ports: list[int] = []
        self._processes: list[subprocess.Popen[bytes]] = []
        for _ in range(count):
            port, lock = take_port()
            self._locks.append(lock)
            self.ports.append(port)
            words = [sys.executable, "-m", "noren.doors.cli.main", "till", "--home", str(house.home.path)]
            self._processes.append(subprocess.Popen([*words, "--port", str(port)], stdin=subprocess.DEVNULL))
        for port in self.ports:
            while not _ready(port):
                time.sleep(0.1)

    @property
    def pids(self) -> list[int]:
        """Their processes."""
        return [process.pid for process in self._processes]

    def stop(self) -> None:
        """End them in order."""
        for process, lock in zip(self._processes, self._locks, strict=True):
            process.terminate()
            process.wait()
            lock.close()


def _ready(port: int) -> bool:
    try:
        with TillClient(port, None, timeout=2.0) as client:
            return client.get("/readyz").status == HTTPStatus.OK
    except OSError:
        return False


def drive(tasks: list[Task]) -> list[Result]:
    """Run one load process per task, side by side."""
    begun: list[tuple[subprocess.Popen[bytes], bytes]] = []
    for task in tasks:
        process = subprocess.Popen(
            [sys.executable, "-m", "bench.till_load"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[1],
        )  # fmt: skip
        begun.append((process, msgspec.json.encode(task)))
    for process, said in begun:
        assert process.stdin is not None
        process.stdin.write(said)
        process.stdin.close()
    results: list[Any] = []
    for process, _ in begun:
        assert process.stdout is not None
        results.append(msgspec.json.decode(process.stdout.read(), type=Result))
        assert process.wait() == 0, "the load process broke"
    return results
