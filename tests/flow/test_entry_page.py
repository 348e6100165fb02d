"""A member enters a campaign in a real browser without scripts, on real processes; her next purchase is drawn for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from noren.house.home import Home
from noren.testing.campaigns import start_campaign
from noren.testing.live_files import live_files
from noren.testing.member_house import NUMBER, PASSWORD, MemberHouse
from noren.testing.ports import port_block

pytestmark = pytest.mark.browser

CHROMIUM = "/usr/bin/chromium"
ARGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
NAME = "five-times-day"
ENTERED = "エントリー済みです"
FILE = """
id = "{id}"
title = {{ ja = "ポイント5倍の日", en = "Five times the points" }}
purpose = "register-coupon"
condition = 'visits(partner = "P1") >= 1'
[issue]
partners = ["P1"]
from = {first}
until = {until}
draw = "member"
rate = "1"
holdout = "0"
entry = true
[offer]
kind = "points_multiplier"
value = 5
max_value = 500
min_spend = 0
redeem_at = ["P1"]
valid_days = 14
[text]
slip = {{ ja = ["ポイント5倍クーポン"], en = ["Five times the points"] }}
"""


@dataclass(frozen=True)
class Side:
    """Fills ``campaigns.LedgerSide``."""

    house: MemberHouse

    @property
    def home(self) -> Home:
        return self.house.home

    def ask(self, path: str, body: object = None) -> Any:
        return self.house.ask("ledger-worker", path, body)


def started(house: MemberHouse) -> None:
    today = datetime.now(house.home.zone).date()
    text = FILE.format(id=NAME, first=today, until=today + timedelta(days=9))
    start_campaign(Side(house), text, NAME)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[MemberHouse]:
    with port_block(5) as first, MemberHouse(tmp_path / "home", first) as running:
        started(running)
        yield running


@pytest.fixture
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield opened
        opened.close()


def signed_in(chromium: Browser, house: MemberHouse) -> Page:
    page = chromium.new_context(java_script_enabled=False).new_page()
    page.set_default_timeout(60_000)
    page.goto(house.origins.statement)
    page.locator("#number").fill(NUMBER)
    page.locator("#password").fill(PASSWORD)
    page.locator("form button").click()
    page.locator("#onward button").click()
    return page


def slips(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for each in answer["effects"] if each["type"] == "issue_coupon"]


def every_width_fits(page: Page, house: MemberHouse) -> None:
    for width in (360, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        for lang in ("ja", "en"):
            page.goto(f"{house.origins.statement}/campaigns?lang={lang}")
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, (lang, width, wide)


def test_she_enters_and_her_very_next_purchase_is_drawn_for(chromium: Browser, house: MemberHouse) -> None:
    page = signed_in(chromium, house)
    assert slips(house.buy("000001", 300)) == [], "she has not entered"
    page.get_by_role("link", name="エントリーできる企画を見る").click()
    expect(page.get_by_role("heading", name="ポイント5倍の日")).to_be_visible()
    page.get_by_role("button", name="エントリーする").click()
    expect(page.get_by_text(ENTERED)).to_be_visible()
    page.get_by_role("button", name="エントリーを取り消す").click()
    expect(page.get_by_text(ENTERED)).to_have_count(0)
    assert slips(house.buy("000002", 300)) == [], "she took it back"
    page.get_by_role("button", name="エントリーする").click()
    expect(page.get_by_text(ENTERED)).to_be_visible()
    every_width_fits(page, house)
    (slip,) = slips(house.buy("000003", 300))
    page.goto(f"{house.origins.statement}/campaigns?lang=ja")
    expect(page.get_by_text("取り消せません")).to_be_visible()
    expect(page.get_by_role("button", name="エントリーを取り消す")).to_have_count(0)
    redeemed = house.buy("000004", 1_000, [slip["barcode"]["value"]])
    assert (redeemed["points"]["earned"], redeemed["effects"][1]["points"]) == (10, 40)
    _nothing_of_it_is_on_the_vaults_side(house)


def _nothing_of_it_is_on_the_vaults_side(house: MemberHouse) -> None:
    files = live_files(house.home.path)
    found = {path.relative_to(house.home.path) for path, content in files if NAME.encode() in content}
    assert found, "the ledger side has the campaign"
    assert {path for path in found if "ledger" not in path.parts} == set()
    assert NAME.encode() not in house.log_bytes()
