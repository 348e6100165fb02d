"""The first page of a demonstration after its campaigns: expected and come, the audit in words, claim, tiers, books."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from noren.doors.front import front_app
from noren.house.front import front_room
from noren.house.home import CONFIG, Programme, Settings, open_home, write_settings
from noren.house.keys import SIDES, make_side
from noren.house.showing import Shown, show
from noren.house.showing_campaigns import (
    CampaignShown,
    ClaimShown,
    FaultShown,
    LevelShown,
    LiftShown,
    PaymentShown,
    ResultShown,
    SettledShown,
    SettlementShown,
    TiersShown,
    TriedShown,
)
from noren.testing.ledger_door import FakeLedgerDoor

DAY = date(2026, 11, 1)
CAMPAIGN = CampaignShown(
    "coffee", "珈琲", "Coffee", "だれか", "Somebody", DAY, DAY, "member", "1", "0", 1_500, 4, 1, 450, 0, 2, 10, 0, "",
    "", "", good=False, judged=9, check="", tried=TriedShown(DAY, DAY, 420, 61, "", 50),
    result=ResultShown(60, None, 1_050, 450, 50, 14, 300, LiftShown(-12, -350, 326, tells=False)),
    faults=(FaultShown(4, "purchase 12", "抽選されていません", "a purchase was not drawn for"),),
)  # fmt: skip
SHOWN = Shown(
    (),
    0,
    (),
    campaigns=(CAMPAIGN,),
    claim=ClaimShown("券", "A slip", "出ています。", "It came out.", "使えます。", "Not used yet.", same=True),
    tiers=TiersShown(DAY, "12か月", "12 months", (LevelShown("gold", "金", "Gold", "約90", "about 90"),)),
    settlement=SettlementShown(
        DAY, DAY, "JPY", 14, 0, (SettledShown("CJ", "ポイント付与", "points issued", 3, -1_200),),
        (PaymentShown("CJ", "", 1_200),), ("demo-settlement/year.csv",),
    ),
)  # fmt: skip
SAID = {
    "ja": ("約420人", "約1,050人と対照群 約450人", "4件(purchase 12)", "同じ券番号", "金: 約90",
           "CJ から 運営 へ", "ポイント付与"),
    "en": ("about 420 members", "(95 % interval -350 to +326)", "4 (purchase 12)", "the same number", "Gold: about 90",
           "CJ pays the programme", "points issued"),
}  # fmt: skip


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Any]:
    (tmp_path / CONFIG).write_text(write_settings(Settings(programme=Programme(kind="sandbox"))), "utf-8")
    home = open_home(tmp_path)
    for side in SIDES:
        make_side(home, side)
    (home.path / "run").mkdir(exist_ok=True)
    show(home, SHOWN)
    with FakeLedgerDoor(home):
        yield TestClient(front_app(front_room(home)))  # type: ignore[arg-type]


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_what_came_of_campaigns_is_said_in_words(client: Any, lang: str) -> None:
    page = client.get(f"/?lang={lang}").text
    assert [each for each in SAID[lang] if each not in page] == []
    assert "year.csv" not in page, "files of the home are its operator's"
