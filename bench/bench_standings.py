"""What standings cost: in the till's call, and in the ledger-worker. CPU of this process, on a ledger in SQLite.

`make bench-standings ARGS="--members 40"`: [--members 60] [--conditions 0 100 1000 10000] [--seed 1]

Real baskets of the Complete Journey year (9.4 lines each) stand in a real ledger; standings are folded up to the end of
September and stored. Then each of the baskets from October on is a call: the desk is asked (`ask`: whatever of that is
the ledger's, the file's, the evaluator's), the purchase is written, and after every second one the worker brings the
store up to date. Where a member is asked of before that, her purchase is caught up in the call (`ask + 1`). With 10,000
conditions, 50 are in force at a shop. Conditions are those of bench_live.py.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import resource
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.bench_live import BEGIN, ZONE, Maker, load

from noren.activity import model
from noren.activity.feed import SqliteFeed
from noren.activity.store import SqliteLedger
from noren.audience.live import Goods, Place, Purchase
from noren.audience.live import fold as fold_live
from noren.audience.standings import LiveCondition, NotReady, Readying, Rules, StandingDesk
from noren.audience.standings.folding import ALL, Folder
from noren.audience.standings.keeping import Keeper
from noren.audience.standings.publishing import Given
from noren.audience.standings.store import StandingFile, StandingReader
from noren.testing.standings import FakeConditions, FakeShops

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
AT_A_SHOP = 50


class Ledger:
    """A ledger with the year's purchases, written as the till writes them but for the points."""

    def __init__(self, folder: Path, goods: dict[str, Goods], members: list[str]) -> None:
        self.store = SqliteLedger(folder / "ledger.db")
        self.handles = {name: name.encode().rjust(16, b"m") for name in members}
        self.last = dict.fromkeys(members, 0)
        self.entry = 1
        traits = model.Traits("female", 35, 2017, 5, "東京都", "100", "2015-04", email_ok=True)
        rows = [(product, None, g.category, g.department, g.brand, g.maker, None) for product, g in goods.items()]
        with self.store.batch() as batch:
            batch.put_products(rows)
            for name, handle in self.handles.items():
                batch.enrol(handle, handle, [name.encode().rjust(18, b"c")], traits)

    def write(self, sold: list[tuple[str, Purchase]]) -> None:
        with self.store.batch() as batch:
            changes = model.Changes()
            for name, one in sold:
                changes.purchases.append(self._purchase(name, one))
                handle = self.handles[name]
                changes.members[handle] = model.Member(
                    handle, model.MemberState.ACTIVE, False, 0, 0, self.last[name], 0
                )
            changes.next_entry = self.entry
            batch.write(changes)

    def _purchase(self, name: str, one: Purchase) -> model.Purchase:
        entry, at = self.entry, (one.at - EPOCH) // timedelta(microseconds=1)
        self.entry += 1
        lines = tuple(model.Line(x.product or "", x.quantity, x.amount) for x in one.lines)
        amount = sum(x.amount for x in lines)
        key = model.ReceiptKey(one.at.toordinal(), entry.to_bytes(18))
        previous, self.last[name] = self.last[name], entry
        return model.Purchase(
            entry, self.handles[name], key, bytes(18), one.place.shop or "", one.place.partner or "", "1", str(entry),
            at, at, amount, amount, amount, 0, 0, 0, 100, previous, False, lines, b"{}",
        )  # fmt: skip


def conditions(count: int, goods: dict[str, Goods], seed: int) -> FakeConditions:
    """So many conditions; of 10,000 each shop has 50."""
    rng = Random(seed)
    maker = Maker(rng, sorted({one.category for one in goods.values() if one.category and '"' not in one.category}),
                  sorted({one.department for one in goods.values() if one.department}))  # fmt: skip
    made = [maker.condition() for _ in range(count)]
    spread = count > 1_000
    where = [frozenset((f"group-{number // AT_A_SHOP}",)) if spread else frozenset[str]() for number in range(count)]
    return FakeConditions([LiveCondition(f"c{n:05d}", one, partners=where[n]) for n, one in enumerate(made)])


class Watch:
    """CPU by name."""

    def __init__(self) -> None:
        self.times: dict[str, list[int]] = {}

    def __call__(self, name: str) -> Watch:
        self.name = name
        return self

    def __enter__(self) -> None:
        self.begin = time.thread_time_ns()

    def __exit__(self, *_: object) -> None:
        self.times.setdefault(self.name, []).append(time.thread_time_ns() - self.begin)

    def told(self, name: str) -> str:
        found = [one / 1_000 for one in self.times.get(name, [])]
        if not found:
            return f"{name} -"
        return f"{name} {statistics.fmean(found):.0f} µs (median {statistics.median(found):.0f}, {len(found)} times)"


