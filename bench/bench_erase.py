"""How long an erasure takes: one member to unlinkable, and the lake's files for one, for 1,000, and member by member.

`make bench-erase ARGS="1000000 10000000"`: lines of each lake (these by default).

The lake is laid as the writer and its joining leave it: a year, parts of up to a million rows, sorted by handle within
a part. A member buys eleven times a year, nine lines each. The naive way rewrites each file for each member by herself.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from noren.activity.erasing import erase
from noren.activity.feed import SqliteFeed
from noren.activity.lake import LakeWriter
from noren.activity.lake.arrow import pa
from noren.activity.lake.log import LakeTable
from noren.activity.lake.parts import write_part
from noren.activity.lake.tables import PURCHASE_LINES
from noren.activity.lake.writer import AMOUNT, CURSOR, ROWS
from noren.activity.model import Changes, Kind, Line, Member, Posting, Purchase, ReceiptKey, Tally, Traits
from noren.activity.ports import LedgerStore
from noren.activity.store import SqliteLedger

LINES_A_MEMBER: Final = 100
LINES_A_PURCHASE: Final = 9
PART_ROWS: Final = 1_000_000
MANY: Final = 1_000
NAIVE: Final = 5
MOST_NAIVE: Final = 20_000_000
"""Above so many lines the first member alone stands for all who would be erased one by one."""

DAY: Final = 739_000
LEDGER_MEMBERS: Final = 5_000
_NEW_YEAR: Final = 1_767_193_200_000_000
_MONTH_US: Final = 30 * 86_400_000_000


def main(sizes: list[int]) -> None:
    """Measure the ledger once, the lake at each size."""
    with tempfile.TemporaryDirectory(prefix="noren-bench-erase-") as folder:
        measure_ledger(Path(folder) / "ledger.db")
        for lines in sizes:
            measure_lake(Path(folder) / f"lake-{lines}", lines)


def measure_ledger(path: Path) -> None:
    """Erase members of a ledger one by one."""
    store = SqliteLedger(path)
    handles = list(fill_ledger(store))
    feed, took = SqliteFeed(path), list[float]()
    for handle in handles[:: len(handles) // 50]:
        begun = time.perf_counter()
        erase(store, handle=handle, day=DAY, now_us=1)
        took.append(time.perf_counter() - begun)
    begun = time.perf_counter()
    feed.left_behind()
    swept = time.perf_counter() - begun
    took.sort()
    print(
        f"ledger, {feed.sums()[0]:,} purchases: one member erased in {took[len(took) // 2] * 1e3:.0f} ms "
        f"(greatest of {len(took)}: {took[-1] * 1e3:.0f} ms); the pass for what no index leads to {swept:.2f} s"
    )
    feed.close()
    store.close()


def fill_ledger(store: LedgerStore, seed: int = 5) -> Iterator[bytes]:
    """Enrol members who bought eleven times each."""
    chance = np.random.default_rng(seed)
    lines = tuple(Line(f"49{n:011}", 1, 100) for n in range(LINES_A_PURCHASE))
    handles = [chance.bytes(16) for _ in range(LEDGER_MEMBERS)]
    with store.batch() as batch:
        for handle in handles:
            batch.enrol(handle, chance.bytes(16), [chance.bytes(18)], Traits())
    for _ in range(LINES_A_MEMBER // LINES_A_PURCHASE):
        with store.batch() as batch:
            batch.write(_round(batch, handles, lines, chance))
    yield from handles


def _round(batch: Any, handles: list[bytes], lines: tuple[Line, ...], chance: np.random.Generator) -> Changes:
    changes, entry = Changes(tally=Tally(purchases=len(handles))), batch.next_entry()
    for handle, member in batch.members(handles).items():
        key = ReceiptKey(DAY, chance.bytes(18))
        changes.purchases.append(
            Purchase(
                entry, handle, key, chance.bytes(18), "S1", "P1", "1", str(entry), 1, 1, 900, 900, 900, 0, 9, 9, 100,
                member.last_purchase, False, lines, b"{}" * 60,
            )
        )  # fmt: skip
        changes.postings.append(Posting(entry, 0, Kind.EARN, handle, 0, "P1", DAY, 9))
        changes.members[handle] = _after(member, entry)
        entry += 1
    changes.next_entry = entry
    return changes


def _after(member: Member, entry: int) -> Member:
    return replace(member, pool=member.pool + 9, last_purchase=entry)


def measure_lake(path: Path, lines: int) -> None:
    """Rewrite the lake without one member, without many together, and without a few one by one."""
    handles = fill_lake(path, lines)
    size = sum(each.stat().st_size for each in path.rglob("*.parquet"))
    chance = np.random.default_rng(7)
    one, *few = (handles[n] for n in chance.choice(len(handles), NAIVE + 1, replace=False))
    many = [handles[n] for n in chance.choice(len(handles), MANY, replace=False)]
    with LakeWriter(path) as lake:
        alone, files = _timed(lake, [one])
        print(f"lake, {lines:,} lines ({size / 1e6:.0f} MB): one member {alone:.1f} s ({files} files)", flush=True)
        singly = alone * NAIVE if lines > MOST_NAIVE else sum(_timed(lake, [each])[0] for each in few)
        lake.vacuum(0)
        together, all_files = _timed(lake, many)
        begun = time.perf_counter()
        lake.vacuum(0)
        vacuumed = time.perf_counter() - begun
    print(
        f"lake, {lines:,} lines ({size / 1e6:.0f} MB): one member {alone:.1f} s ({files} files), {MANY:,} together "
        f"{together:.1f} s ({all_files} files) = {together / alone:.1f} x one; one by one {singly / NAIVE:.1f} s each, "
        f"so {MANY:,} would take {singly / NAIVE * MANY / 60:.0f} min; vacuum {vacuumed:.2f} s"
    )
    shutil.rmtree(path)


def _timed(lake: LakeWriter, handles: list[bytes]) -> tuple[float, int]:
    begun = time.perf_counter()
    done = lake.rewrite_without(handles)
    return time.perf_counter() - begun, done.files


def fill_lake(path: Path, lines: int) -> list[bytes]:
    """Lay a year of lines; return the members' handles."""
    LakeWriter(path).close()
    table, chance = LakeTable(path / PURCHASE_LINES.name, PURCHASE_LINES), np.random.default_rng(3)
    handles = sorted(chance.bytes(16) for _ in range(max(lines // LINES_A_MEMBER, 2 * MANY)))
    pool = pa.array(handles, pa.binary())
    a_month, entry = lines // 12, 1
    for month in range(12):
        for start in range(0, a_month, PART_ROWS):
            count = min(PART_ROWS, a_month - start)
            rows = _rows(pool, chance, month, entry, count)
            entry += count
            part = write_part(table.folder, PURCHASE_LINES, rows, f"2026-{month + 1:02d}")
            sums = {CURSOR: entry, ROWS: table.mark(ROWS) + count, AMOUNT: table.mark(AMOUNT) + 100 * count}
            table.commit(marks=sums, added=[part])
    return handles


def _rows(pool: Any, chance: np.random.Generator, month: int, entry: int, count: int) -> Any:
    owners = np.sort(chance.integers(0, len(pool), count))
    at = _NEW_YEAR + month * _MONTH_US + chance.integers(0, _MONTH_US, count)
    columns = [
        pool.take(pa.array(owners)), pa.array(np.arange(entry, entry + count)),
        pa.array((np.arange(count) % LINES_A_PURCHASE).astype(np.int16)), _instants(at), _instants(at + 1_000_000),
        pa.array((at // 86_400_000_000).astype(np.int32)).cast(pa.date32()), _texts(chance, "S", 2_000, count),
        _texts(chance, "P", 50, count), _texts(chance, "49", 90_000, count), pa.array(np.ones(count, np.int64)),
        pa.array(np.full(count, 100, np.int64)), pa.array(np.ones(count, np.int64)), pa.array(np.zeros(count, bool)),
    ]  # fmt: skip
    return pa.Table.from_arrays(columns, schema=PURCHASE_LINES.stored())


def _instants(at: Any) -> Any:
    return pa.array(at).cast(pa.timestamp("us", "UTC"))


def _texts(chance: np.random.Generator, prefix: str, kinds: int, count: int) -> Any:
    return pa.array([f"{prefix}{n}" for n in range(kinds)]).take(pa.array(chance.integers(0, kinds, count)))


if __name__ == "__main__":
    main([int(each) for each in sys.argv[1:]] or [1_000_000, 10_000_000])
