"""How fast past purchases come in, a row a line of the real Complete Journey year: `make bench-import`.

The file goes the whole way: read and checked, gathered into receipts, sent over the worker's
Unix socket, written to the ledger with a sync per chunk; the lake follows beside it on the same
two cores. Peers: the reading alone, and Python's bare CSV reader over the same file. CPU seconds of
reader and worker are told apart: on a machine with other work they are what can be compared.

    bench_import.py [LINES]        default 400,000 of the year's 1.46 million
"""

from __future__ import annotations

import csv
import resource
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

from noren.doors.cli.demo.year import Basket, find_year
from noren.doors.cli.files.cells import Setting
from noren.doors.cli.files.kinds import KINDS
from noren.doors.cli.imports.report import Report
from noren.doors.cli.imports.run import Order, carry_out, open_order, try_out
from noren.kernel.clock import SystemClock
from noren.testing.till import TillHouse

LINES = 400_000
A_CALL = 2_000
COLUMNS = ("shop", "terminal", "business_date", "receipt", "card", "at", "product", "quantity", "amount")


def write_year(path: Path, lines: int) -> tuple[list[str], list[str]]:
    """Write the year's first lines; return the cards and shops that they name."""
    cards: dict[str, str] = {}
    shops: set[str] = set()
    written = 0
    with path.open("w", encoding="utf-8", newline="") as out:
        sheet = csv.writer(out)
        sheet.writerow(COLUMNS)
        for basket in find_year().baskets():
            card = cards.setdefault(basket.household, f"2980{len(cards):012}")
            shops.add(basket.shop)
            sheet.writerows(rows_of(basket, card))
            written += len(basket.lines)
            if written >= lines:
                break
    return list(cards.values()), sorted(shops)


def rows_of(basket: Basket, card: str) -> list[tuple[object, ...]]:
    """Return a basket as rows of a file of purchases."""
    at = basket.at
    head = (basket.shop, basket.terminal, at.date().isoformat(), basket.receipt, card, at.isoformat())
    return [(*head, line.product, line.quantity, line.amount) for line in basket.lines]


def bring(house: TillHouse, cards: list[str], shops: list[str]) -> None:
    """Bring in the members and shops that the file names."""
    for start in range(0, len(cards), A_CALL):
        members = [{"cards": [card], "traits": {}} for card in cards[start : start + A_CALL]]
        house.ask("/enrol", {"members": members}, caller="vault")
    for start in range(0, len(shops), A_CALL):
        rows = [house.shop_row(shop, "P1") for shop in shops[start : start + A_CALL]]
        house.ask("/reference/shops", {"rows": rows})


def imported(house: TillHouse, file: Path) -> Report:
    """Import the file through the real worker."""
    order = ordered(house, file)
    return carry_out(order, open_order(order), call=house.ask, journals=house.home.path / "run" / "imports")


def ordered(house: TillHouse, file: Path) -> Order:
    """Return the order to import a file of purchases."""
    return Order(file, KINDS["purchases"], Setting(SystemClock().now(), house.home.zone))


def main() -> None:
    """Measure and print rows (lines) per second."""
    wanted = int(next(islice(sys.argv[1:], 1), LINES))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "year.csv"
        cards, shops = write_year(file, wanted)
        with TillHouse.temporary() as house:
            bring(house, cards, shops)
            bare = timed(lambda: bare_csv(file))
            order = ordered(house, file)
            read = timed(lambda: try_out(order, open_order(order)))
            before, mine, begun = house.cpu_seconds("ledger-worker"), time.process_time(), time.perf_counter()
            report = imported(house, file)
            whole = time.perf_counter() - begun
            mine, worker = time.process_time() - mine, house.cpu_seconds("ledger-worker") - before
            rows = report.findings.rows
            assert (report.rejected, report.added > 0) == (0, True), report.as_json()
            again = timed(lambda: imported(house, file))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sys.stdout.write(
        f"{rows:,} rows, {report.added:,} receipts: imported {rows / whole:,.0f} rows/s; again (all the same)"
        f" {rows / again:,.0f}; read and checked only {rows / read:,.0f}; bare csv {rows / bare:,.0f};"
        f" imported / bare {bare / whole:.3f}; {peak} MB at most\n"
        f"CPU: reader {rows / mine:,.0f} rows/s, worker {rows / worker:,.0f} rows/s,"
        f" one after the other {rows / (mine + worker):,.0f} rows/s\n"
    )


def bare_csv(file: Path) -> int:
    """Read the file with Python's reader and look at nothing."""
    with file.open(encoding="utf-8", newline="") as stream:
        return sum(1 for _ in csv.reader(stream))


def timed(do: object) -> float:
    """Return how long a call took, in seconds."""
    assert callable(do)
    begun = time.perf_counter()
    do()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
