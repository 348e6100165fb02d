"""A member reads her tier in a real browser without scripts, on real processes, on a phone and on a desk."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from noren.testing.member_house import NUMBER, PASSWORD, MemberHouse
from noren.testing.ports import port_block

pytestmark = pytest.mark.browser

CHROMIUM = "/usr/bin/chromium"
ARGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
PATIENCE_SECONDS = 60.0
FILE = """
from = {today}
measure = "spend"
window = "last-year"
[[level]]
id = "regular"
title = {{ ja = "レギュラー会員", en = "Regular" }}
threshold = 0
[[level]]
id = "platinum"
title = {{ ja = "プラチナ・プレミアム会員", en = "Platinum Premium, for our best customers" }}
threshold = 1000000
"""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[MemberHouse]:
    with port_block(5) as first, MemberHouse(tmp_path / "home", first) as running:
        text = FILE.format(today=datetime.now(running.home.zone).date())
        running.ask("ledger-worker", "/tiers/draft", {"text": text, "author": "aoki"})
        running.ask("ledger-worker", "/tiers/approve", {"version": 1, "approver": "baba"})
        until = time.monotonic() + PATIENCE_SECONDS
        while not running.ask("ledger-worker", "/tiers/show", {})["worked_out"]:
            assert time.monotonic() < until, "the ledger-worker works tiers out by itself"
            time.sleep(0.2)
        yield running


@pytest.fixture
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield opened
        opened.close()


def test_she_reads_what_it_is_and_what_is_missing(chromium: Browser, house: MemberHouse) -> None:
    house.buy("000001", 1_234)
    page = chromium.new_context(java_script_enabled=False).new_page()
    page.set_default_timeout(60_000)
    page.goto(house.origins.statement)
    page.locator("#number").fill(NUMBER)
    page.locator("#password").fill(PASSWORD)
    page.locator("form button").click()
    page.locator("#onward button").click()
    expect(page.get_by_role("heading", name="わたしの会員ランク")).to_be_visible()
    expect(page.locator(".tier")).to_have_text("レギュラー会員")
    expect(page.get_by_text("「プラチナ・プレミアム会員」まで、あと 998,766円 です。")).to_be_visible()
    page.locator("details summary").first.click()
    expect(page.get_by_text("レギュラー会員: どなたも")).to_be_visible()
    for width in (360, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        for lang in ("ja", "en"):
            page.goto(f"{house.origins.statement}/?lang={lang}")
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, (lang, width, wide)
