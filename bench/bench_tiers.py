"""How long tiers of a month take: everybody's, the sums alone, one member's own, and what they add to a till's look.

Run: python bench/bench_tiers.py [--purchases 1000000] [--members 50000]
"""

from __future__ import annotations

import argparse
import contextlib
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from noren.activity.connection import connect
from noren.activity.feed import SqliteFeed
from noren.activity.store import SqliteLedger
from noren.activity.sweeping import Broom
from noren.activity.tier_days import month_of
from noren.activity.tiering import work_out
from noren.activity.tiers import Measure, Rules, RulesRow, RulesState, begin_us, level_of, span_of, text_of

TOKYO: Final = ZoneInfo("Asia/Tokyo")
TODAY: Final = date(2026, 10, 2)
FIRST_US: Final = 1_759_300_000_000_000
YEAR_US: Final = 365 * 86_400_000_000
ASKED: Final = 2_000
BOUGHT: Final = (
    "INSERT INTO purchase (entry, handle, day, hash, body_hash, shop, partner, terminal, receipt, at, received, amount,"
    " amount_left, base_left, used_left, earned, earned_left, per, previous, imported, lines, answer) VALUES"
    " (?, ?, 1, x'00', x'0011', 'S1', 'P1', 'T', '1', ?, ?, ?, ?, 300, 0, 3, 3, 100, ?, 0, zeroblob(150),"
    " zeroblob(200))"
)


def fill(path: Path, purchases: int, members: int) -> list[bytes]:
    """Fill a ledger with a year of purchases of members who buy more or less often; return their handles."""
    chance = random.Random(1)
    handles = [chance.randbytes(16) for _ in range(members)]
    head = dict.fromkeys(handles, 0)
    SqliteLedger(path).close()
    db = connect(path)
    db.execute("BEGIN")
    for entry in range(1, purchases + 1):
        handle = handles[int(members * chance.random() ** 2)]
        at, amount = FIRST_US + entry * (YEAR_US // purchases), chance.randrange(100, 6000)
        db.execute(BOUGHT, (entry, handle, at, at, amount, amount, head[handle]))
        head[handle] = entry
    db.executemany("INSERT INTO member VALUES (?, 1, 0, 0, 0, ?, 0)", head.items())
    db.execute("UPDATE meta SET value = ? WHERE name = 'next_entry'", (purchases + 1,))
    db.execute("COMMIT")
    db.close()
    return handles


def rules() -> Rules:
    """Return rules over the twelve months before, in four levels."""
    levels = [
        {"id": name, "title": {"ja": name, "en": name}, "threshold": least}
        for name, least in (("regular", 0), ("silver", 30_000), ("gold", 100_000), ("platinum", 300_000))
    ]
    said = {"from": date(2026, 1, 1), "measure": "spend", "window": "last-months", "months": 12, "level": levels}
    return msgspec.convert(said, Rules)


def timed(name: str, work: Callable[[], object]) -> None:
    """Do something once, and print how long it took."""
    begun = time.monotonic()
    found = work()
    print(f"{name}: {time.monotonic() - begun:.2f} s ({found})")


def each(name: str, work: Callable[[bytes], object], handles: list[bytes]) -> None:
    """Do something for some members, and print the median and the longest."""
    took: list[float] = []
    for handle in handles:
        begun = time.perf_counter()
        work(handle)
        took.append((time.perf_counter() - begun) * 1e6)
    print(f"{name}: median {statistics.median(took):.0f} us, longest {max(took):.0f} us of {len(took):,}")


def main() -> None:
    """Fill, work out, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--purchases", type=int, default=1_000_000)
    parser.add_argument("--members", type=int, default=50_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="noren-tiers-") as folder:
        path = Path(folder) / "ledger.db"
        handles = fill(path, asked.purchases, asked.members)
        store, feed, said, now = SqliteLedger(path), SqliteFeed(path), rules(), begin_us(TODAY, TOKYO)
        some = random.Random(2).sample(handles, min(ASKED, len(handles)))
        each("a till's look at a member, no tiers", feed.place, some)
        with store.batch() as batch:
            batch.put_tier_rules(RulesRow(1, RulesState.PUBLISHED, text_of(said), "a", "b", 1, 1))
        span, everybody = span_of(said, month_of(TODAY), TOKYO), (b"", b"\xff" * 17)
        for measure in Measure:
            timed(
                f"sums of {measure}",
                lambda measure=measure: sum(1 for _ in feed.tier_sums(measure, span, now, everybody, 1)),
            )
        for rest, how in ((lambda _: None, "without rests"), (time.sleep, "with the rests that let a till in")):
            with store.batch() as batch:
                batch.drop_tiers(handles)
            connect(path).execute("DELETE FROM tier_month")
            broom = Broom(store, feed, contextlib.nullcontext(), rest=rest)
            timed(
                f"a month of {asked.members:,} members and {asked.purchases:,} purchases, {how}",
                lambda broom=broom: work_out(broom, feed, now_us=now, today=TODAY, zone=TOKYO),
            )
        print(f"with more than the lowest: {len(feed.tiers_between(*everybody)):,}")
        each("a till's look at a member, with tiers", feed.place, some)
        each("one member's own", lambda handle: feed.tier_sum_of(handle, Measure.SPEND, span, now), some)
        assert level_of(said, 0).id == "regular"
        feed.close()
        store.close()


if __name__ == "__main__":
    main()
