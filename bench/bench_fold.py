"""What it costs to fold one member from the beginning in a till's call: by her purchases, and by conditions.

`.venv/bin/python bench/bench_fold.py`: [--purchases 64 250 500 1000] [--conditions 4 50 1000] [--seed 1]

So long does one call wait where nothing is kept of a member. Real baskets of the Complete Journey year (9.4 lines each)
stand in a real ledger in SQLite, many members' as one's.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.bench_live import ZONE, load
from bench.bench_standings import Ledger, conditions

from noren.activity.feed import SqliteFeed
from noren.audience.live import fold as fold_live
from noren.audience.standings import Kept, Readying
from noren.audience.standings.folding import ALL, Folder
from noren.testing.standings import FakeShops

TIMES = 15
MEMBERS = 40


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--purchases", type=int, nargs="+", default=[64, 250, 500, 1_000])
    ask.add_argument("--conditions", type=int, nargs="+", default=[4, 50, 1_000])
    ask.add_argument("--seed", type=int, default=1)
    said = ask.parse_args()
    goods, members = load(MEMBERS)
    all_of = sorted((one for mine in members.values() for one in mine), key=lambda one: one.at)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ledger = Ledger(folder, goods, [str(number) for number in said.purchases])
        for number in said.purchases:
            ledger.write([(str(number), one) for one in all_of[:number]])
        feed = SqliteFeed(folder / "ledger.db")
        for count in said.conditions:
            live = conditions(count, goods, said.seed)
            made = Readying(about=feed, conditions=live, shops=FakeShops(), zone=ZONE, monotonic=lambda: 0.0)
            plan = made.refresh().plan
            fold_live(plan, all_of)  # products and dates are known, as to a process that is open
            for number in said.purchases:
                handle = ledger.handles[str(number)]
                place, took = feed.place(handle), list[float]()
                assert place is not None
                for _ in range(TIMES):
                    begin = time.thread_time_ns()
                    folded = Folder(feed, None, ALL).folded(plan, handle, place)
                    took.append((time.thread_time_ns() - begin) / 1e6)
                    assert isinstance(folded, Kept)
                print(
                    f"{count:6} conditions, {number:5} purchases: {statistics.median(took):.1f} ms of CPU", flush=True
                )
        feed.close()
        ledger.store.close()


if __name__ == "__main__":
    main()
