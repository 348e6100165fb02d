"""The batch evaluator on the Complete Journey year, copied: one condition by hand and by noren, many in one pass.

.venv/bin/python bench/bench_batch.py [--copies 7] [--conditions 1000]      (7 copies: 10 M lines)

Copies are made of the prepared tables, so a benchmark of loading is none of this one's. CPU is of this process, all
threads; wall times are best of three.
"""

from __future__ import annotations

import argparse
import random
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.spec.golden_year import ZONE, golden_moment, write_year

from noren.audience.batch.evaluating import evaluate
from noren.audience.batch.loading.prepared import Prepared
from noren.audience.batch.loading.preparing import prepare
from noren.audience.batch.spans import day_number
from noren.audience.language import Condition, parse

ONE = 'visits(category = "COFFEE") >= 5 in last 182 days'
WINDOWS = ["", " in last 30 days", " in last 90 days", " in last 182 days", " in last 365 days", " in previous month"]
SEED = 1


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def timed(label: str, work: Callable[[], Any], rounds: int = 3) -> None:
    walls, cpus = [], []
    for _ in range(rounds):
        wall, before = time.perf_counter(), cpu()
        found = work()
        walls.append(time.perf_counter() - wall)
        cpus.append(cpu() - before)
    print(f"{label}: wall {min(walls):.2f} s, CPU {min(cpus):.2f} s, {found:,} qualify", flush=True)


def copied(prepared: Prepared, copies: int) -> Prepared:
    """Return the prepared tables so many times over, each time with other members and receipts."""
    connection = duckdb.connect()
    receipts = f"(SELECT max(receipt_no) + 1 FROM '{prepared.file('receipts')}')"
    for table in ("lines", "receipts"):
        connection.execute(
            f"COPY (SELECT t.* REPLACE (receipt_no + i * {receipts} AS receipt_no, "
            f"CAST(member_no + i * {prepared.members} AS INTEGER) AS member_no) "
            f"FROM '{prepared.file(table)}' t, range({copies}) n(i)) TO '{prepared.folder}/copied' (FORMAT parquet)"
        )
        shutil.move(f"{prepared.folder}/copied", f"{prepared.folder}/{table}-copied")
    for table in ("lines", "receipts"):
        shutil.move(f"{prepared.folder}/{table}-copied", prepared.file(table))
    return replace(prepared, names=[str(number) for number in range(prepared.members * copies)])


def by_hand(prepared: Prepared, products: Path) -> int:
    """Answer the one condition by the query that one would write for it."""
    today = day_number(golden_moment().today)
    query = (
        f"SELECT member_no FROM '{prepared.file('lines')}' SEMI JOIN "
        f"(SELECT product_no FROM '{products}' WHERE category = 'COFFEE') USING (product_no) "
        f"WHERE day BETWEEN {today - 181} AND {today} AND at_us <= {golden_moment().instant_us} "
        "GROUP BY 1 HAVING count(DISTINCT receipt_no) >= 5"
    )
    return len(duckdb.connect().execute(query).fetchall())


def some_condition(rng: random.Random, categories: list[str]) -> str:
    category, window = f'category = "{rng.choice(categories)}"', rng.choice(WINDOWS)
    kinds = [
        f"visits({category}) >= {rng.randint(1, 6)}{window}",
        f"spend({category}) >= {rng.randint(100, 3000)}{window}",
        f"days({category}) >= {rng.randint(1, 6)}{window}",
        f'units({category} and brand = "Private") >= {rng.randint(1, 6)}{window}',
        f"days_since_last({category}) >= {rng.randint(10, 90)}",
    ]
    return rng.choices(kinds, weights=[5, 2, 1, 1, 1])[0]


def conditions(texts: list[str]) -> dict[str, Condition]:
    read = {str(number): parse(text) for number, text in enumerate(texts)}
    return {name: one for name, one in read.items() if isinstance(one, Condition)}


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--copies", type=int, default=7)
    asked.add_argument("--conditions", type=int, default=1000)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        prepared = prepare(write_year(Path(folder)), Path(folder), ZONE)
        print(f"the year prepared: {time.perf_counter() - begin:.1f} s")
        columns = prepared.given.products
        categories = [str(value) for value in columns.column("category") if value is not None]
        products = Path(folder) / "numbered.parquet"
        rows = zip(range(columns.count()), columns.column("category"), strict=True)
        connection = duckdb.connect()
        connection.execute("CREATE TABLE numbered (product_no INTEGER, category VARCHAR)")
        wanted = [row for row in rows if row[1] == "COFFEE"]
        connection.executemany("INSERT INTO numbered VALUES (?, ?)", wanted)
        connection.execute(f"COPY numbered TO '{products}' (FORMAT parquet)")
        many = copied(prepared, options.copies)
        lines = duckdb.execute(f"SELECT count(*) FROM '{many.file('lines')}'").fetchall()[0][0]
        print(f"{lines:,} lines, {many.members:,} members")

        def run(texts: list[str]) -> int:
            return sum(map(len, evaluate(conditions(texts), many, golden_moment()).values()))

        timed("one condition, by hand", lambda: by_hand(many, products))
        timed("one condition", lambda: run([ONE]))
        rng = random.Random(SEED)
        texts = [some_condition(rng, categories) for _ in range(options.conditions)]
        timed(f"{len(texts):,} random conditions (seed {SEED}) in one pass", lambda: run(texts))


if __name__ == "__main__":
    main()
