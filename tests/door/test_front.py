"""The public door: what it shows, what it says when the figures are away, and how it guards its pages."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from litestar.testing import TestClient
from tests.spec.announcing_world import DAY, FOUNDED, JOINT, world

from noren.doors.front import front_app
from noren.doors.front.figures import LiveFigures
from noren.governance.documents import encode
from noren.governance.parties import Handling, Party, PartyKind
from noren.governance.register import Document, DocumentKind
from noren.house.front import FrontRoom, front_room, year_file
from noren.house.home import CONFIG, Home, Programme, Settings, open_home, write_settings
from noren.house.keys import SIDES, make_side
from noren.house.showing import AudienceShown, KeyShown, SheetLine, Shown, Turned, show
from noren.kernel.say import Say
from noren.testing.ledger_door import FakeLedgerDoor, a_summary

YEAR = b'{"since": "2025-11-24", "until": "2026-11-21", "purchases": 155518}'


def make_home(path: Path, kind: Any = "sandbox") -> Home:
    path.mkdir(exist_ok=True)
    (path / CONFIG).write_text(write_settings(Settings(programme=Programme(kind=kind, currency="USD"))), "utf-8")
    home = open_home(path)
    for side in SIDES:
        make_side(home, side)
    return home


@pytest.fixture
def room(tmp_path: Path) -> FrontRoom:
    return front_room(make_home(tmp_path / "h"))


@pytest.fixture
def door(room: FrontRoom) -> Iterator[FakeLedgerDoor]:
    with FakeLedgerDoor(room.home) as running:
        yield running


@pytest.fixture
def client(room: FrontRoom) -> Any:
    return TestClient(front_app(room))  # type: ignore[arg-type]


def test_the_first_page_shows_the_figures_in_both_languages(client: Any, door: FakeLedgerDoor) -> None:
    japanese = client.get("/").text
    assert "84,211" in japanese
    assert "$2,489,133.77" in japanese
    assert "2026年5月21日(木) 18:04" in japanese
    assert "暖簾をはさんで" in japanese
    english = client.get("/?lang=en").text
    assert 'lang="en"' in english
    assert "Surplus fields refused" in english
    assert "Thu, 21 May 2026, 18:04" in english


def test_the_choice_of_language_is_remembered(client: Any) -> None:
    assert 'lang="ja"' in client.get("/handling").text
    answer = client.get("/handling?lang=en")
    assert "noren-lang=en" in answer.headers["set-cookie"]
    assert 'lang="en"' in client.get("/handling").text


def test_the_language_switch_keeps_the_rest_of_the_address(client: Any) -> None:
    page = client.get("/handling?x=%22%3E%3Cscript%3E&lang=en").text
    assert '/handling?x=%22%3E%3Cscript%3E&amp;lang=ja"' in page
    assert "<script>" not in page


def test_progress_is_measured_against_the_year_being_sent(client: Any, room: FrontRoom, door: FakeLedgerDoor) -> None:
    assert "<progress" not in client.get("/").text
    year_file(room.home).write_bytes(YEAR)
    part = room.year()
    assert part is not None
    assert part.purchases == 155_518
    fresh: Any = TestClient(front_app(room))  # type: ignore[arg-type]
    assert 'max="155518" value="84211"' in fresh.get("/figures").text
    assert "54%" in fresh.get("/figures").text


def test_figures_for_machines(client: Any, door: FakeLedgerDoor) -> None:
    told = client.get("/figures.json").json()
    assert told["fresh"] is True
    assert told["summary"]["purchases"] == 84_211


def test_shops_handling_member_information_are_published(client: Any, door: FakeLedgerDoor) -> None:
    page = client.get("/").text
    assert "のれんレンタル 三条店" in page
    assert "2026/04/01" in page
    assert "登録なし" in page
    assert "会員情報庫の窓口" not in page


@pytest.fixture
def desk(room: FrontRoom) -> Iterator[FakeLedgerDoor]:
    """A desk whose register knows a shop's handling, a joint use and its change that is to come."""
    handles = Handling(frozenset({"name"}), "counter")
    shop = Party("R1", PartyKind.IDENTITY_SHOP, Say("三条店", "Sanjo"), handles=handles)
    wider = replace(JOINT, scope=JOINT.scope | {"C06"})
    documents = [
        *world(),
        Document(DocumentKind.PARTY, "R1", 1, FOUNDED, FOUNDED, shop),
        Document(DocumentKind.NOTICE, "joint", 2, FOUNDED + 40 * DAY, FOUNDED + 4000 * DAY, wider),
    ]
    rows = [msgspec.json.decode(encode(each)) for each in documents]
    with FakeLedgerDoor(room.home, {"documents": rows}, "desk") as running:
        yield running


