"""How long it takes to gather all of one member: her rows of the ledger, and of a lake of a year of lines.

`.venv/bin/python -m bench.bench_own 10000000`: lines of the lake. What is made of them: ``bench_disclosure``.
"""

from __future__ import annotations

import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from bench.bench_erase import fill_lake, fill_ledger

from noren.activity.feed import SqliteFeed
from noren.activity.lake.own import own_lake
from noren.activity.store import SqliteLedger

TIMES: Final = 5
MEMBERS: Final = 50


def main(lines: int) -> None:
    """Print the numbers."""
    with tempfile.TemporaryDirectory(prefix="noren-bench-own-") as folder:
        store = SqliteLedger(Path(folder) / "ledger.db")
        handles = list(fill_ledger(store))
        feed, took = SqliteFeed(Path(folder) / "ledger.db"), list[float]()
        for handle in handles[:: len(handles) // MEMBERS]:
            begun = time.perf_counter()
            assert feed.owned(handle).postings
            took.append(time.perf_counter() - begun)
        print(f"ledger, {feed.sums()[0]:,} purchases: {statistics.median(took) * 1e3:.1f} ms", flush=True)
        feed.close()
        store.close()
        _lake(Path(folder) / "lake", lines)


def _lake(path: Path, lines: int) -> None:
    handles, took = fill_lake(path, lines), list[float]()
    cpu = time.process_time()
    for number in range(TIMES):
        begun = time.perf_counter()
        found = own_lake(path, [handles[number * len(handles) // TIMES]])
        took.append(time.perf_counter() - begun)
        assert found.lines
    cpu = (time.process_time() - cpu) / TIMES
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"lake, {lines:,} lines: {statistics.median(took):.2f} s, {cpu:.2f} s of CPU; the process {memory} MB at most"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000)
