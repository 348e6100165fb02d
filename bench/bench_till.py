"""The till against its limits, in one run on one machine and disk: `make bench-till`.

Measured side by side: the disk's own sync, `pgbench -N -M prepared` with as many clients, and the
till over HTTP, durable, with real baskets and a million members: closed loop with 64 connections,
and open loop at fixed rates, on SQLite and on PostgreSQL, by one till process and by two. Ratios
count; the machine is shared. `--profile FOLDER` keeps the sampled stacks.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench import till_profile
from bench.till_ground import CONNECTIONS, Ground, Tills, drive, ground
from bench.till_load import Result
from bench.till_machine import Spent, family, memory_mb, spent, sync_times
from bench.till_pgbench import SERVER, pgbench

from noren.house.home import Programme, Settings
from noren.testing.databases import EngineName
from noren.testing.postgres import shared_server
from noren.testing.till import TillHouse

PROFILE_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Course:
    """What to measure of each engine."""

    members: int
    seconds: float
    rates: Sequence[int]
    processes: Sequence[int]
    profile: Path | None


def say(*words: object) -> None:
    """Print a line at once."""
    sys.stdout.write(" ".join(str(word) for word in words) + "\n")
    sys.stdout.flush()


def together(results: list[Result]) -> Result:
    """Return several loads' results as one: sums, and the slowest of each share."""
    if len(results) == 1:
        return results[0]
    statuses = {word: sum(r.by_status.get(word, 0) for r in results) for r in results for word in r.by_status}
    return Result(
        sum(r.answered for r in results), max(r.seconds for r in results), max(r.p50 for r in results),
        max(r.p95 for r in results), max(r.p99 for r in results), max(r.p999 for r in results),
        max(r.worst for r in results), sum(r.cpu_seconds for r in results), statuses, sum(r.sent for r in results),
    )  # fmt: skip


def measure(floor: Ground, tills: Tills, engine: EngineName, *, rate: int, seconds: float) -> float:
    """Drive the tills, print what came of it and what it cost; return answers per second."""
    count = len(tills.ports)
    server = family(shared_server().pid) if engine == "postgresql" else []
    before, before_server = spent(tills.pids), spent(server)
    tasks = [
        floor.load(port, rate=rate // count, seconds=seconds, connections=CONNECTIONS // count) for port in tills.ports
    ]
    result = together(drive(tasks))
    used, used_server = spent(tills.pids) - before, spent(server) - before_server
    answered = sum(result.by_status.values())  # warm-up and ending included, as in what was used
    per_second = result.answered / result.seconds
    wrong = {status: number for status, number in result.by_status.items() if status != "201"}
    name = f"{engine}, {count} till{'s' if count > 1 else ''}, " + (f"open {rate}/s" if rate else "closed")
    say(
        f"{name:34} {per_second:7,.0f}/s  p50 {result.p50:6.2f}  p99 {result.p99:6.2f}  p99.9 {result.p999:6.2f} ms "
        f" CPU us/request: till {1e6 * used.cpu / answered:4.0f}, server {1e6 * used_server.cpu / answered:4.0f},"
        f" load {1e6 * result.cpu_seconds / result.answered:3.0f} "
        f" written {_kb(used, answered):5.1f} + {_kb(used_server, answered):5.1f} kB"
        f"  till {max(map(memory_mb, tills.pids)):.0f} MB {wrong or ''}"
    )
    return per_second


def _kb(used: Spent, answered: int) -> float:
    return used.written / answered / 1024


def on(engine: EngineName, course: Course, peer: float) -> None:
    """Measure the till on one engine."""
    house = TillHouse.temporary(settings=Settings(programme=Programme(kind="live")), engine=engine)
    floor = ground(house, course.members)
    if engine == "postgresql":
        _settle(house)
    for count in course.processes if engine == "postgresql" else (1,):  # SQLite has one writer
        tills = Tills(house, count)
        per_second = measure(floor, tills, engine, rate=0, seconds=course.seconds)
        if peer:
            say(f"    : pgbench -N = {per_second / peer:.2f}")
        for rate in course.rates:
            measure(floor, tills, engine, rate=rate, seconds=course.seconds)
        if course.profile is not None and count == 1:
            profiled(floor, tills, course.profile / f"till-{engine}.stacks")
        tills.stop()
    house.stop()


def _settle(house: TillHouse) -> None:
    """Let the server tidy up after a million enrolments, as it would have in the days that they take."""
    with shared_server().connect(f"{house.home.settings.postgresql.prefix}_ledger") as db:
        db.execute("VACUUM ANALYZE")
        db.execute("CHECKPOINT")


def profiled(floor: Ground, tills: Tills, out: Path) -> None:
    """Sample the till under closed-loop load and print the parts and functions that take most."""
    task = floor.load(tills.ports[0], rate=0, seconds=PROFILE_SECONDS + 2)
    loading = threading.Thread(target=drive, args=([task],))
    loading.start()
    till_profile.sample(tills.pids[0], PROFILE_SECONDS, out)
    loading.join()
    for part, share in till_profile.parts(out):
        say(f"    {100 * share:5.1f} %  {part}")
    for function, share in till_profile.functions(out):
        say(f"        {100 * share:5.1f} %  {function}")


def asked() -> argparse.Namespace:
    """Return what the command line asks for."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--engines", nargs="+", choices=("sqlite", "postgresql"), default=("sqlite", "postgresql"))
    words.add_argument("--members", type=int, default=1_000_000)
    words.add_argument("--seconds", type=float, default=15)
    words.add_argument("--rates", type=int, nargs="*", default=(1_000, 2_000, 3_000))
    words.add_argument("--processes", type=int, nargs="+", default=(1, 2))
    words.add_argument("--profile", type=Path)
    words.add_argument("--no-pgbench", action="store_true")
    return words.parse_args()


def main() -> None:
    """Measure everything that was asked for and print it."""
    given = asked()
    if given.profile is not None:
        given.profile.mkdir(parents=True, exist_ok=True)
    syncs = sync_times(Path(tempfile.gettempdir()))
    say(f"disk: {1000 * len(syncs) / sum(syncs):,.0f} fdatasync/s, p50 {syncs[len(syncs) // 2]:.2f} ms, "
        f"p99 {syncs[int(0.99 * len(syncs))]:.2f} ms")  # fmt: skip
    shared_server().change(**SERVER)
    peer = 0.0 if given.no_pgbench else pgbench(shared_server(), CONNECTIONS, given.seconds, say)
    course = Course(given.members, given.seconds, given.rates, given.processes, given.profile)
    for engine in given.engines:
        on(engine, course, peer)


if __name__ == "__main__":
    main()