def test_what_was_announced_is_published_and_when(client: Any, door: FakeLedgerDoor, desk: FakeLedgerDoor) -> None:
    door.summary["identity_shops"] = [{"shop": "R1", "partner": "P1", "name": "三条店", "since": "2026-04-01"}]
    page = client.get("/").text
    assert "会員情報庫の窓口" in page
    for said in ("グループ五", "共同利用の公表", "2026/04/01", "これから", "2037/03/14", "版2"):
        assert said in page
    english = client.get("/?lang=en").text
    for said in ("Joint use", "Group Five", "Group Six", "version 2", "to come", "Member terms, version 1"):
        assert said in english
    assert "Group Seven" not in english


def test_without_the_desk_the_page_says_so(client: Any, door: FakeLedgerDoor) -> None:
    assert "一覧を出している仕組みが、いま応答していません" in client.get("/").text


def test_how_data_is_handled_is_told_from_the_register(client: Any, door: FakeLedgerDoor, desk: FakeLedgerDoor) -> None:
    japanese, english = client.get("/handling").text, client.get("/handling?lang=en").text
    for said in ("グループでの共同利用では", "グループ五", "会員情報取扱店※1", "三条店", "2037/03/14", "これから"):
        assert said in japanese
    assert "Group Five" in english
    assert "Versions of this page" in english
    before = client.get(f"/handling?lang=en&at={(FOUNDED - DAY).date().isoformat()}").text
    assert "There is no joint use." in before
    assert "As it is now" in before
    assert client.get("/handling?at=no-day").status_code == 200
    told = client.get("/handling.json").json()
    assert "joint" in [each["id"] for each in told["page"]["answers"]]


def test_without_the_desk_the_page_of_handling_says_so(client: Any, door: FakeLedgerDoor) -> None:
    assert "一覧を出している仕組みが、いま応答していません" in client.get("/handling").text
    assert client.get("/handling.json").status_code == 503


def test_without_such_shops_the_page_says_so(client: Any, door: FakeLedgerDoor) -> None:
    door.summary["identity_shops"] = []
    assert "いま登録されている会員情報取扱店はありません" in client.get("/").text


@pytest.mark.parametrize("path", ["/", "/figures", "/figures.json", "/member", "/handling", "/healthz"])
def test_pages_stay_up_while_the_ledger_worker_is_down(client: Any, path: str) -> None:
    assert client.get(path).status_code == 200


def test_when_figures_are_away_the_page_says_what_why_and_what_next(client: Any) -> None:
    page = client.get("/?lang=en").text
    assert "ledger-worker" in page
    assert "does not answer just now" in page
    assert "tills are another process" in page


def test_an_answer_that_is_not_a_summary_is_taken_as_away(client: Any, door: FakeLedgerDoor) -> None:
    door.summary.pop("purchases")
    assert client.get("/figures.json").json()["fresh"] is False


def test_the_last_figures_stay_when_the_worker_goes(room: FrontRoom) -> None:
    times = iter(range(0, 100, 2))
    figures = LiveFigures(room, lambda: float(next(times)))
    with FakeLedgerDoor(room.home):
        assert asyncio.run(figures.now()).fresh
    reading = asyncio.run(figures.now())
    assert not reading.fresh
    assert reading.summary is not None
    assert reading.summary.purchases == 84_211


def test_the_worker_is_asked_once_a_second_at_most(room: FrontRoom) -> None:
    time = [0.0]
    figures = LiveFigures(room, lambda: time[0])
    with FakeLedgerDoor(room.home) as door:
        for _ in range(5):
            asyncio.run(figures.now())
        assert door.asked == 1
        time[0] = 2.0
        door.summary["purchases"] = 84_211 + 1_500
        reading = asyncio.run(figures.now())
        assert door.asked == 2
        assert reading.per_second == 750


