"""A member reads her tier on her own page: what it is, until when, what is missing, and the rules; ja and en."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from tests.door.statement_visit import Visit, make_home
from tests.store.tier_shop import rules

from noren.activity.sweeping import Broom
from noren.activity.tiering import work_out
from noren.activity.tiers import Rules, RulesRow, RulesState, text_of
from noren.house.home import Home
from noren.house.ledger_stores import open_feed, open_ledger
from noren.house.statement import statement_room
from noren.kernel.clock import local_date, microseconds
from noren.testing.member_ledger import START, MemberLedger


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return make_home(tmp_path / "h")


@pytest.fixture
def ledger(home: Home) -> Iterator[MemberLedger]:
    made = MemberLedger(home)
    yield made
    made.close()


class Programme:
    """A programme whose clock stands on some day of December 2026, two months after she bought."""

    def __init__(self, home: Home, day: date) -> None:
        self.home, self.room = home, statement_room(home)
        wanted = timedelta(days=(day - self.today).days)
        with contextlib.closing(open_ledger(home, "till")) as store:
            store.set_clock_offset_us(wanted // timedelta(microseconds=1))
        self.room = statement_room(home)

    @property
    def today(self) -> date:
        with self.room.reader.open() as feed:
            return local_date(self.room.programme_now(feed), self.home.zone)

    def publish(self, *versions: Rules, published: bool = True) -> None:
        """Publish rules, long ago, and work tiers out as of today."""
        store, feed = open_ledger(self.home, "ledger-worker"), open_feed(self.home, "ledger-worker")
        state = RulesState.PUBLISHED if published else RulesState.DRAFT
        with store.batch() as batch:
            for number, said in enumerate(versions, 1):
                batch.put_tier_rules(RulesRow(number, state, text_of(said), "a", "b", 1, 1))
        with self.room.reader.open() as own:
            now = microseconds(self.room.programme_now(own))
        broom = Broom(store, feed, contextlib.nullcontext(), rest=lambda _: None)
        work_out(broom, feed, now_us=now, today=self.today, zone=self.home.zone)
        store.close()
        feed.close()


def test_without_published_rules_there_is_nothing(home: Home, ledger: MemberLedger) -> None:
    programme = Programme(home, date(2026, 11, 5))
    visit = Visit(programme.room, ledger.member(3))
    programme.publish(rules(first="2026-10-01"), published=False)
    visit.enter()
    assert "わたしの会員ランク" not in visit.get("/").text
    assert visit.get("/v1/tier").json() == {"tier": None}


def test_her_tier_and_what_is_missing(home: Home, ledger: MemberLedger) -> None:
    """She bought three times in October (START), for 5,750 in all, and 300 came back."""
    assert START.month == 10
    programme = Programme(home, date(2026, 11, 5))
    visit = Visit(programme.room, ledger.member(3))
    coming = rules(first="2027-03-01", thresholds=(0, 10, 20))
    programme.publish(rules(first="2026-10-01", thresholds=(0, 3000, 90000)), coming)
    visit.enter()
    told = visit.get("/v1/tier").json()["tier"]
    assert (told["id"], told["since"], told["until"]) == ("silver", "2026-11-01", "2026-11-30")
    spent = sum(each["amount"] - each["returned"] for each in visit.get("/v1/purchases").json()["purchases"])
    assert told["ahead"]["counted"]["ja"] == f"{spent:,}円"
    assert told["ahead"]["missing"]["en"] == f"¥{90000 - spent:,}"
    assert told["ahead"]["days"]["en"] == "2026-10-01 to 2026-11-30"
    assert [each["first"] for each in told["rules"]] == ["2026-10-01", "2027-03-01"]
    page = visit.get("/").text
    assert "<strong>silver</strong>" in page
    assert f"「gold」まで、あと {90000 - spent:,}円 です。" in page
    assert "毎月1日に決まり" in page
    english = visit.get("/?lang=en").text
    assert f"¥{90000 - spent:,} more to “gold”." in english
    assert "gold: ¥90,000 or more" in english


def test_the_lowest_the_highest_and_a_calendar_year(home: Home, ledger: MemberLedger) -> None:
    programme = Programme(home, date(2026, 12, 5))
    visit, idle = Visit(programme.room, ledger.member(3)), Visit(programme.room, ledger.member(0))
    programme.publish(rules(window="last-year", first="2026-11-01", thresholds=(0, 10, 20)))
    for each in (visit, idle):
        each.enter()
    told = visit.get("/v1/tier").json()["tier"]
    assert (told["id"], told["since"]) == ("blue", None), "last year she bought nothing"
    assert (told["ahead"]["month"], told["ahead"]["next"], told["ahead"]["so_far"]["en"]) == (
        "2027-01-01",
        None,
        "gold",
    )
    assert "いちばん上の「gold」に届いています。" in visit.get("/").text
    assert idle.get("/v1/tier").json()["tier"]["ahead"]["counted"]["en"] == "¥0"


def test_not_worked_out_yet_is_said(home: Home, ledger: MemberLedger) -> None:
    programme = Programme(home, date(2026, 11, 5))
    visit = Visit(programme.room, ledger.member(1, points_only=True))
    programme.publish(rules(first="2027-01-01"))
    visit.enter()
    told = visit.get("/v1/tier").json()["tier"]
    assert (told["id"], told["until"], told["points_only"]) == (None, None, True)
    page = visit.get("/").text
    assert "まだ計算されていません" in page
    assert "会計の帳簿として残る金額" in page


def test_of_nobody_else(home: Home, ledger: MemberLedger) -> None:
    """Negative control: another member's purchases change nothing of hers."""
    programme = Programme(home, date(2026, 11, 5))
    ledger.member(20)
    visit = Visit(programme.room, ledger.member(0))
    programme.publish(rules(first="2026-10-01"))
    visit.enter()
    told = visit.get("/v1/tier").json()["tier"]
    assert (told["id"], told["ahead"]["counted"]["en"]) == ("blue", "¥0")
    assert msgspec.json.encode(told).count(b"silver") > 0