def run(folder: Path, goods: dict[str, Goods], members: dict[str, list[Purchase]], count: int, seed: int) -> None:
    ledger = Ledger(folder, goods, list(members))
    past = sorted(((o.at, name, o) for name, mine in members.items() for o in mine if o.at < BEGIN), key=lambda x: x[0])
    coming = sorted(
        ((o.at, name, o) for name, mine in members.items() for o in mine if o.at >= BEGIN), key=lambda x: x[0]
    )
    for begin in range(0, len(past), 500):
        ledger.write([(name, one) for _, name, one in past[begin : begin + 500]])
    live = conditions(count, goods, seed)
    now = [BEGIN]
    file, feed = StandingFile(folder / "standings.db"), SqliteFeed(folder / "ledger.db")
    rules = Rules(ZONE, 365)

    def readying() -> Readying:
        return Readying(about=feed, conditions=live, shops=FakeShops(), zone=ZONE, monotonic=lambda: 0.0)

    kept_ready = readying()
    keeper = Keeper(about=feed, store=file, readying=kept_ready, rules=rules, now=lambda: now[0], old=None)
    watch = Watch()
    made = readying()
    with watch("made ready"):
        force = made.refresh()
    fold(feed, rules, made, ledger, watch)
    catch_up(keeper)
    reader = StandingReader(folder / "standings.db")
    given = Given(reader, reader, ZONE, time.monotonic)
    given.refresh()
    desk = StandingDesk(about=feed, store=reader, in_force=given.current, rules=rules)
    till = given.current(0, BEGIN.toordinal())
    assert till is not None, "the worker gave it"
    for known in (till, keeper.changing.plans()[-1].force):  # products and dates are known, as to an open process
        fold_live(known.plan, [one for _, _, one in (*past, *coming)])
    gc.collect()
    gc.freeze()
    calls(ledger, keeper, desk, coming, now, watch)
    gc.unfreeze()
    size = file_kb(folder / "standings.db") / max(file.count(), 1)
    print(f"{count:6}  {alone(desk, ledger, feed, reader, till.plan.digest, now[0])}")
    for name in ("ask", "ask + 1", "worker, 2 purchases", "fold"):
        print(f"{count:6}  {watch.told(name)}")
    a_member = (
        sum(watch.times.get("a new day", [0])) / 1_000 / len(members) / max(len(watch.times.get("a new day", [])), 1)
    )
    print(f"{count:6}  a new day {a_member:.0f} µs a member")
    print(f"{count:6}  {size:.1f} kB a member; {watch.told('made ready')}; "
          f"memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB", flush=True)  # fmt: skip
    assert force.names == () or not desk.unanswered, desk.unanswered
    feed.close()
    ledger.store.close()


def fold(feed: SqliteFeed, rules: Rules, made: Readying, ledger: Ledger, watch: Watch) -> None:
    """Fold members from the ledger, as the worker does where nothing is kept of them."""
    folder, force = Folder(feed, None, ALL), made.refresh()
    del rules
    for handle in list(ledger.handles.values())[:30]:
        place = feed.place(handle)
        assert place is not None
        with watch("fold"):
            folder.folded(force.plan, handle, place)


def catch_up(keeper: Keeper) -> None:
    while keeper.step():
        continue
    keeper.make_cuts()


def calls(
    ledger: Ledger,
    keeper: Keeper,
    desk: StandingDesk,
    coming: list[tuple[datetime, str, Purchase]],
    now: list[datetime],
    watch: Watch,
) -> None:
    """Go through the baskets; every new day begins with the worker's pass over all members."""
    groups = itertools.cycle(["group-0", "group-7", "group-70", "group-150"])
    behind: set[str] = set()
    for number, (at, name, one) in enumerate(coming):
        if at.astimezone(ZONE).date() != now[0].astimezone(ZONE).date():
            now[0] = at.astimezone(ZONE).replace(hour=0, minute=0, second=0)
            with watch("a new day"):
                catch_up(keeper)
            behind.clear()
        now[0] = at
        place = Place(one.place.shop, next(groups))
        with watch("ask + 1" if name in behind else "ask"):
            told = desk.ask(ledger.handles[name], at, place, one)
        assert not isinstance(told, NotReady) or not desk.asked_of(place), told
        ledger.write([(name, one)])
        behind.add(name)
        if number % 2:
            with watch("worker, 2 purchases"):
                keeper.step()
            behind.clear()


def alone(
    desk: StandingDesk, ledger: Ledger, feed: SqliteFeed, reader: StandingReader, plan: bytes, at: datetime
) -> str:
    """What is whose of a question that finds everything as it was: the ledger's place, the store's row, all of it."""
    handles, watch, day = list(ledger.handles.values()), Watch(), at.toordinal()
    for handle in [*handles, *handles]:
        with watch("the ledger's place"):
            feed.place(handle)
        with watch("the store's row"):
            reader.load(handle, day, plan)
        with watch("again, nothing written meanwhile"):
            desk.ask(handle, at, Place("none", "group-0"))
    return "; ".join(watch.told(name) for name in watch.times)


def file_kb(path: Path) -> float:
    return path.stat().st_size / 1_000


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--members", type=int, default=60)
    ask.add_argument("--conditions", type=int, nargs="+", default=[0, 100, 1_000, 10_000])
    ask.add_argument("--seed", type=int, default=1)
    told = ask.parse_args()
    goods, members = load(told.members)
    for count in told.conditions:
        with tempfile.TemporaryDirectory() as folder:
            run(Path(folder), goods, members, count, told.seed)


if __name__ == "__main__":
    main()