def test_front_has_no_pass_to_anything_but_totals(room: FrontRoom) -> None:
    porter = room.ledger._porter
    with FakeLedgerDoor(room.home) as door:
        assert door.porter.check(porter.make("ledger-worker", "summary"), "summary") == "front"
        for operation in ("enrol", "cards", "choices", "check", "purchases"):
            with pytest.raises(Exception, match="no pass"):
                door.porter.check(porter.make("ledger-worker", operation), operation)


def test_every_answer_carries_the_guards(client: Any) -> None:
    for path in ("/", "/figures.json", "/not-there", "/assets/x/noren.css", "/member"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"


def test_pages_have_no_inline_script_style_or_handler_and_ask_no_other_site(client: Any, door: FakeLedgerDoor) -> None:
    for path in ("/", "/member", "/handling", "/not-there", "/member/window"):
        html = client.get(path).text
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", html), path
        assert not re.search(r"<script(?![^>]* src=)", html), path
        for asked in re.findall(r'<(?:script|link|img|iframe)[^>]*?(?:src|href)="([^"]*)"', html):
            assert asked.startswith(("/assets/", "/member", "http://vault.localhost")), asked


def test_a_page_that_is_not_there_says_what_why_and_what_next(client: Any) -> None:
    answer = client.get("/secret-name?lang=en")
    assert answer.status_code == 404
    assert "This page is not here" in answer.text
    assert "Please start again" in answer.text
    assert "secret-name" not in re.sub(r'href="[^"]*"', "", answer.text)
    machine = client.get("/nope.json")
    assert machine.headers["content-type"].startswith("application/problem+json")
    assert machine.json()["type"] == "urn:noren:problem:not-found"


def test_assets_are_kept_for_ever_under_a_name_of_their_content(client: Any) -> None:
    href = re.search(r'href="(/assets/[^"]*noren\.css)"', client.get("/").text)
    assert href is not None
    answer = client.get(href[1])
    assert "immutable" in answer.headers["cache-control"]
    assert client.get("/assets/000000000000/noren.css").headers["cache-control"] == "no-store"
    assert client.get("/assets/x/..%2f..%2fshell.py").status_code == 404
    assert client.get("/assets/x/README.md").status_code == 404


SHOWN = Shown(
    (SheetLine("lots", "", 10, 1_000, 8, 900, 2, 100, 0, 0), SheetLine("stops", "", 3, 0, 2, 0, 0, 0, 1, 0)),
    1,
    (KeyShown("card-index", ("till", "vault"), 2, datetime.now(UTC) - timedelta(days=4), "索引", "the index"),),
    Turned("card-index", 2, 2_685, 8.2, 21_117, 3, 0),
    (
        AudienceShown(
            "coffee",
            "age 30..39",
            "30代の方",
            "Members aged 30 to 39",
            "約1,200人",
            "about 1,200",
            date(2026, 3, 31),
            60,
        ),
    ),
)


def test_a_demonstrations_cut_over_and_keys_are_shown_as_they_are(
    client: Any, room: FrontRoom, door: FakeLedgerDoor
) -> None:
    assert 'id="brought"' not in client.get("/").text
    show(room.home, SHOWN)
    fresh: Any = TestClient(front_app(room))  # type: ignore[arg-type]
    japanese, english = fresh.get("/").text, fresh.get("/?lang=en").text
    assert "合わないところは1件です" in japanese
    assert "900 ポイント" in japanese
    assert "停止の申し出" in japanese
    assert "21,117 purchases, 3 refused" in english
    assert "4 days" in english
    assert "till, vault" in english
    assert "30代の方" in japanese
    assert "約1,200人" in japanese
    assert "誤差の幅は±60人です" in japanese
    assert "The noise band is ± 60 people" in english
    assert "2026年3月31日" in japanese
    assert "about 1,200" in english


def test_a_live_programme_shows_no_cut_over_and_no_keys(tmp_path: Path) -> None:
    room = front_room(make_home(tmp_path / "live", "live"))
    (room.home.path / "run").mkdir(exist_ok=True)
    show(room.home, SHOWN)
    with FakeLedgerDoor(room.home, live_summary()):
        page = TestClient(front_app(room)).get("/").text  # type: ignore[arg-type]
    assert 'id="brought"' not in page
    assert 'id="keys"' not in page
    assert 'id="audiences"' not in page


def test_a_live_programme_shows_no_sandbox_words(tmp_path: Path) -> None:
    live: Any = TestClient(front_app(front_room(make_home(tmp_path / "live", "live"))))  # type: ignore[arg-type]
    page = live.get("/").text
    assert "体験用" not in page
    assert "nt_live_" in page


@pytest.fixture
def live_room(tmp_path: Path) -> FrontRoom:
    return front_room(make_home(tmp_path / "live", "live"))


def live_summary(**changed: object) -> dict[str, object]:
    whole: Any = a_summary(**changed)
    return whole | {"programme": {**whole["programme"], "kind": "live"}}


PER_PURCHASE = {
    "purchases": 1, "lines": 3, "amount": 2_480, "points_earned": 24, "points_used": 7, "lake_rows": 3,
    "lake_amount": 2_480, "lake_entry": 1, "ledger_entry": 1, "members": 1, "cards": 1, "replays": 1,
    "returns": 1, "imported": 1,
}  # fmt: skip


def test_one_purchase_changes_nothing_that_a_live_programme_publishes(live_room: FrontRoom) -> None:
    time = [0.0]
    figures = LiveFigures(live_room, lambda: time[0])
    with FakeLedgerDoor(live_room.home, live_summary()) as door:
        before = asyncio.run(figures.now())
        door.summary.update({name: door.summary[name] + by for name, by in PER_PURCHASE.items()})  # type: ignore[operator]
        time[0] = 60.0
        assert asyncio.run(figures.now()) == before
        assert door.asked == 2
        time[0] = 3_601.0
        assert asyncio.run(figures.now()) == before, "an hour later one purchase must not show either"
    assert before.per_second is None
    assert before.summary is not None
    told = {name: getattr(before.summary, name) for name in PER_PURCHASE}
    assert told["purchases"] == 84_000
    assert told["amount"] == 248_000_000
    assert all(value % 1_000 == 0 for value in told.values())


def test_live_figures_are_renewed_once_an_hour_and_published_shops_at_once(live_room: FrontRoom) -> None:
    time = [0.0]
    figures = LiveFigures(live_room, lambda: time[0])
    with FakeLedgerDoor(live_room.home, live_summary()) as door:
        asyncio.run(figures.now())
        door.summary |= {"purchases": 99_999, "identity_shops": []}
        time[0] = 3_599.0
        within = asyncio.run(figures.now()).summary
        time[0] = 3_600.0
        after = asyncio.run(figures.now()).summary
    assert within is not None
    assert after is not None
    assert (within.purchases, within.identity_shops) == (84_000, ())
    assert after.purchases == 99_000


def test_the_last_live_figures_stay_rounded_when_the_worker_goes(live_room: FrontRoom) -> None:
    time = [0.0]
    figures = LiveFigures(live_room, lambda: time[0])
    with FakeLedgerDoor(live_room.home, live_summary()):
        asyncio.run(figures.now())
    time[0] = 2.0
    reading = asyncio.run(figures.now())
    assert not reading.fresh
    assert reading.summary is not None
    assert reading.summary.purchases == 84_000


def test_a_live_page_says_how_its_figures_are_rounded(live_room: FrontRoom) -> None:
    client: Any = TestClient(front_app(live_room))  # type: ignore[arg-type]
    with FakeLedgerDoor(live_room.home, live_summary(points_used=999, amount=999_999)):
        english, japanese = client.get("/?lang=en").text, client.get("/?lang=ja").text
        told = client.get("/figures.json").json()
    assert "84,000" in english
    assert "under 1,000" in english
    assert "under $10,000.00" in english
    assert "renewed at most once an hour" in english
    assert "Purchases a second" not in english
    assert "1,000未満" in japanese
    assert "1時間に1回まで" in japanese
    assert "84,211" not in english + japanese
    assert (told["counts_rounded_down_to"], told["amounts_rounded_down_to"]) == (1_000, 1_000_000)
    assert told["purchases_per_second"] is None
    assert told["summary"]["points_used"] == 0
