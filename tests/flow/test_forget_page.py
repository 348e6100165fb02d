"""A member has a purchase not kept in a real browser, on real processes: asked, acknowledged, taken back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from noren.activity.lake.reader import open_lake
from noren.testing.member_house import NUMBER, PASSWORD, PRODUCT_NAME, MemberHouse
from noren.testing.ports import port_block

pytestmark = pytest.mark.browser

CHROMIUM = "/usr/bin/chromium"
ARGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[MemberHouse]:
    with port_block(5) as first, MemberHouse(tmp_path / "home", first) as running:
        running.buy("000001", 1_200)
        yield running


@pytest.fixture
def page(house: MemberHouse) -> Iterator[Page]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        opened = chromium.new_page()
        opened.set_default_timeout(60_000)
        opened.goto(house.origins.statement)
        opened.locator("#number").fill(NUMBER)
        opened.locator("#password").fill(PASSWORD)
        opened.locator("form button").click()
        opened.locator("#onward button").click()
        yield opened
        chromium.close()


def lines_in_lake(house: MemberHouse) -> int:
    lake = open_lake(house.home.lake)
    try:
        return lake.execute("SELECT count(*) FROM bought_lines").fetchall()[0][0]
    finally:
        lake.close()


def every_page_fits(page: Page, house: MemberHouse) -> None:
    """On a telephone and on a desk, in both languages: nothing wider than the window, no title under the curtain."""
    mine, bought = house.origins.vault, house.origins.statement
    asking = page.url.replace(bought, "")
    for width in (360, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        for lang in ("ja", "en"):
            for path in (f"{mine}/?", f"{mine}/rights?", f"{mine}/log?", f"{bought}/?", f"{bought}{asking}&"):
                page.goto(f"{path}lang={lang}")
                wide = page.evaluate("document.documentElement.scrollWidth")
                under = page.evaluate(
                    "document.querySelector('h1').getBoundingClientRect().top"
                    " - document.querySelector('.top').getBoundingClientRect().bottom"
                )
                assert (wide <= width, under >= 10) == (True, True), (path.split("?")[0], lang, width, wide, under)
    page.goto(f"{bought}/?lang=ja")


def test_a_purchase_is_asked_for_taken_back_and_forgotten(page: Page, house: MemberHouse) -> None:
    expect(page.get_by_text(PRODUCT_NAME).first).to_be_visible()
    page.get_by_role("link", name="このお買い物を残さない").first.click()
    expect(page.get_by_role("heading", name="残るもの")).to_be_visible()
    page.get_by_role("button", name="残さない").click()
    expect(page.get_by_text("まもなく消えます")).to_be_visible()
    expect(page.get_by_text(PRODUCT_NAME)).to_have_count(0)
    with page.expect_download() as download:
        page.get_by_role("link", name="受付証").click()
    said = json.loads(Path(download.value.path()).read_text("utf-8"))
    assert said["acknowledgement"]["kind"] == "forget-purchase"
    page.get_by_role("button", name="取り消す").click()
    expect(page.get_by_text(PRODUCT_NAME).first).to_be_visible()
    assert house.ask("ledger-worker", "/erasures/finish", {})["waiting"] == 0
    assert lines_in_lake(house) == 1, "what was taken back stays"
    page.get_by_role("link", name="この行を残さない").first.click()
    every_page_fits(page, house)
    page.goto(house.origins.statement)
    page.get_by_role("link", name="このお買い物を残さない").first.click()
    page.get_by_role("button", name="残さない").click()
    expect(page.get_by_text("まもなく消えます")).to_be_visible()
    house.ask("ledger-worker", "/erasures/finish", {})
    page.reload()
    expect(page.get_by_text("お申し出により")).to_be_visible()
    expect(page.get_by_text("1,200")).to_be_visible()
    expect(page.locator(".points")).to_contain_text("12")
    assert lines_in_lake(house) == 0
