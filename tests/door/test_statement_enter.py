"""Entering the member's own ledger door by ticket, and leaving it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.door.statement_visit import Visit, make_home

from noren.doors.pages.sessions import LIFE
from noren.doors.statement.cookies import NONCE, SESSION
from noren.house.home import Home
from noren.house.statement import StatementRoom, statement_room
from noren.kernel.clock import FixedClock
from noren.kernel.ids import Handle
from noren.kernel.ticket import UsedTickets
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


def test_who_is_not_signed_in_goes_to_the_vault_with_a_nonce(visit: Visit) -> None:
    sent = visit.get("/?lang=en")
    where = urlsplit(sent.headers["location"])
    assert where.netloc == "vault.localhost:8003"
    assert parse_qs(where.query)["lang"] == ["en"]
    cookie = next(c for c in sent.headers.get_list("set-cookie") if c.startswith(NONCE))
    for guard in ("Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/"):
        assert guard in cookie


def test_a_ticket_opens_the_door(visit: Visit) -> None:
    entered = visit.enter()
    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    cookie = next(c for c in entered.headers.get_list("set-cookie") if c.startswith(SESSION))
    assert f"Max-Age={int(LIFE.total_seconds())};" in cookie
    page = visit.get("/").text
    assert "暖簾珈琲 三条店" in page
    assert "423" in page  # 47 purchases of 9 points; a company's lot is told apart
    assert "P1だけで使える 30 ポイント" in page


def test_a_ticket_opens_once(visit: Visit) -> None:
    nonce = visit.nonce()
    ticket = visit.vault.ticket(nonce)
    assert visit.post("/enter", data={"ticket": ticket}).status_code == 303
    visit.client.cookies.set(NONCE, nonce)
    again = visit.post("/enter", data={"ticket": ticket})
    assert again.status_code == 403
    assert "使用済み" in again.text


def test_a_ticket_of_another_browser_is_refused(visit: Visit) -> None:
    visit.nonce()
    assert visit.post("/enter", data={"ticket": visit.vault.ticket("another-nonce")}).status_code == 403


def test_a_ticket_without_a_nonce_is_refused(visit: Visit) -> None:
    assert visit.post("/enter", data={"ticket": visit.vault.ticket("x")}).status_code == 403


@pytest.mark.parametrize("ticket", ["", "x", "A" * 5000, "日本語"])
def test_what_is_no_ticket_is_refused(visit: Visit, ticket: str) -> None:
    visit.nonce()
    answer = visit.post("/enter", data={"ticket": ticket})
    assert answer.status_code == 403
    assert "もう一度サインインしてください" in answer.text


def test_a_late_ticket_is_refused(visit: Visit, home: Home) -> None:
    late = replace(visit.room, clock=FixedClock(datetime.now(UTC) + timedelta(hours=1)))
    late_visit = Visit(late, Handle(bytes(16)))
    assert late_visit.enter().status_code == 403


def test_a_session_ends_after_fifteen_minutes(home: Home, ledger: MemberLedger) -> None:
    clock = FixedClock(datetime.now(UTC))
    room = replace(statement_room(home), clock=clock, used=UsedTickets(clock.now() - timedelta(seconds=5)))
    visit = Visit(room, ledger.member(1))
    visit.enter()
    assert visit.get("/v1/balance").status_code == 200
    clock.instant += LIFE
    assert visit.get("/v1/balance").status_code == 401


def test_leaving_ends_the_session_and_only_by_our_own_button(visit: Visit) -> None:
    visit.enter()
    assert visit.post("/leave", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert visit.get("/v1/balance").status_code == 200
    secret = visit.client.cookies[SESSION]
    assert visit.post("/leave", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303
    visit.client.cookies.set(SESSION, secret)
    assert visit.get("/v1/balance").status_code == 401


@pytest.mark.parametrize("path", ["/v1/balance", "/v1/purchases", "/purchases.csv"])
def test_without_a_session_nothing_is_told(visit: Visit, path: str) -> None:
    answer = visit.get(path)
    assert answer.status_code == 401
    visit.client.cookies.set(SESSION, "invented")
    assert visit.get(path).status_code == 401
