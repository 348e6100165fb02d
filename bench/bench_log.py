"""The audit log beside the disk's own limit: the same bytes appended to a plain file and synced as often.

    python bench/bench_log.py [DIR] [--entries 200000] [--group 5000]

Both are measured in turn, several times, and the middle one is told: the disk is shared.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from noren.governance.log import Log
from noren.governance.log import verify_log as standalone
from noren.governance.log.hashing import consistent, includes, leaf_hash
from noren.governance.ports import Entry
from noren.testing.audit_log import log_keys, open_log, stop_entry, verified

SINGLES = 200
THREADS = 16


def main() -> None:
    said = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    said.add_argument("dir", nargs="?", type=Path)
    said.add_argument("--entries", type=int, default=200_000)
    said.add_argument("--group", type=int, default=5_000)
    asked = said.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="bench-log-", dir=asked.dir))
    try:
        measure(folder, asked.entries, asked.group)
    finally:
        shutil.rmtree(folder)


def measure(folder: Path, entries: int, group: int) -> None:
    log, plain = open_log(folder / "log"), folder / "plain"
    batch = [stop_entry(log, number) for number in range(group)]
    ours, disk, cpu = [], [], []
    while log.size < entries:
        begun = time.process_time()
        ours.append(timed(lambda: log.append(batch)))
        cpu.append(time.process_time() - begun)
        disk.append(timed(lambda: append(plain, bytes(group * bytes_an_entry(log)))))
    rate, limit = group / statistics.median(ours), group / statistics.median(disk)
    tell(f"groups of {group}: {rate:,.0f} appends/s ({group / statistics.median(cpu):,.0f} by CPU alone)")
    tell(f"  the same bytes to a plain file, synced once a group: {limit:,.0f}/s")
    one_by_one(log, plain)
    at_once(log)
    proofs(log)
    whole(log, folder)


def bytes_an_entry(log: Log) -> int:
    """Return what an entry takes in its record's file, in the bundle and in the tile."""
    return len(log.at(log.size - 1).held.line) + 34 + 32


def append(path: Path, content: bytes) -> None:
    with path.open("ab") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def one_by_one(log: Log, plain: Path) -> None:
    ours, disk = [], []
    content = bytes(bytes_an_entry(log))
    for number in range(SINGLES):
        ours.append(timed(lambda number=number: log.append([stop_entry(log, number)])))
        disk.append(timed(lambda: append(plain, content)))
    mine, limit = statistics.median(ours) * 1e3, statistics.median(disk) * 1e3
    tell(f"one by one: {mine:.2f} ms; a plain file's append and sync {limit:.2f} ms")


def at_once(log: Log) -> None:
    """Many callers, each with one entry at a time: they are written as groups."""
    entries: list[Entry] = [stop_entry(log, number) for number in range(SINGLES)]

    def call() -> None:
        for entry in entries[: SINGLES // 4]:
            log.append([entry])

    threads = [threading.Thread(target=call) for _ in range(THREADS)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rate = THREADS * (SINGLES // 4) / (time.perf_counter() - begun)
    tell(f"{THREADS} callers at once, one entry each: {rate:,.0f} appends/s")


def proofs(log: Log) -> None:
    head, half = log.checkpoint().checkpoint, log.size // 2
    places = range(0, log.size, max(1, log.size // 200))
    made = [timed(lambda place=place: log.proof(place)) for place in places]
    path, leaf = log.proof(half), leaf_hash(log.at(half).held.commitment)
    seen = timed(lambda: [includes(head.root, head.size, half, leaf, path) for _ in range(1_000)]) / 1_000
    assert includes(head.root, head.size, half, leaf, path)
    took = statistics.median(made) * 1e3
    tell(f"an inclusion proof in {head.size:,} entries: made {took:.2f} ms, checked {seen * 1e6:.0f} µs")
    proof = log.consistency(half, head.size)
    assert len(proof) > 0
    tell(f"a consistency proof: made {timed(lambda: log.consistency(half, head.size)) * 1e3:.2f} ms")
    assert not consistent(half, head.root, head.size, head.root, proof)


def whole(log: Log, folder: Path) -> None:
    size = log.size
    tag = (7).to_bytes(8, "big")
    tell(f"a member's {len(log.of_member(tag))} entries found: {timed(lambda: log.of_member(tag)) * 1e3:.1f} ms")
    count = 0

    def forget() -> None:
        nonlocal count
        count = log.forget_member(tag, reason="erasure")

    seconds = timed(forget)
    tell(f"… and forgotten: {count} records in {seconds * 1e3:.0f} ms")
    log.close()
    tell(f"opened again: {timed(lambda: open_log(folder / 'log').close()) * 1e3:.0f} ms")
    seconds = timed(lambda: check(folder / "log"))
    tell(f"the whole log checked, records too: {seconds:.1f} s, {size / seconds:,.0f} entries/s")
    seconds = timed(lambda: independent(folder / "log"))
    tell(f"… by the independent verifier: {seconds:.1f} s, {size / seconds:,.0f} entries/s")
    used = sum(path.stat().st_size for path in (folder / "log").rglob("*") if path.is_file())
    tell(f"on disk: {used / size:.0f} bytes an entry, of them public {public(folder / 'log') / size:.0f}")


def check(folder: Path) -> None:
    assert verified(folder).good


def independent(folder: Path) -> None:
    [key] = log_keys(folder).known()
    command = [sys.executable, "-I", "-S", str(standalone.__file__), str(folder), "--key", str(key)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def public(folder: Path) -> int:
    return sum(path.stat().st_size for path in (folder / "tile").rglob("*") if path.is_file())


def timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def tell(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
