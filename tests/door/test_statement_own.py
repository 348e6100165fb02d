"""What the member's own ledger door shows her, and of nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from tests.door.statement_visit import Visit, make_home

from noren.doors.statement.view import Viewer
from noren.house.home import Home
from noren.house.keys import open_keys
from noren.house.statement import StatementRoom, statement_room
from noren.kernel.clock import FixedClock
from noren.kernel.ids import Handle
from noren.kernel.ticket import UsedTickets
from noren.provision.model import ProvisionRecord, Window
from noren.provision.store import ProvisionStore
from noren.register.codes import read_code
from noren.testing.member_ledger import MemberLedger


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return make_home(tmp_path / "h")


@pytest.fixture
def ledger(home: Home) -> Iterator[MemberLedger]:
    made = MemberLedger(home)
    yield made
    made.close()


@pytest.fixture
def room(home: Home, ledger: MemberLedger) -> StatementRoom:
    return statement_room(home)


@pytest.fixture
def visit(room: StatementRoom, ledger: MemberLedger) -> Visit:
    return Visit(room, ledger.member(47, lot=True))


def test_purchases_come_page_by_page_without_gap_or_doubling(visit: Visit) -> None:
    visit.enter()
    names: list[str] = []
    before = ""
    while True:
        page = visit.get(f"/v1/purchases?limit=20{before}").json()
        names += [one["purchase"] for one in page["purchases"]]
        if page["next"] is None:
            break
        before = f"&before={page['next']}"
    assert len(names) == len(set(names)) == 47
    days = [one["date"] for one in visit.get("/v1/purchases?limit=100").json()["purchases"]]
    assert days == sorted(days, reverse=True)


def test_a_purchase_shows_names_amounts_and_what_came_back(visit: Visit) -> None:
    visit.enter()
    first = visit.get("/v1/purchases?limit=100").json()["purchases"][-1]
    assert (first["company"], first["shop_name"], first["returned"]) == ("P1", "暖簾珈琲 三条店", 300)
    assert first["lines"][0] == {
        "product": "4901777018888",
        "name": "深煎りコーヒー豆 200g",
        "quantity": 1,
        "amount": 300,
    }
    assert first["lines"][-1]["name"] is None


def test_she_sees_no_purchase_of_another_member(visit: Visit, ledger: MemberLedger, room: StatementRoom) -> None:
    other = Visit(room, ledger.member(30))
    other.enter()
    visit.enter()
    mine = {one["purchase"] for one in visit.get("/v1/purchases?limit=100").json()["purchases"]}
    hers = [one["purchase"] for one in other.get("/v1/purchases?limit=100").json()["purchases"]]
    assert not mine & set(hers)
    # Another member's purchase as a bookmark leads to none of hers.
    assert visit.get(f"/v1/purchases?before={hers[0]}").json()["purchases"] == []


@pytest.mark.parametrize("before", ["pu_0", "1", "pu_" + "0" * 32, "../x", "'"])
def test_an_invented_bookmark_is_refused(visit: Visit, before: str) -> None:
    visit.enter()
    assert visit.get(f"/v1/purchases?before={before}").status_code == 404


@pytest.mark.parametrize("limit", ["0", "101", "-1", "x", "１０"])
def test_a_page_has_a_limit(visit: Visit, limit: str) -> None:
    visit.enter()
    assert visit.get(f"/v1/purchases?limit={limit}").status_code == 400


def test_the_file_runs_nothing_in_a_spreadsheet(visit: Visit) -> None:
    visit.enter()
    answer = visit.get("/purchases.csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="purchases.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert "\"'=HYPERLINK" in answer.text
    assert not re.search(r'(^|,)"?[=+@]', answer.text, re.MULTILINE)


def test_what_people_wrote_is_shown_as_text(visit: Visit) -> None:
    visit.enter()
    page = visit.get("/").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_points_only_mode_shows_sums_and_no_goods(home: Home, ledger: MemberLedger, room: StatementRoom) -> None:
    visit = Visit(room, ledger.member(2, points_only=True))
    visit.enter()
    page = visit.get("/?lang=en").text
    assert "Points-only mode is on" in page
    assert "What was bought is not kept" in page
    assert visit.get("/v1/purchases").json()["purchases"][0]["lines"] is None
    assert len(visit.get("/purchases.csv").text.splitlines()) == 3


def test_who_bought_nothing_yet_is_told_what_to_do(ledger: MemberLedger, room: StatementRoom) -> None:
    visit = Visit(room, ledger.member(0))
    visit.enter()
    assert "No purchases yet" in visit.get("/?lang=en").text
    assert visit.get("/v1/balance").json() == {
        "points": 0, "next_expiry": None, "restricted": [], "points_only": False,
    }  # fmt: skip


def test_a_member_whom_the_ledger_does_not_know_is_told_so(ledger: MemberLedger, room: StatementRoom) -> None:
    visit = Visit(room, Handle(bytes(16)))
    visit.enter()
    assert visit.get("/").status_code == 404


def test_lapsed_points_are_not_shown(home: Home, ledger: MemberLedger) -> None:
    clock = FixedClock(datetime(2028, 1, 1, tzinfo=UTC))
    room = replace(statement_room(home), clock=clock, used=UsedTickets(datetime(2020, 1, 1, tzinfo=UTC)))
    with room.reader.open() as feed:
        assert Viewer(room, feed, ledger.member(3)).balance().points == 0


def test_the_code_on_the_page_is_one_that_the_till_takes(ledger: MemberLedger, room: StatementRoom) -> None:
    handle = ledger.member(1)
    visit = Visit(room, handle)
    visit.enter()
    part = visit.get("/code").text
    found = re.search(r"<code>([0-9 ]+)</code>", part)
    assert found is not None
    code = found[1].replace(" ", "")
    ring = open_keys(room.home, "till").ring("one-time-code")
    assert read_code(ring, code, datetime.now(UTC)) == (handle.reveal()[:8], ring.key())
    assert "<svg" in part
    assert "style=" not in part
    visit.client.cookies.clear()
    assert "/" in visit.get("/code").text
    assert "<svg" not in visit.get("/code").text


def test_who_used_her_data_is_told_to_her_and_nobody_elses_is(
    home: Home, room: StatementRoom, ledger: MemberLedger
) -> None:
    hers, other, empty = ledger.member(1), ledger.member(1), ledger.member(1)
    store = ProvisionStore(home.provision_db)
    day = date(2026, 11, 26)
    for run, handle, company in (("aa", hers, "旅の会社"), ("bb", other, "ほかの会社"), ("cc", hers, "途中の会社")):
        about = (
            "f",
            "group-marketing",
            "G1",
            company,
            "東京都",
            "代表",
            "joint-use",
            "joint",
            2,
            1,
            ("area", "amount"),
        )
        until = datetime(2026, 12, 10, 1, tzinfo=UTC)
        store.begin(ProvisionRecord(run, *about, Window(day, day), day, until), [handle.reveal()])
        if run != "cc":
            store.complete(run, on=day, rows=1, members=1, copy=f"cp_{run}")
    store.close()
    visit = Visit(room, hers)
    visit.enter()
    (use,) = visit.get("/v1/uses").json()["uses"]
    assert (use["company"], use["date"], use["until"]) == ("旅の会社", "2026-11-26", "2026-12-10")
    page = visit.get("/").text
    for said in (
        "わたしのデータの利用記録",
        "旅の会社",
        "グループでのサービス向上",
        "共同利用(joint 版2)",
        "お住まいの地域",
    ):
        assert said in page
    assert "ほかの会社に提供したことはありません" not in page
    assert "途中の会社" not in page, "what was not completed was not provided"
    alone = Visit(room, empty)
    alone.enter()
    assert alone.get("/v1/uses").json() == {"uses": []}
    assert "ほかの会社に提供したことはありません" in alone.get("/").text
