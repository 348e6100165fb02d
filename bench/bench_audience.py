"""The audience bench: a kept history of 10 M or 100 M lines, 1 M members; ratios, measured in one run.

.venv/bin/python bench/bench_audience.py [--lines 10 100] [--no-refresh] [--no-hand] [--statement] [--spark] [--keep F]

Steps for each size: the whole built, a piece of about 10 M lines after another (each drawn, taken in, deleted); one
condition against hand-written SQL over the same purchases in three layouts; a thousand conditions of two mixtures in
one pass, and a sample of 25 of them one by one; a refresh with 1 M new lines and 1,000 receipts corrected, and the
same again after it. ``--statement``, ``--spark``: a thousand (``--mixtures``) by the statement over whole tables.
CPU is of this process, all threads; walls are the best of 1 to 7 rounds; memory is the peak so far, mapped files
included. 100 M lines take some 10 minutes and 12 GB of disk.
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
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from audience_asked import ONE, SEED, conditions, mixed, read, simple
from audience_ground import LINES_OF_BASKET, MEMBERS, PIECE_LINES, Ground, write_members
from tests.spec.golden_year import ZONE, write_year

from noren.audience.batch.evaluating import Engine, evaluate
from noren.audience.batch.given import Moment
from noren.audience.batch.kept.history import History
from noren.audience.batch.kept.index import HistoryIndex
from noren.audience.batch.loading.inputs import Inputs
from noren.audience.batch.loading.prepared import Prepared
from noren.audience.batch.spans import day_number
from noren.audience.language import Condition

_AT = datetime(2018, 1, 1, 23, 59, 59, tzinfo=ZONE)
MOMENT = Moment((_AT - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1), _AT.date())
"""The last day of the year's purchases: nothing lies after it."""

NEW_LINES = 1_000_000
CORRECTED = 1_000
SAMPLE = 25
PLAIN = "plain lines (Parquet)"
MIXTURES = {"simple": simple, "mixed": mixed}
ROLLUP_MILLIONS = 20
"""Beyond, the rollup by hand is left out: making it takes longer than all else."""


@dataclass(frozen=True)
class Took:
    wall: float
    cpu: float
    found: int


