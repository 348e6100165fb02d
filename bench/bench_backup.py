"""How long the ledger side's backup takes on either engine: `python bench/bench_backup.py --rounds 5`.

A ledger of 5,000 members, 5,000 purchases of nine lines a round. Timed: the backup as the ledger-worker makes it (all
its stores, sealed, with the lake's files), the drill (opened, unpacked, whoever was erased since erased again), and on
PostgreSQL `pg_dump -Fc` of the ledger's database alone beside it: the peer, which seals nothing.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.bench_erase import fill_ledger

from noren.house.ledger_restore import restore
from noren.house.ledger_stores import open_ledger
from noren.testing.databases import ENGINES, EngineName
from noren.testing.postgres import ADMIN, PORT, binary, shared_server
from noren.testing.till import TillHouse


def timed(begun: float) -> str:
    """Return how long it took."""
    return f"{time.perf_counter() - begun:.2f} s"


def measure(engine: EngineName, rounds: int) -> None:
    """Fill a ledger, and time what is done with it."""
    house = TillHouse.temporary(engine=engine)
    store = open_ledger(house.home, "ledger-worker")
    for seed in range(rounds):
        members = sum(1 for _ in fill_ledger(store, seed))
    store.close()
    house.start_worker()
    folder = house.home.path / "out"
    folder.mkdir()
    begun = time.perf_counter()
    made = house.ask("/backup/make", {"folder": str(folder)})
    took = timed(begun)
    house.stop()
    begun = time.perf_counter()
    restored = restore(house.home, Path(made["file"]), datetime.now(UTC), replay=True, drill=True)
    print(f"{engine}: {rounds * members:,} members, {11 * rounds * members:,} purchases; backup {took}, "
          f"{made['size'] / 1e6:.0f} MB, {restored.members:,} members in it; drill {timed(begun)}")  # fmt: skip
    if engine == "postgresql":
        database, out = f"{house.home.settings.postgresql.prefix}_ledger", folder / "peer"
        begun = time.perf_counter()
        server = shared_server()
        where = ["-h", str(server.sockets), "-p", str(PORT), "-U", ADMIN, "-d", database]
        subprocess.run(
            [binary("pg_dump"), "-Fc", "-f", str(out), *where],
            env={**os.environ, "PGPASSFILE": str(server.passfile)}, check=True,
        )  # fmt: skip
        print(f"    pg_dump -Fc {timed(begun)}, {out.stat().st_size / 1e6:.0f} MB")


def main() -> None:
    """Measure both engines."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--rounds", type=int, default=5)
    given = words.parse_args()
    for engine in ENGINES:
        measure(engine, given.rounds)


if __name__ == "__main__":
    main()
