"""What a member does not want kept: asked and told on her page, carried out elsewhere; nobody else's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.door.statement_visit import Visit, make_home

from noren.activity import forgetting
from noren.activity.ports import AuditFeed, LedgerStore
from noren.activity.thinning import day_of
from noren.governance.acknowledgement import verified
from noren.house.home import open_home
from noren.house.inner import ZoneDown
from noren.house.keys import trusted
from noren.house.ledger_stores import open_feed, open_ledger
from noren.house.statement import StatementRoom, statement_room
from noren.kernel.ids import Handle
from noren.testing.member_ledger import MemberLedger

TOKYO = ZoneInfo("Asia/Tokyo")


class LedgerSide:
    """Answers what the statement asks of the ledger-worker, with the real operations; down when told."""

    def __init__(self, room: StatementRoom) -> None:
        self.store: LedgerStore = open_ledger(room.home, "ledger-worker")
        self.feed: AuditFeed = open_feed(room.home, "ledger-worker")
        self.down = False
        self.now_us = 1_800_000_000_000_000

    def call(self, path: str, body: object = None) -> Any:
        if self.down:
            raise ZoneDown("down")
        assert isinstance(body, dict)
        if path == "/forget/ask":
            return {"ok": forgetting.ask(self.store, now_us=self.now_us, **body)}
        return {"ok": forgetting.undo(self.store, **body)}

    def carry_out(self) -> None:
        due = list(self.feed.forgetting())
        with self.store.batch() as batch:
            forgetting.forget(batch, due, day_of(TOKYO))
            batch.end_forgetting(due)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[MemberLedger]:
    made = MemberLedger(make_home(tmp_path / "h"))
    yield made
    made.close()


@pytest.fixture
def side(ledger: MemberLedger, tmp_path: Path) -> LedgerSide:
    del ledger
    return LedgerSide(statement_room(open_home(tmp_path / "h")))


@pytest.fixture
def room(side: LedgerSide, tmp_path: Path) -> StatementRoom:
    return replace(statement_room(open_home(tmp_path / "h")), asking=side)


@pytest.fixture
def visit(room: StatementRoom, ledger: MemberLedger) -> Visit:
    made = Visit(room, ledger.member(3))
    made.enter()
    return made


def purchases(visit: Visit) -> list[dict[str, Any]]:
    return visit.get("/v1/purchases?limit=10").json()["purchases"]


def test_a_purchase_is_asked_for_taken_back_and_forgotten(visit: Visit, side: LedgerSide, room: StatementRoom) -> None:
    one = purchases(visit)[0]
    page = visit.get(f"/forget?purchase={one['purchase']}").text
    assert "消えるもの" in page
    assert "残るもの" in page
    assert visit.post("/forget/ask", data={"purchase": one["purchase"], "line": ""}).headers["location"] == "/"
    waits = purchases(visit)[0]
    assert (waits["state"], waits["lines"]) == ("waits", None)
    paper = visit.get(f"/forget/acknowledgement.json?purchase={one['purchase']}").content
    said = verified(paper, trusted(room.home, "statement").verifying)
    assert said is not None
    assert (said["kind"], said["purchase"], said["line"]) == ("forget-purchase", one["purchase"], None)
    assert (
        verified(paper.replace(b"forget-purchase", b"forget-nothing!"), trusted(room.home, "statement").verifying)
        is None
    )
    assert visit.post("/forget/undo", data={"purchase": one["purchase"], "line": ""}).status_code == 303
    assert purchases(visit)[0] == one
    visit.post("/forget/ask", data={"purchase": one["purchase"], "line": ""})
    side.carry_out()
    gone = purchases(visit)[0]
    assert (gone["state"], gone["shop"], gone["lines"]) == ("gone", "", None)
    assert (gone["amount"], gone["date"], gone["points_earned"]) == (one["amount"], one["date"], one["points_earned"])
    assert visit.post("/forget/undo", data={"purchase": one["purchase"], "line": ""}).status_code == 409
    assert purchases(visit)[1:] != []
    assert "お申し出により" in visit.get("/").text


def test_one_line_goes_and_the_others_stay(visit: Visit, side: LedgerSide) -> None:
    one = purchases(visit)[1]
    assert visit.post("/forget/ask", data={"purchase": one["purchase"], "line": "1"}).status_code == 303
    assert [line.get("state", "kept") for line in purchases(visit)[1]["lines"]][:2] == ["kept", "waits"]
    side.carry_out()
    lines = purchases(visit)[1]["lines"]
    assert (lines[1]["state"], lines[1]["product"], lines[1]["amount"]) == ("gone", "", 0)
    assert [*lines[:1], *lines[2:]] == [*one["lines"][:1], *one["lines"][2:]]
    assert visit.get(f"/forget?purchase={one['purchase']}&line=1").status_code == 409


def test_not_another_member_s_not_from_elsewhere_and_not_while_the_ledger_side_is_away(
    visit: Visit, room: StatementRoom, side: LedgerSide, ledger: MemberLedger
) -> None:
    name = purchases(visit)[0]["purchase"]
    other = Visit(room, ledger.member(1))
    other.enter()
    assert other.get(f"/forget?purchase={name}").status_code == 404
    assert other.post("/forget/ask", data={"purchase": name}).status_code == 404
    elsewhere = visit.post("/forget/ask", data={"purchase": name}, headers={"Sec-Fetch-Site": "cross-site"})
    assert elsewhere.status_code == 403
    for line in ("x", "-1", "99", "٣"):
        assert visit.post("/forget/ask", data={"purchase": name, "line": line}).status_code in (404, 409)
    side.down = True
    assert visit.post("/forget/ask", data={"purchase": name}).status_code == 503
    assert not side.feed.forgetting()


def test_who_is_not_signed_in_asks_nothing(room: StatementRoom, side: LedgerSide, ledger: MemberLedger) -> None:
    nobody = Visit(room, Handle(bytes(16)))
    assert nobody.post("/forget/ask", data={"purchase": "x"}).status_code == 401
    assert not side.feed.forgetting()
