"""Any file of balances, shuffled, in pieces, repeated, broken off and gone on with: the same stands, the sheet is 0."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import pytest

from noren.doors.cli.files.cells import Setting
from noren.doors.cli.files.kinds import LOTS
from noren.doors.cli.imports.reconcile import reconcile
from noren.doors.cli.imports.run import Order, carry_out, open_order
from noren.doors.cli.imports.sheet import Sheet
from noren.house.inner import ZoneDown
from noren.kernel.clock import SystemClock
from noren.testing.till import TillHouse

ROWS = 4_000
HEAD = "card,points,earned,expires,company\n"


@pytest.fixture
def house() -> Iterator[TillHouse]:
    made = TillHouse.temporary()
    made.start_worker()
    made.tell_reference()
    yield made
    made.stop()


class Breaking:
    """Calls the worker and breaks after ``good`` calls: the ``call`` is lost, or the ``answer`` is."""

    def __init__(self, house: TillHouse, good: int, lost: Literal["call", "answer"]) -> None:
        self._house = house
        self._good = good
        self._lost = lost

    def __call__(self, path: str, body: object) -> Any:
        self._good -= 1
        if self._good >= 0:
            return self._house.ask(path, body)
        if self._lost == "answer":
            self._house.ask(path, body)
        raise ZoneDown("broken on purpose")


def rows(house: TillHouse, chance: random.Random) -> list[str]:
    """Return different rows, good and bad."""
    cards = [shopper.card for shopper in house.shoppers(200)] + ["2980777777777777"]
    today = Setting(SystemClock().now(), house.home.zone).today
    out: set[str] = set()
    while len(out) < ROWS:
        earned = today - timedelta(days=chance.randrange(420))
        expires = chance.choice(["", "", (today + timedelta(days=chance.randrange(-9, 90))).isoformat()])
        company = chance.choice(["", "", "P1", "P2", "P9"])
        points = chance.choice([chance.randrange(1, 999), -chance.randrange(1, 99), "x"])
        out.add(f"{chance.choice(cards)},{points},{earned.isoformat()},{expires},{company}\n")
    return sorted(out)


def order(house: TillHouse, file: Path, lines: list[str]) -> Order:
    file.write_text(HEAD + "".join(lines), "utf-8")
    return Order(file, LOTS, Setting(SystemClock().now(), house.home.zone))


def sheet_of(house: TillHouse, *orders: Order) -> Sheet:
    return reconcile([(each, open_order(each)) for each in orders], lambda _zone: house.ask, whole=True)


def test_the_sheet_is_zero_however_the_rows_came(house: TillHouse, tmp_path: Path) -> None:
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    source = rows(house, chance)
    journals = tmp_path / "journals"
    whole = order(house, tmp_path / "whole.csv", chance.sample(source, len(source)))
    with pytest.raises(ZoneDown):
        carry_out(whole, open_order(whole), call=Breaking(house, 0, "answer"), journals=journals)
    with pytest.raises(ZoneDown):
        carry_out(whole, open_order(whole), call=Breaking(house, 1, "call"), journals=journals)
    cut = sheet_of(house, whole)
    assert cut.found > 0, f"seed {seed}: a cut import would pass unnoticed"
    piece = order(house, tmp_path / "piece.csv", chance.sample(source, ROWS // 2))
    carry_out(piece, open_order(piece), call=house.ask, journals=journals)
    report = carry_out(whole, open_order(whole), call=house.ask, journals=journals)
    assert report.resumed, f"seed {seed}"
    sheet = sheet_of(house, whole)
    assert (sheet.found, [d.what.en for d in sheet.differences]) == (0, []), f"seed {seed}"
    assert all((x.open_rows, x.open) == (0, 0) for x in sheet.lines.values()), f"seed {seed}"
    assert sum(x.source_rows for x in sheet.lines.values()) == ROWS
    assert house.findings() == [], f"seed {seed}"

    less = order(house, tmp_path / "less.csv", [line for line in source if not line.startswith(taken(house, source))])
    named = sheet_of(house, less)
    assert named.found > 0, f"seed {seed}: a row too many would pass unnoticed"
    both = sheet_of(house, whole, piece)
    assert both.found > 0, f"seed {seed}: a row claimed twice would pass unnoticed"


def taken(house: TillHouse, source: list[str]) -> str:
    """Return the card of a row that stands."""
    for line in source:
        card, points, earned, expires, company = line.strip().split(",")
        if points == "x":
            continue
        row = {"card": card, "points": int(points), "earned": earned}
        row |= {name: value for name, value in (("expires", expires), ("company", company)) if value}
        if house.ask("/cutover/lots", {"rows": [row], "dry": True})["results"] == ["same"]:
            return card
    raise AssertionError("no row stands")
