"""A member chooses on her own page in a real browser: by keyboard, without a script, in narrow and wide windows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from noren.activity.ports import AuditFeed
from noren.audience.ledger_rules import LedgerStops
from noren.audience.model import Asked, Channel
from noren.governance.acknowledgement import verified
from noren.governance.stopping import EVERYTHING, Rule
from noren.house.keys import trusted
from noren.house.ledger_stores import open_feed
from noren.testing.member_house import CARD, NUMBER, PASSWORD, MemberHouse
from noren.testing.ports import port_block

pytestmark = pytest.mark.browser

CHROMIUM = "/usr/bin/chromium"
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
TOMORROWS = Asked(b"{}", "register-coupon", "a-company-of-tomorrow", Channel.TILL)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MemberHouse]:
    with port_block(5) as first, MemberHouse(tmp_path_factory.mktemp("home"), first) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield chromium
        chromium.close()


@pytest.fixture(params=[360, 1440])
def context(browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """A browser that runs no script at all."""
    size = {"width": request.param, "height": 900}
    fresh = browser.new_context(java_script_enabled=False, viewport=size)  # pyright: ignore[reportArgumentType]
    fresh.set_default_timeout(60_000)
    yield fresh
    fresh.close()


@pytest.fixture
def feed(house: MemberHouse) -> Iterator[AuditFeed]:
    """The ledger as another process reads it: the till's way."""
    made = open_feed(house.home, "till")
    yield made
    made.close()


def signed_in(context: BrowserContext, house: MemberHouse, lang: str = "en") -> Page:
    page = context.new_page()
    page.goto(f"{house.origins.vault}/sign-in?lang={lang}")
    page.locator("#number").fill(NUMBER)
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#choices-title")).to_be_visible()
    return page


def press(page: Page, label: str) -> None:
    """Press a button as who has no mouse does."""
    button = page.get_by_role("button", name=label).first
    button.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("#choices-title")).to_be_visible()


def rules(feed: AuditFeed) -> set[Rule]:
    return {rule for _, rule in feed.all_stops()}


def test_one_switch_stops_all_and_companies_of_tomorrow_too(
    context: BrowserContext, house: MemberHouse, feed: AuditFeed
) -> None:
    page = signed_in(context, house)
    expect(page.get_by_text("for companies, purposes and channels added later too").first).to_be_visible()
    expect(page.get_by_text("Points are still earned and used").first).to_be_visible()
    press(page, "Stop: Everything stops")
    assert rules(feed) == {EVERYTHING}
    assert len(LedgerStops(feed).stopped(TOMORROWS)) == 1
    expect(page.locator("[role=status]")).to_contain_text("In force on every path since")
    with page.expect_download() as download:
        page.locator("a[download]").first.click()
    file = Path(download.value.path()).read_bytes()
    said = verified(file, trusted(house.home, "vault").verifying)
    assert said is not None
    assert [each["value"] for each in said["chosen"]] == ["all"]
    assert said["in_force_at"] >= said["received_at"]
    assert verified(file.replace(b'"all"', b'"ALL"'), trusted(house.home, "vault").verifying) is None
    press(page, "Lift this stop")
    assert rules(feed) == set()
    assert LedgerStops(feed).stopped(TOMORROWS) == []
    box, window = page.locator("#choices").bounding_box(), page.viewport_size
    assert box is not None
    assert window is not None
    assert box["x"] + box["width"] <= window["width"], "nothing runs out of the window"


def test_points_only_a_channel_a_combination_and_deletion(
    context: BrowserContext, house: MemberHouse, feed: AuditFeed
) -> None:
    page = signed_in(context, house, "ja")
    press(page, "オンにする")
    page.get_by_label("お買いものの明細を、18か月").check()
    press(page, "この期間にする")
    assert [months for _, months in feed.all_keeping()] == [18]
    press(page, "止める: 郵送DM")
    page.locator("summary").click()
    page.locator("#part-purpose").select_option("mail")
    page.locator("#part-channel").select_option("email")
    press(page, "この組み合わせを止める")
    assert rules(feed) == {Rule(channel="post"), Rule("mail", channel="email")}
    for _ in range(2):
        press(page, "停止を解く")
    press(page, "オフにする")
    page.get_by_label("選ばない").check()
    press(page, "この期間にする")
    assert (rules(feed), feed.all_keeping()) == (set(), [])


def test_consent_to_mail_is_given_and_withdrawn(context: BrowserContext, house: MemberHouse) -> None:
    page = signed_in(context, house)
    press(page, "I agree: news by e-mail")
    (given,) = house.ask("vault", "/choices/show", {"card": CARD})["consents"][-1:]
    assert (given["kind"], given["withdrawn_at"]) == ("email", "")
    expect(page.get_by_text(f"version {given['text_version']} of the text").first).to_be_visible()
    press(page, "Withdraw: news by e-mail")
    assert house.ask("vault", "/choices/show", {"card": CARD})["consents"][-1]["withdrawn_at"]


def test_a_form_from_elsewhere_and_one_without_its_token_change_nothing(house: MemberHouse, feed: AuditFeed) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{house.home.settings.doors.vault}", trust_env=False) as client:
        host = {"Host": house.origins.vault.removeprefix("http://")}
        for path in ("/choices", "/consents"):
            answer = client.post(path, data={"what": "stop", "value": "all", "kind": "email"}, headers=host)
            assert answer.status_code == 403, path
        assert client.get("/acknowledgement.json", headers=host).status_code == 303
    assert rules(feed) == set()
