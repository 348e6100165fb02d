"""Rotation of every key while a thousand purchases a second pass, and everything else besides: `make bench-rotation`.

Members come through the vault's own door, so that all its keys have work; a load process sends real baskets in open
loop, and threads resend, return, enrol, change cards, sign in and take one-time codes. At the end the old versions'
overlaps are ended and every file of the home is searched for every old secret. Options: `--members`, `--rate`.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.till_ground import baskets
from bench.till_load import Result, Task

from noren.house.inner import InnerClient
from noren.house.keys import open_keys
from noren.house.passes import Porter
from noren.testing.member_house import MemberHouse
from noren.testing.ports import port_block
from noren.testing.rotation import FIRST_CARD, Traffic, enrol_members, secrets_of, standing_in

CONNECTIONS: Final = 64
PIECE_SECONDS: Final = 60


def say(*words: object) -> None:
    """Print a line at once."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


class Loads(threading.Thread):
    """One load process after the other, until told to stop."""

    def __init__(self, house: MemberHouse, *, members: int, rate: int) -> None:
        super().__init__(name="loads")
        self._house, self._members, self._rate = house, members, rate
        self._over = threading.Event()
        self.results: list[Result] = []

    def run(self) -> None:
        """Load, until stopped."""
        while not self._over.is_set():
            number = 2 + len(self.results)
            load = Load(self._house, members=self._members, rate=self._rate, seconds=PIECE_SECONDS, number=number)
            self.results.append(load.result())

    def stop(self) -> None:
        """End after the load that is under way."""
        self._over.set()
        self.join()


class Load:
    """A load process: purchases at a fixed rate for so many seconds, then what came of them."""

    def __init__(self, house: MemberHouse, *, members: int, rate: int, seconds: float, number: int) -> None:
        keys = [_terminal(house, f"B{number}-{n}") for n in range(CONNECTIONS)]
        now = datetime.now(house.home.zone).replace(microsecond=0)
        task = Task(
            port=house.home.settings.doors.till, keys=keys, baskets=baskets(), first_card=FIRST_CARD + 150,
            cards=members - 150, first_receipt=number * 10_000_000, connections=CONNECTIONS, rate=rate, seconds=seconds,
            warm_seconds=3.0, business_date=now.date().isoformat(), at=now.isoformat(), seed=number,
        )  # fmt: skip
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.till_load"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[1],
        )  # fmt: skip
        assert self._process.stdin is not None
        self._process.stdin.write(msgspec.json.encode(task))
        self._process.stdin.close()

    def result(self) -> Result:
        """Wait for its end."""
        assert self._process.stdout is not None
        said = self._process.stdout.read()
        assert self._process.wait() == 0, "the load process broke"
        return msgspec.json.decode(said, type=Result)


def _terminal(house: MemberHouse, name: str) -> str:
    row = {"shop": "S1", "terminal": name, "expires_days": 1, "test": True}
    return str(house.ask("ledger-worker", "/terminals/add", {"rows": [row]})["rows"][0]["key"])


def stored(house: MemberHouse) -> int:
    """Return how many purchases the ledger says that it has."""
    client = InnerClient(house.home, Porter(house.home, open_keys(house.home, "operator")), "ledger-worker")
    try:
        return int(client.call("/summary", method="GET")["purchases"])
    finally:
        client.close()


def told(name: str, result: Result) -> None:
    """Print what a load process saw."""
    say(
        f"{name:16} {result.answered / result.seconds:7,.0f}/s  p50 {result.p50:.1f}  p99 {result.p99:.1f}"
        f"  worst {result.worst:.0f} ms  answers {result.by_status}"
    )


def rotate(house: MemberHouse, *words: str) -> float:
    """Run `noren keys`; return how long it took."""
    begun = time.monotonic()
    command = [sys.executable, "-m", "noren.doors.cli.main", "--home", str(house.home.path), "--lang", "en", "keys"]
    done = subprocess.run([*command, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    last = {line.split(":")[0]: line for line in done.stderr.splitlines() if ": moved " in line}
    say(*last.values())
    return time.monotonic() - begun


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=20_000)
    parser.add_argument("--rate", type=int, default=1_000)
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        port_block(5) as first,
        MemberHouse(Path(folder) / "home", first) as house,
    ):
        enrol_members(house, given.members)
        before = secrets_of(house.home)
        quiet = Load(house, members=given.members, rate=given.rate, seconds=15, number=1).result()
        told("before", quiet)
        loads = Loads(house, members=given.members, rate=given.rate)
        loads.start()
        with Traffic(house, house.key) as traffic:
            time.sleep(3)
            took: list[float] = []
            rotating = threading.Thread(target=lambda: took.append(rotate(house, "rotate", "--all", "--yes")))
            rotating.start()
            rotating.join()
            say(f"rotation of every key: {took[0] if took else float('nan'):.0f} s, short overlaps included")
            loads.stop()
        for result in loads.results:
            told("while rotating", result)
        acknowledged = sum(each.by_status["201"] for each in (quiet, *loads.results)) + traffic.bought
        say(f"purchases acknowledged {acknowledged}, stored {stored(house)}")
        say("besides:", dict(traffic.done), "errors:", dict(Counter(traffic.errors)))
        rotate(house, "destroy", "--all", "--yes")
        say("old secrets:", len(before), "found in files of the home:", standing_in(house.home.path, before))
        found = [*house.ask("vault", "/check", {})["findings"], *house.ask("ledger-worker", "/check", {})["findings"]]
        say("audits:", found or "nothing wrong")


if __name__ == "__main__":
    main()
