"""The till against its limits, in one run on one machine and disk: `make bench-till`.

Measured side by side: the disk's own sync, `pgbench -N -M prepared` with as many clients, and the
till over HTTP, durable, with real baskets and a million members: closed loop with 64 connections,
and open loop at fixed rates. Ratios count; the machine is shared. Options: `--engine`, `--members`,
`--seconds`, `--rates`, `--profile FOLDER` keeps the sampled stacks.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench import till_profile
from bench.till_ground import CONNECTIONS, Ground, drive, ground
from bench.till_load import Result
from bench.till_machine import Spent, family, memory_mb, spent, sync_times
from bench.till_pgbench import pgbench

from noren.house.home import Programme, Settings
from noren.testing.till import TillHouse


def say(*words: object) -> None:
    """Print a line at once."""
    sys.stdout.write(" ".join(str(word) for word in words) + "\n")
    sys.stdout.flush()


def told(name: str, result: Result, used: Spent, more: str = "") -> None:
    """Print one measurement."""
    rate, each = result.answered / result.seconds, max(1, result.answered)
    wrong = {status: count for status, count in result.by_status.items() if status != "201"}
    say(
        f"{name:34} {rate:7,.0f}/s  p50 {result.p50:7.2f}  p99 {result.p99:7.2f}  p99.9 {result.p999:7.2f} ms"
        f"  till {1e6 * used.cpu / each:5.0f} us/request  load {1e6 * result.cpu_seconds / each:4.0f} us"
        f"  {used.written / each / 1024:5.1f} kB written {more} {wrong or ''}"
    )


def measure(floor: Ground, pids: list[int], port: int, *, rate: int, seconds: float) -> tuple[Result, Spent]:
    """Drive the till and return what came of it, and what its processes used, per measured second."""
    before = spent(pids)
    result = drive([floor.load(port, rate=rate, seconds=seconds)])[0]
    used = spent(pids) - before
    answered = sum(result.by_status.values())  # warm-up and ending included, as in what was used
    share = result.answered / answered
    return result, Spent(used.cpu * share, int(used.written * share))


def on_sqlite(members: int, seconds: float, rates: Iterable[int], profile: Path | None) -> float:
    """Measure the till on SQLite; return decisions per second in closed loop."""
    house = TillHouse.temporary(settings=Settings(programme=Programme(kind="live")))
    floor = ground(house, members)
    house.start_till()
    pids, port = family(house.pid("till")), house.port
    result, used = measure(floor, pids, port, rate=0, seconds=seconds)
    told(f"till, SQLite, closed {CONNECTIONS}", result, used, f" {memory_mb(pids[0]):.0f} MB")
    per_second = result.answered / result.seconds
    for rate in rates:
        told(f"till, SQLite, open {rate}/s", *measure(floor, pids, port, rate=rate, seconds=seconds))
    if profile is not None:
        profiled(floor, pids[0], port, profile / "till-sqlite.stacks")
    house.stop()
    return per_second


def profiled(floor: Ground, pid: int, port: int, out: Path) -> None:
    """Sample the till under closed-loop load and print the parts and functions that take most."""
    import threading

    task = floor.load(port, rate=0, seconds=12)
    loading = threading.Thread(target=drive, args=([task],))
    loading.start()
    till_profile.sample(pid, 10, out)
    loading.join()
    for part, share in till_profile.parts(out):
        say(f"  {100 * share:5.1f} %  {part}")
    for function, share in till_profile.functions(out):
        say(f"    {100 * share:5.1f} %  {function}")


def main() -> None:
    """Measure everything that was asked for and print it."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--engine", choices=("sqlite", "postgresql", "both"), default="both")
    asked.add_argument("--members", type=int, default=1_000_000)
    asked.add_argument("--seconds", type=float, default=15)
    asked.add_argument("--rates", type=int, nargs="*", default=(1_000, 2_000, 3_000))
    asked.add_argument("--profile", type=Path)
    asked.add_argument("--no-pgbench", action="store_true")
    given = asked.parse_args()
    if given.profile is not None:
        given.profile.mkdir(parents=True, exist_ok=True)
    syncs = sync_times(Path(tempfile.gettempdir()))
    say(f"disk: {1000 * len(syncs) / sum(syncs):,.0f} fdatasync/s, p50 {syncs[len(syncs) // 2]:.2f} ms, "
        f"p99 {syncs[int(0.99 * len(syncs))]:.2f} ms")  # fmt: skip
    peer = 0.0 if given.no_pgbench else pgbench(CONNECTIONS, given.seconds, say)
    if given.engine in ("sqlite", "both"):
        rate = on_sqlite(given.members, given.seconds, given.rates, given.profile)
        if peer:
            say(f"SQLite : pgbench -N = {rate / peer:.2f}")


if __name__ == "__main__":
    main()
