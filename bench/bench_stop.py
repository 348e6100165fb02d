"""How soon a member's stop holds: from the call at the vault to the till's desk and to audiences, on real processes.

`python bench/bench_stop.py --times 200`; with `--load 300` purchases keep coming at the till meanwhile.

A reader of its own asks without pause, as the till does; what it times ends when it first sees the stop. `away`: the
ledger-worker was down when the choice was made; timed from its first answer after its return.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from noren.activity.ports import AuditFeed
from noren.audience.ledger_rules import LedgerStops
from noren.audience.model import Asked, Channel
from noren.governance.stopping import Use
from noren.house.home import Limits
from noren.house.inner import InnerClient
from noren.house.keys import open_keys
from noren.house.ledger_stores import open_feed
from noren.house.passes import Porter
from noren.house.standing_desk import OpenDesk
from noren.testing.member_house import CARD, MemberHouse
from noren.testing.ports import port_block

USE: Final = Use("register-coupon", "a-company-of-tomorrow", "till")
ASKED: Final = Asked(b"{}", USE.purpose, USE.recipient, Channel.TILL)
PATIENCE_SECONDS: Final = 30.0


class Bench:
    """A programme whose member stops and resumes."""

    def __init__(self, house: MemberHouse, feed: AuditFeed, till: OpenDesk) -> None:
        self._house, self._feed, self._till = house, feed, till
        self._stops = LedgerStops(feed)
        self._handle = next(iter(feed.profiles())).handle
        self._vault = InnerClient(house.home, Porter(house.home, open_keys(house.home, "operator")), "vault")

    def decide(self, what: str, value: str = "all") -> Any:
        """Let her choose."""
        return self._vault.call("/choices/decide", {"card": CARD, "wishes": [{"what": what, "value": value}]})

    def till_sees(self) -> bool:
        """Whether the till's desk leaves her out, of a company that is not there yet."""
        return self._till.desk.stopped_by(self._handle, USE) is not None

    def audience_sees(self) -> bool:
        """Whether an audience of such a company leaves her out."""
        return bool(self._stops.stopped(ASKED))

    def once(self) -> dict[str, float]:
        """Return in milliseconds from the call: until acknowledged, until the till and audiences see it."""
        out: dict[str, float] = {}
        began = time.perf_counter()
        call = threading.Thread(target=lambda: out.update(acknowledged=self._called(began)))
        call.start()
        for name, sees in (("till", self.till_sees), ("audience", self.audience_sees)):
            out[name] = seen(sees, began)
        call.join()
        self.decide("resume")
        return out

    def away(self) -> dict[str, float]:
        """Return in milliseconds from the ledger-worker's return until the stop holds."""
        self._house.stop("ledger-worker")
        assert self.decide("stop")["waiting"]
        self._house.start("ledger-worker")
        self._house.wait("ledger-worker")
        out = {"away": seen(self.till_sees, time.perf_counter())}
        self.decide("resume")
        return out

    def _called(self, began: float) -> float:
        answer = self.decide("stop")
        assert not answer["waiting"]
        return 1e3 * (time.perf_counter() - began)


def seen(sees: Callable[[], bool], began: float) -> float:
    """Return how long it took until a reader saw it, in milliseconds."""
    while not sees():
        assert time.perf_counter() - began < PATIENCE_SECONDS, "a stop that does not come"
    return 1e3 * (time.perf_counter() - began)


def told(runs: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    """Return of each path the middle, the 99th of a hundred and the longest."""
    out: dict[str, dict[str, float]] = {}
    for name in runs[0]:
        times = sorted(run[name] for run in runs)
        out[name] = {
            "median_ms": round(statistics.median(times), 1),
            "p99_ms": round(times[min(len(times) - 1, int(len(times) * 0.99))], 1),
            "longest_ms": round(times[-1], 1),
        }
    return out


def buying(house: MemberHouse, a_second: float, ended: threading.Event) -> None:
    """Let purchases come at the till."""
    number = 0
    while not ended.wait(1 / a_second):
        house.buy(f"{number:06}", 1_200)
        number += 1


def measured(folder: Path, first: int, limits: Limits, given: argparse.Namespace) -> dict[str, dict[str, float]]:
    """Measure on a home in a folder."""
    with MemberHouse(folder, first, limits=limits) as house:
        feed, ended = open_feed(house.home, "till"), threading.Event()
        till = OpenDesk(house.home)
        bench = Bench(house, feed, till)
        load = threading.Thread(target=buying, args=(house, given.load, ended))
        if given.load:
            load.start()
        out = told([bench.once() for _ in range(given.times)])
        ended.set()
        if given.load:
            load.join()
        out |= told([bench.away() for _ in range(given.returns)])
        till.close()
        feed.close()
    return out


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--returns", type=int, default=5)
    parser.add_argument("--load", type=float, default=0.0, help="purchases a second meanwhile")
    given = parser.parse_args()
    limits = Limits(per_terminal=100_000)
    with tempfile.TemporaryDirectory() as folder, port_block(5) as first:
        out = measured(Path(folder), first, limits, given)
    print(json.dumps(out, indent=1))


if __name__ == "__main__":
    main()
