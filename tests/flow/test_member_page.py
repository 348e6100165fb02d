"""A member looks at her own page in a real browser: two windows, two origins, one ticket between them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, expect, sync_playwright

from noren.testing.member_house import CARD, FAMILY_NAME, NUMBER, PASSWORD, PRODUCT_NAME, MemberHouse
from noren.testing.ports import port_block

pytestmark = pytest.mark.browser

CHROMIUM = "/usr/bin/chromium"
ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

LOOK = """() => [...Array(top.frames.length).keys()].map(i => {
    try { return top.frames[i].document.body.innerText.length > 0 } catch (refused) { return refused.name }
})"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MemberHouse]:
    with port_block(5) as first, MemberHouse(tmp_path_factory.mktemp("home"), first) as running:
        running.buy("000001", 1_200)
        running.buy("000002", 340)
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield chromium
        chromium.close()


@pytest.fixture
def context(browser: Browser, house: MemberHouse) -> Iterator[BrowserContext]:
    """A fresh browser that notes what breaks a content policy or goes to an origin that is not ours."""
    fresh = browser.new_context()
    fresh.set_default_timeout(60_000)
    wrong: list[str] = []
    ours = (house.origins.front, house.origins.vault, house.origins.statement)
    fresh.on("request", lambda r: None if r.url.startswith((*ours, "data:")) else wrong.append(r.url))
    fresh.on("console", lambda m: wrong.append(m.text) if m.type == "error" and "favicon" not in m.text else None)
    yield fresh
    fresh.close()
    assert not wrong


def sign_in(where: Page | FrameLocator) -> None:
    where.locator("#number").fill(NUMBER)
    where.locator("#password").fill(PASSWORD)
    where.locator("form button").click()


def opened(context: BrowserContext, house: MemberHouse) -> Page:
    """Return the statement opened at the top of a tab."""
    page = context.new_page()
    page.goto(house.origins.statement)
    assert page.url.startswith(house.origins.vault)
    sign_in(page)
    page.locator("#onward button").click()
    expect(page.locator("#points-title")).to_be_visible()
    return page


def test_two_windows_show_who_i_am_and_what_i_bought(context: BrowserContext, house: MemberHouse) -> None:
    page = context.new_page()
    page.goto(f"{house.origins.front}/member?lang=en")
    who, what = page.frame_locator("iframe").first, page.frame_locator("iframe").last
    sign_in(who)
    expect(who.get_by_text(FAMILY_NAME)).to_be_visible()
    what.locator("a.button").click()
    what.locator("#onward button").click()
    expect(what.locator(".points")).to_contain_text("15")  # 12 + 3 points
    expect(what.locator("h1")).to_contain_text("My points")  # the language came along into the frame
    expect(what.get_by_text(PRODUCT_NAME).first).to_be_visible()

    frames = [frame.content() for frame in page.frames]
    assert [FAMILY_NAME in html for html in frames] == [False, True, False]
    assert [PRODUCT_NAME in html for html in frames] == [False, False, True]


def test_no_window_can_read_the_other(context: BrowserContext, house: MemberHouse) -> None:
    page = context.new_page()
    page.goto(f"{house.origins.front}/member")
    frames = page.frames
    for looker in frames:
        # The second window is the public door's own until it is opened; the vault's is the vault's from the start.
        seen = looker.evaluate(LOOK)
        if looker is frames[1]:
            assert seen[1] == "SecurityError"
        else:
            assert seen[0] == "SecurityError"


def test_her_purchases_as_a_file_and_as_json(context: BrowserContext, house: MemberHouse) -> None:
    page = opened(context, house)
    with page.expect_download() as download:
        page.locator("a[download]").click()
    text = Path(download.value.path()).read_text("utf-8-sig")
    assert [row.split(",")[7] for row in text.splitlines()] == ["金額", "340", "1200"]
    balance = page.evaluate("() => fetch('/v1/balance').then(answer => answer.json())")
    assert balance["points"] == 15
    assert balance["points_only"] is False


def test_leaving_closes_the_door(context: BrowserContext, house: MemberHouse) -> None:
    page = opened(context, house)
    page.locator("form[action='/leave'] button").click()
    assert page.url == f"{house.origins.statement}/left"
    page.goto(house.origins.statement)
    assert page.url.startswith(house.origins.vault)
    assert page.evaluate("() => fetch('/').then(() => 'answered')") == "answered"


def test_a_ticket_opens_once_and_in_one_browser_only(
    context: BrowserContext, browser: Browser, house: MemberHouse
) -> None:
    page = context.new_page()
    page.goto(house.origins.statement)
    sign_in(page)
    ticket = page.locator("input[name=ticket]").input_value()
    door = f"http://127.0.0.1:{house.home.settings.doors.statement}/enter"  # only browsers know *.localhost
    stolen = httpx.post(door, data={"ticket": ticket}, trust_env=False)
    assert stolen.status_code == 403
    nonce = next(c for c in context.cookies(house.origins.statement) if "nonce" in c.get("name", ""))
    page.locator("#onward button").click()
    expect(page.locator("#points-title")).to_be_visible()
    again = httpx.post(
        door,
        data={"ticket": ticket},
        headers={"Cookie": f"{nonce.get('name')}={nonce.get('value')}"},
        trust_env=False,
    )
    assert again.status_code == 403
    assert "使用済み" in again.text


def test_the_one_time_code_on_the_screen_is_taken_by_the_till(context: BrowserContext, house: MemberHouse) -> None:
    page = opened(context, house)
    code = page.locator("#code code").inner_text().replace(" ", "")
    assert len(code) == 40
    assert code != CARD
    assert house.balance(code) == 15
    assert page.locator("#code svg").bounding_box() is not None


def test_logs_know_neither_her_nor_where_she_came_from(context: BrowserContext, house: MemberHouse) -> None:
    opened(context, house)
    logged = house.log_bytes()
    for secret in (CARD, NUMBER, FAMILY_NAME, PRODUCT_NAME, PASSWORD, "127.0.0.1", "pu_", "ticket"):
        assert secret.encode() not in logged, secret
