"""How long thinning takes: a month of the ledger, and a month of a lake of 10 million lines; how much room is left.

`.venv/bin/python -m bench.bench_thin 10000000`: lines of the lake (a year of them; one month is thinned).
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from bench.bench_erase import fill_lake, fill_ledger

from noren.activity.feed import SqliteFeed
from noren.activity.lake import LakeWriter, ProductRow
from noren.activity.store import SqliteLedger
from noren.activity.sweeping import Broom
from noren.activity.thinning import thin_ledger

ZONE: Final = ZoneInfo("Asia/Tokyo")
CATEGORIES: Final = 300
PRODUCTS: Final = 90_000


def main(lines: int) -> None:
    """Measure both."""
    with tempfile.TemporaryDirectory(prefix="noren-bench-thin-") as folder:
        measure_ledger(Path(folder) / "ledger.db")
        measure_lake(Path(folder) / "lake", lines)


def measure_ledger(path: Path) -> None:
    """Make sums of all purchases of a ledger, without the rests that a till is given."""
    store = SqliteLedger(path)
    list(fill_ledger(store))
    feed = SqliteFeed(path)
    begun = time.perf_counter()
    done = thin_ledger(Broom(store, feed, contextlib.nullcontext(), rest=lambda _: None), feed, date(2000, 1, 1), ZONE)
    took = time.perf_counter() - begun
    print(f"ledger: {done:,} purchases made sums in {took:.1f} s ({took / done * 1e6:.0f} us each)", flush=True)
    feed.close()
    store.close()


def measure_lake(path: Path, lines: int) -> None:
    """Make sums of the first month of a lake."""
    fill_lake(path, lines)
    with LakeWriter(path) as lake:
        lake.replace_products(ProductRow(f"49{n}", None, f"C{n % CATEGORIES}") for n in range(PRODUCTS))
        before = _bytes(path, "purchase_lines")
        begun = time.perf_counter()
        done = lake.thin_before("2026-02")
        took = time.perf_counter() - begun
        lake.vacuum(0)
        freed = before - _bytes(path, "purchase_lines")
    print(
        f"lake of {lines:,} lines: a month of {done.lines:,} became {done.sums:,} sums in {took:.1f} s;"
        f" {freed / 1e6:.1f} MB of lines went, {_bytes(path, 'day_sums') / 1e6:.1f} MB of sums came"
    )


def _bytes(path: Path, table: str) -> int:
    return sum(each.stat().st_size for each in (path / table).rglob("*.parquet"))


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 10_000_000)
