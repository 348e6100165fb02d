"""Staff sign in by page in a real browser: invited, by passkey, and by the company's own provider, real too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright
from pyotp.totp import TOTP

from noren.governance.staff import Role
from noren.house.home import SignIn
from noren.testing.company_provider import CLIENT, CompanyProvider, Person
from noren.testing.ports import port_block
from noren.testing.staff_house import OFFICER, StaffHouse

pytestmark = pytest.mark.browser

CHROMIUM = "/usr/bin/chromium"
ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PASSWORD = "correct horse battery staple"
COMPANY = Person("hanako.yamada", "another good long one")


@dataclass
class Place:
    house: StaffHouse
    provider: CompanyProvider


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with port_block(2) as first:
        folder = tmp_path_factory.mktemp("staff")
        back = f"http://desk.localhost:{first}/company/back"
        provider = CompanyProvider(folder / "company", first + 1, back_to=back, people=(COMPANY,))
        said = SignIn(
            issuer=provider.issuer,
            client_id=CLIENT,
            client_secret_file="secret",
            company_ja="のれん書店",
            company_en="Noren Books",
        )
        house = StaffHouse(folder / "home", first, said, provider.client_secret)
        with provider, house:
            yield Place(house, provider)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield chromium
        chromium.close()


@pytest.fixture
def context(browser: Browser, place: Place) -> Iterator[BrowserContext]:
    """A fresh browser that notes what breaks a content policy or goes to an origin that is neither's."""
    fresh = browser.new_context()
    fresh.set_default_timeout(60_000)
    wrong: list[str] = []
    ours = (place.house.origin, place.provider.issuer, "data:")
    fresh.on("request", lambda r: None if r.url.startswith(ours) else wrong.append(r.url))
    fresh.on("console", lambda m: wrong.append(m.text) if _breaks(m, place.house.origin) else None)
    yield fresh
    fresh.close()
    assert not wrong


def _breaks(message: ConsoleMessage, origin: str) -> bool:
    """Return whether a page of ours broke its policy; the provider's pages have their own."""
    return "Content Security Policy" in message.text and message.location["url"].startswith(origin)


def with_device(context: BrowserContext, page: Page, **more: Any) -> str:
    """Give the browser a device that holds passkeys and knows its owner; return its name."""
    cdp = context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
        **more,
    }
    return cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]


def invited(page: Page, place: Place, account: str = OFFICER) -> None:
    """Enter an invitation's code."""
    page.goto(f"{place.house.origin}/invite?lang=en")
    page.locator("#invited").fill(place.house.invited(account, role=Role.PRIVACY_OFFICER))
    page.locator("form button").click()


def at_company(page: Page) -> None:
    """Sign in on the company's own pages."""
    page.locator("input[name=login]").fill(COMPANY.name)
    page.locator("button[type=submit]").first.click()
    page.locator("input[name=password]").fill(COMPANY.password)
    page.locator("button[type=submit]").first.click()


def test_invited_with_password_and_code_then_signed_in_again(context: BrowserContext, place: Place) -> None:
    page = context.new_page()
    invited(page, place, "ichiro")
    secret = page.locator("details code").text_content() or ""
    page.locator("#password").fill(PASSWORD)
    page.locator("#totp").fill(TOTP(secret).now())
    page.get_by_role("button", name="Accept an invitation").click()
    expect(page.get_by_text("What you may do")).to_be_visible()
    expect(page.get_by_text("The privacy officer changes the register")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You have signed out")).to_be_visible()
    page.goto(place.house.origin)
    assert page.url.endswith("/sign-in")
    page.locator("#account").fill("ichiro")
    page.locator("#password").fill(PASSWORD)
    page.locator("#code").fill("000000")
    page.locator("form[action='/sign-in'] button").click()
    expect(page.get_by_role("alert").first).to_contain_text("wrong")


def test_a_passkey_from_the_invitation_on(context: BrowserContext, place: Place) -> None:
    page = context.new_page()
    with_device(context, page)
    invited(page, place, "jiro")
    page.get_by_role("button", name="Make a passkey and accept").click()
    expect(page.locator("li.passkey")).to_have_count(1)
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{place.house.origin}/sign-in?lang=en")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator("#sessions")).to_contain_text("Passkey")
    page.locator("li.passkey button").click()
    expect(page.get_by_text("you could not sign in any more")).to_be_visible()


def test_the_company_links_and_lets_in_and_a_stranger_stays_out(
    browser: Browser, context: BrowserContext, place: Place
) -> None:
    page = context.new_page()
    page.goto(f"{place.house.origin}/sign-in?lang=en")
    page.get_by_role("link", name="Sign in with Noren Books").click()
    at_company(page)
    expect(page.get_by_role("alert").first).to_contain_text("does not prove who you are")
    invited(page, place, "saburo")
    page.get_by_role("button", name="Accept with Noren Books").click()
    page.locator("#onward").click()
    expect(page.locator("li.link")).to_have_count(1)
    first = session_of(context)
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{place.house.origin}/sign-in?lang=en")
    page.get_by_role("link", name="Sign in with Noren Books").click()
    expect(page.locator("#sessions")).to_contain_text("Company")
    assert page.url == f"{place.house.origin}/", "nothing of what the provider sent stays in the address"
    assert session_of(context) != first


def session_of(context: BrowserContext) -> str:
    held = [each for each in context.cookies() if each.get("name") == "__Host-noren-desk"]
    assert [(e.get("httpOnly"), e.get("secure"), e.get("sameSite"), e.get("path")) for e in held] == [
        (True, True, "Lax", "/")
    ]
    return held[0].get("value", "")