def timed(label: str, work: Callable[[], int], rounds: int = 3) -> Took:
    """Say and return the best of so many rounds."""
    took: list[Took] = []
    for _ in range(rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        found = work()
        took.append(Took(time.perf_counter() - wall, time.process_time() - cpu, found))
    best = min(took, key=lambda one: one.wall)
    print(f"  {label}: {best.wall:.4f} s, CPU {min(one.cpu for one in took):.4f} s, {best.found:,} found", flush=True)
    return best


def tell(label: str, ratio: float, goal: str) -> None:
    print(f"  = {label}: {ratio:.2f} (goal {goal})", flush=True)


def peak_gb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def build(folder: Path, year: Inputs, ground: Ground, baskets: int, history: History) -> float:
    """Take in so many baskets, a range of members after another; return the seconds that it took, drawing aside."""
    pieces = max(1, round(baskets * LINES_OF_BASKET / PIECE_LINES))
    seconds = 0.0
    for piece in range(pieces):
        low, high = MEMBERS * piece // pieces, MEMBERS * (piece + 1) // pieces
        first, last = baskets * piece // pieces, baskets * (piece + 1) // pieces
        path = folder / "piece.parquet"
        ground.write(path, first, last - first, low, high)
        begin = time.perf_counter()
        history.refresh(replace(year, purchases=path))
        seconds += time.perf_counter() - begin
        print(f"    piece {piece + 1} of {pieces}: {seconds:.1f} s so far, {peak_gb():.1f} GB", flush=True)
        path.unlink()
    return seconds


def refresh(folder: Path, year: Inputs, ground: Ground, baskets: int, history: History) -> float:
    """Take in new lines and corrected receipts; return the seconds that it took."""
    new, corrected = folder / "new.parquet", folder / "corrected.parquet"
    ground.write(new, baskets, round(NEW_LINES / LINES_OF_BASKET), 0, MEMBERS)
    ground.write(corrected, baskets // 2, CORRECTED, 0, MEMBERS)
    both = folder / "both.parquet"
    duckdb.execute(f"COPY (FROM '{new}' UNION ALL FROM '{corrected}') TO '{both}' (FORMAT parquet)")
    begin = time.perf_counter()
    history.refresh(replace(year, purchases=both))
    return time.perf_counter() - begin


def by_hand(prepared: Prepared, folder: Path, rollup: bool) -> tuple[Took, Took]:
    """Answer the one condition by the queries that one would write for it, over three layouts.

    Return the best of them, and the pass over plain lines.
    """
    lines = f"'{folder}/part-*/lines.parquet'"
    write_parts(prepared, folder)
    category = write_categories(prepared, folder)
    today, instant = day_number(MOMENT.today), MOMENT.instant_us
    queries = {
        PLAIN: f"SELECT member_no FROM {lines} SEMI JOIN (FROM '{folder}/categories.parquet' "
        f"WHERE category = {category}) USING (product_no) WHERE day BETWEEN {today - 181} AND {today} "
        f"AND at_us <= {instant} GROUP BY 1 HAVING count(DISTINCT receipt_no) >= 5"
    }
    stored = duckdb.connect(str(folder / "hand.duckdb"))
    if rollup:
        stored.execute(
            "CREATE TABLE rollup AS SELECT category, member_no, day, count(DISTINCT receipt_no) AS visits "
            f"FROM {lines} JOIN '{folder}/categories.parquet' USING (product_no) GROUP BY ALL ORDER BY ALL"
        )
        stored.execute(f"COPY rollup TO '{folder}/rollup.parquet' (FORMAT parquet)")
        daily = (
            f"SELECT member_no FROM {{}} WHERE category = {category} AND day BETWEEN {today - 181} AND {today} "
            "GROUP BY 1 HAVING sum(visits) >= 5"
        )
        queries["a rollup by category, member, day (Parquet)"] = daily.format(f"'{folder}/rollup.parquet'")
        queries["a rollup by category, member, day (DuckDB's own table)"] = daily.format("rollup")
    took = {
        name: timed(f"one by hand, {name}", lambda query=query: len(stored.execute(query).fetchall()), 7)
        for name, query in queries.items()
    }
    stored.close()
    tell_sizes(folder)
    best = min(took, key=lambda name: took[name].wall)
    print(f"  the best by hand: {best}", flush=True)
    return took[best], took[PLAIN]


def write_parts(prepared: Prepared, folder: Path) -> None:
    """Write the lines of each part as a table; members are in one part each."""
    assert isinstance(prepared.index, HistoryIndex), "it is kept"
    for number, part in enumerate(prepared.index.parts):
        (folder / f"part-{number}").mkdir()
        replace(prepared.index, parts=[part]).write_tables(folder / f"part-{number}")


def write_categories(prepared: Prepared, folder: Path) -> int:
    """Write the category of each product, as a number; return COFFEE's."""
    index = prepared.given.products.index("category")
    coffee = index.having(["COFFEE"])
    connection = duckdb.connect()
    connection.execute("CREATE TABLE categories (product_no INTEGER, category INTEGER)")
    wanted = -1
    for code, held in enumerate(index.groups()):
        connection.execute("INSERT INTO categories SELECT unnest(?), ?", [list(held), code])
        wanted = code if held == coffee else wanted
    connection.execute(f"COPY categories TO '{folder}/categories.parquet' (FORMAT parquet)")
    return wanted


def tell_sizes(folder: Path) -> None:
    sizes = {path.name: path.stat().st_size / 1e6 for path in folder.iterdir() if path.is_file()}
    print("  by hand, MB: " + ", ".join(f"{name} {size:.0f}" for name, size in sizes.items()), flush=True)


def found(asked: dict[str, Condition], prepared: Prepared, engine: Engine = "duckdb") -> int:
    return sum(map(len, evaluate(asked, prepared, MOMENT, engine).values()))


def ask(prepared: Prepared, count: int, categories: list[str], rounds: int) -> dict[str, Took]:
    """Ask one, and both mixtures fused and one by one."""
    out = {"one": timed("one condition", lambda: found(read([ONE]), prepared), 7)}
    for name, make in MIXTURES.items():
        asked = conditions(make, count, categories)
        label = f"{count:,} {name} conditions (seed {SEED}) in one pass"
        out[name] = timed(label, lambda a=asked: found(a, prepared), rounds)
        sample = random.Random(SEED).sample(sorted(asked), min(SAMPLE, count))
        alone = timed(
            f"{len(sample)} of them one by one",
            lambda s=sample, a=asked: sum(found({key: a[key]}, prepared) for key in s),
            rounds,
        )
        scaled = alone.wall * count / len(sample)
        tell(f"{name}: one by one (scaled from {len(sample)}) : fused", scaled / out[name].wall, ">= 30")
        tell(f"{name}: fused : one", out[name].wall / out["one"].wall, "<= 5")
    return out


def size_of(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e9


def one_size(
    folder: Path, year: Inputs, ground: Ground, options: argparse.Namespace, millions: int
) -> dict[str, float]:
    """Measure one size; return what grows."""
    baskets = round(millions * 1e6 / LINES_OF_BASKET)
    history = History(folder / "history", ZONE)
    print(f"{millions} M lines:", flush=True)
    built = folder / "built"
    if not built.exists():
        built.write_text(str(build(folder, year, ground, baskets, history)))
    whole = float(built.read_text())
    prepared = history.prepared()
    print(
        f"  built in {whole:.1f} s, {size_of(folder / 'history'):.2f} GB on disk, memory {peak_gb():.1f} GB", flush=True
    )
    if not options.ask:
        return {"build": whole}
    categories = [str(value) for value in prepared.given.products.column("category") if value is not None]
    took = ask(prepared, options.conditions, categories, 3 if millions <= ROLLUP_MILLIONS else 2)
    memory = peak_gb()
    print(f"  memory {memory:.1f} GB", flush=True)
    if options.refresh:
        seconds = refresh(folder, year, ground, baskets, history)
        tell("refresh with 1 M new lines : full build, %", 100 * seconds / whole, "<= 5")
        print(f"  refreshed in {seconds:.1f} s; after it:", flush=True)
        ask(history.prepared(), options.conditions, categories, 1)
    if options.hand:
        with tempfile.TemporaryDirectory(dir=folder) as hand_made:
            hand, plain = by_hand(prepared, Path(hand_made), rollup=millions <= ROLLUP_MILLIONS)
        tell("one : one by hand", took["one"].wall / hand.wall, "<= 1.2")
        for name in ("simple", "mixed"):
            tell(f"{name}: fused : the best one by hand", took[name].wall / hand.wall, "<= 5")
            tell(f"{name}: fused : one pass by hand over plain lines", took[name].wall / plain.wall, "<= 5")
            tell(f"{name}: so many passes by hand : fused", options.conditions * plain.wall / took[name].wall, ">= 30")
    engines(folder, prepared, options, categories)
    return {"build": whole, **{name: one.wall for name, one in took.items()}}


def engines(folder: Path, prepared: Prepared, options: argparse.Namespace, categories: list[str]) -> None:
    """Ask the same of the statement over whole tables."""
    if not (options.statement or options.spark):
        return
    runs: list[tuple[Engine, bool, int]] = [("duckdb", options.statement, 2), ("spark", options.spark, 1)]
    with tempfile.TemporaryDirectory(dir=folder) as whole:
        tables = prepared.in_tables(Path(whole))
        for engine, wanted, rounds in runs:
            for name in options.mixtures:
                if wanted:
                    make = MIXTURES[name]
                    asked = conditions(make, options.conditions, categories)
                    label = f"{len(asked):,} {name} conditions by the statement on {engine}"
                    timed(label, lambda a=asked, e=engine: found(a, tables, e), rounds)


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--lines", type=int, nargs="+", default=[10], help="millions")
    asked.add_argument("--conditions", type=int, default=1000)
    asked.add_argument("--no-refresh", dest="refresh", action="store_false")
    asked.add_argument("--no-hand", dest="hand", action="store_false")
    asked.add_argument("--statement", action="store_true")
    asked.add_argument("--spark", action="store_true")
    asked.add_argument("--mixtures", nargs="+", choices=MIXTURES, default=["simple"], help="for the statement")
    asked.add_argument("--build-only", dest="ask", action="store_false")
    asked.add_argument("--keep", type=Path, help="a folder in which histories stay, to be asked again without a build")
    options = asked.parse_args()
    grown: dict[int, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as made:
        folder = options.keep or Path(made)
        folder.mkdir(exist_ok=True)
        year = write_year(folder)
        ground = Ground(year.purchases, MEMBERS, SEED)
        write_members(folder / "everyone.parquet", MEMBERS)
        for millions in options.lines:
            here = folder / f"{millions}M"
            here.mkdir(exist_ok=True)
            everyone = replace(year, members=folder / "everyone.parquet")
            grown[millions] = one_size(here, everyone, ground, options, millions)
            if not options.keep:
                shutil.rmtree(here)
    if len(grown) > 1:
        small, large = (grown[millions] for millions in (min(grown), max(grown)))
        for name, seconds in small.items():
            tell(f"growth of {name}, {min(grown)} M -> {max(grown)} M lines", large[name] / seconds, "<= 11")


if __name__ == "__main__":
    main()
