"""How the member's own ledger door guards itself: no ledger, no writing, no framing, no words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest
from tests.door.statement_visit import Visit, make_home

from noren.house.home import Home
from noren.house.statement import StatementRoom, statement_room
from noren.kernel.ids import Handle
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


def test_the_door_stays_up_and_says_so_when_there_is_no_ledger(home: Home) -> None:
    visit = Visit(statement_room(home), Handle(bytes(16)))
    assert visit.enter().status_code == 303
    assert visit.get("/healthz").status_code == 200
    page = visit.get("/?lang=en")
    assert page.status_code == 503
    assert "closed for a moment" in page.text
    assert visit.get("/v1/balance").json()["type"] == "urn:noren:problem:zone-down"
    MemberLedger(home).close()
    assert visit.get("/").status_code == 404  # the ledger has come; this member is not in it


def test_this_process_can_not_write(room: StatementRoom) -> None:
    with room.reader.open() as feed, pytest.raises(apsw.ReadOnlyError):
        feed._db.execute("UPDATE member SET pool = 1")  # type: ignore[attr-defined]
    assert set(room.keys.rings) == {"link", "purchase-id", "one-time-code"}


def test_only_the_public_door_may_frame_these_pages(visit: Visit) -> None:
    policy = visit.get("/left").headers["content-security-policy"]
    assert "frame-ancestors 'self' http://localhost:8001" in policy
    assert "form-action 'self';" in policy
    assert visit.get("/left").headers["cache-control"] == "no-store"


def test_nothing_is_printed_or_logged_of_a_visit(visit: Visit, capfd: pytest.CaptureFixture[str]) -> None:
    visit.enter()
    visit.get("/")
    visit.get("/purchases.csv")
    visit.get("/not-there")
    out, err = capfd.readouterr()
    assert out + err == ""
