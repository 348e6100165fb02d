"""One import from beginning to end, against a zone in memory."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.cli.fake_zone import FakeZone
from tests.unit.files.reading import SETTING

from noren.doors.cli.files.kinds import KINDS
from noren.doors.cli.files.rows import FileProblem
from noren.doors.cli.imports.items import Item
from noren.doors.cli.imports.journal import digest, open_journal
from noren.doors.cli.imports.order import new_seed, shuffled
from noren.doors.cli.imports.run import Order, carry_out, open_order, try_out
from noren.doors.cli.imports.targets import BATCH_ITEMS
from noren.house.inner import ZoneDown

Write = Callable[[str], Path]


@pytest.fixture
def journals(tmp_path: Path) -> Path:
    return tmp_path / "run" / "imports"


def products(tmp_path: Path, count: int, extra: str = "") -> Order:
    file = tmp_path / "products.csv"
    file.write_text("product,name\n" + "".join(f"{n:06d},品{n}\n" for n in range(count)) + extra, "utf-8")
    return Order(file, KINDS["products"], SETTING)


def run(order: Order, zone: FakeZone, journals: Path) -> dict[str, object]:
    return carry_out(order, open_order(order), call=zone.call, journals=journals).as_json()


def test_the_same_file_twice_changes_nothing(tmp_path: Path, journals: Path) -> None:
    order, zone = products(tmp_path, 5_000), FakeZone()
    first = run(order, zone, journals)
    assert (first["rows"], first["added"], first["changed"], first["same"]) == (5_000, 5_000, 0, 0)
    again = run(order, zone, journals)
    assert (again["rows"], again["added"], again["changed"], again["same"]) == (5_000, 0, 0, 5_000)
    assert all(len(call) <= BATCH_ITEMS for call in zone.calls)
    assert list(journals.iterdir()) == []


def test_rows_come_in_another_order_each_time(tmp_path: Path, journals: Path) -> None:
    order = products(tmp_path, 3_000)
    zones = FakeZone(), FakeZone()
    for zone in zones:
        run(order, zone, journals)
    orders = [[row["product"] for call in zone.calls for row in call] for zone in zones]
    assert sorted(orders[0]) == sorted(orders[1])
    assert orders[0] != orders[1]
    in_file_order = sum(a < b for a, b in zip(orders[0], orders[0][1:], strict=False))
    assert 1_300 < in_file_order < 1_700


def test_an_interrupted_import_goes_on_where_it_stood(tmp_path: Path, journals: Path) -> None:
    order, zone = products(tmp_path, 9_000, extra=",noname\n"), FakeZone(breaks_after=3)
    with pytest.raises(ZoneDown):
        run(order, zone, journals)
    journal = journals / f"{digest(order.file)}.json"
    assert "品" not in journal.read_text("utf-8")
    zone.breaks_after = -1
    report = run(order, zone, journals)
    assert report["resumed"] is True
    assert (report["added"], report["same"], report["rejected"]) == (9_000, 0, 1)
    assert sum(map(len, zone.calls)) == 9_000
    assert list(journals.iterdir()) == []


def test_refusals_before_an_interruption_are_in_the_rejects_after_it(tmp_path: Path, journals: Path) -> None:
    file = tmp_path / "members.csv"
    file.write_text("member_number\n" + "".join(f"M{n}\n" for n in range(6_000)), "utf-8")
    order = Order(file, KINDS["members"], SETTING)
    zone = FakeZone(refuse={f"M{n}" for n in range(0, 6_000, 100)}, breaks_after=2)
    with pytest.raises(ZoneDown):
        run(order, zone, journals)
    zone.breaks_after = -1
    report = run(order, zone, journals)
    assert (report["added"], report["rejected"]) == (5_940, 60)
    lines = (tmp_path / "members.csv.rejects.csv").read_text("utf-8-sig").splitlines()
    assert lines[0] == "line,reason,member_number"
    assert lines[1] == "2,断り,M0"
    assert len(lines) == 61


def test_another_file_or_mapping_is_another_import(tmp_path: Path, journals: Path) -> None:
    order = products(tmp_path, 10)
    with open_journal(journals, order.file, "products", {}) as first:
        first.save()
    with open_journal(journals, order.file, "products", {"a": "b"}) as second:
        assert not second.resumed
    with open_journal(journals, order.file, "products", {}) as third:
        assert third.resumed
        assert third.state.seed == first.state.seed


def test_two_imports_of_one_file_at_once_are_refused(tmp_path: Path, journals: Path) -> None:
    order = products(tmp_path, 10)
    with open_journal(journals, order.file, "products", {}), pytest.raises(FileProblem, match="Another command"):
        run(order, FakeZone(), journals)


def test_a_row_that_a_zone_refuses_as_a_whole_call_is_found(tmp_path: Path, journals: Path) -> None:
    order = products(tmp_path, 100)
    report = run(order, FakeZone(poison="000042"), journals)
    assert (report["added"], report["rejected"]) == (99, 1)
    assert report["reasons"] == [{"line": 44, "ja": "poison", "en": "poison"}]


def test_a_dry_run_counts_the_same_and_sends_nothing(tmp_path: Path, journals: Path) -> None:
    order = products(tmp_path, 50, extra=",x\n000001,twice\n")
    tried = try_out(order, open_order(order)).as_json()
    done = run(order, FakeZone(), journals)
    same = ("rows", "accepted", "rejected", "warnings", "reasons", "encoding")
    assert {key: tried[key] for key in same} == {key: done[key] for key in same}
    assert (tried["dry_run"], tried["rejected"]) == (True, 2)


def test_purchases_are_sent_as_receipts(tmp_path: Path, journals: Path) -> None:
    file = tmp_path / "purchases.csv"
    rows = [f"S1,T1,2026-11-01,{n % 700},2980000000000001,2026-11-01 10:00,p{n},1,{n}" for n in range(2_100)]
    head = "shop,terminal,business_date,receipt,card,at,product,quantity,amount"
    file.write_text("\n".join([head, *rows]) + "\n", "utf-8")
    order, zone = Order(file, KINDS["purchases"], SETTING), FakeZone(refuse={"7"})
    report = run(order, zone, journals)
    assert (report["rows"], report["accepted"], report["rejected"], report["added"]) == (2_100, 2_097, 3, 699)
    assert all(len(receipt["lines"]) == 3 for receipt in zone.rows.values())
    assert len((tmp_path / "purchases.csv.rejects.csv").read_text("utf-8-sig").splitlines()) == 4


def test_a_rejects_file_of_an_earlier_import_goes_when_nothing_is_rejected(tmp_path: Path, journals: Path) -> None:
    order = products(tmp_path, 3, extra=",x\n")
    rejects = tmp_path / "products.csv.rejects.csv"
    assert run(order, FakeZone(), journals)["rejects"] == str(rejects)
    assert run(products(tmp_path, 3), FakeZone(), journals)["rejects"] is None
    assert not rejects.exists()
    rejects.write_text("mine", "utf-8")
    run(products(tmp_path, 3), FakeZone(), journals)
    assert rejects.read_text("utf-8") == "mine"


def test_a_place_that_can_not_be_written_is_said(tmp_path: Path, journals: Path) -> None:
    order = replace(products(tmp_path, 1, extra=",x\n"), rejects=tmp_path / "no" / "such" / "folder.csv")
    with pytest.raises(FileProblem, match="--rejects"):
        run(order, FakeZone(), journals)


def test_cards_rounded_by_a_spreadsheet_are_a_warning(tmp_path: Path, journals: Path) -> None:
    file = tmp_path / "cards.csv"
    file.write_text("card,member_number\n" + "".join(f"29800000000{n:03d}00,M{n}\n" for n in range(30)), "utf-8")
    report = run(Order(file, KINDS["cards"], SETTING), FakeZone(), journals)
    assert report["warnings"] == 1
    assert "spreadsheet" in json.dumps(report["doubts"])


def test_the_order_goes_on_from_a_place() -> None:
    items, seed = [Item((n,), b"") for n in range(100)], new_seed()
    whole = shuffled(items, seed, "")
    assert shuffled(items, seed, whole[41][0]) == whole[42:]
    assert shuffled(items, new_seed(), "") != whole
