"""How long a settlement takes over a ledger of many purchases.

Run: python bench/bench_settlement.py [--purchases 1000000]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from noren.activity.connection import connect
from noren.activity.feed import SqliteFeed
from noren.activity.settling import Span, settle
from noren.activity.store import SqliteLedger

FIRST_US = 1_760_000_000_000_000
STEP_US = 30_000_000
COMPANIES = 20
BOUGHT = (
    "INSERT INTO purchase (entry, handle, day, hash, body_hash, shop, partner, terminal, receipt, at, received, amount,"
    " amount_left, base_left, used_left, earned, earned_left, per, previous, imported, lines, answer) VALUES"
    " (?, ?, 1, x'00', x'0011', 'S1', ?, 'T', '1', ?, ?, 300, 300, 300, 0, 3, 3, 100, 0, 0, zeroblob(150),"
    " zeroblob(200))"
)


def fill(path: Path, purchases: int) -> None:
    """Fill a ledger: a purchase each half minute at one of the companies; points are used with every fifth."""
    SqliteLedger(path).close()
    db = connect(path)
    db.execute("BEGIN")
    rows = ((n, n.to_bytes(16, "big"), f"P{n % COMPANIES}", FIRST_US + n * STEP_US) for n in range(1, purchases + 1))
    db.executemany(BOUGHT, ((*row, row[-1]) for row in rows))
    moved = ((n, kind, 1 + kind) for n in range(1, purchases + 1) for kind in (0, 1) if not kind or n % 5 == 0)
    db.executemany(
        "INSERT INTO posting VALUES (?, ?, ?, ?, 0, ?, 739000, ?)",
        ((n, at, kind, n.to_bytes(16, "big"), f"P{n % COMPANIES}", 3 - 6 * at) for n, at, kind in moved),
    )
    db.execute("COMMIT")
    db.close()


def main() -> None:
    """Fill, settle, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--purchases", type=int, default=1_000_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="noren-settle-") as folder:
        path = Path(folder) / "ledger.db"
        fill(path, asked.purchases)
        feed = SqliteFeed(path)
        for first, last in ((date(2026, 8, 1), date(2026, 8, 31)), (date(2026, 8, 1), date(2026, 8, 1))):
            begun = time.monotonic()
            told = settle(feed, Span(first, last, ZoneInfo("Asia/Tokyo")))
            took = time.monotonic() - begun
            print(f"{asked.purchases:,} purchases, {first} to {last}: {len(told.entries):,} entries in {took:.2f} s")
        feed.close()


if __name__ == "__main__":
    main()
