"""The first page in a real browser: figures renew themselves, also when the ledger worker goes and comes back."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from noren.audience.figure.rounding import TooFew
from noren.doors.front import front_app
from noren.doors.serving import serve
from noren.house.front import front_room
from noren.house.home import CONFIG, Doors, Home, Programme, Settings, open_home, write_settings
from noren.house.keys import SIDES, make_side
from noren.house.showing import AudienceShown, Shown, show
from noren.testing.ledger_door import FakeLedgerDoor
from noren.testing.ports import port_block

pytestmark = pytest.mark.browser

CHROMIUM = "/usr/bin/chromium"
FEW = TooFew(50).say
SHOWN = Shown(
    (),
    0,
    (),
    audiences=(AudienceShown("few", "age 30..34", "30代の方", "Aged 30 to 34", FEW.ja, FEW.en, date(2026, 3, 31)),),
)
ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with port_block(5) as first:
        settings = Settings(programme=Programme(kind="sandbox", currency="USD"), doors=Doors(*range(first, first + 5)))
        (tmp_path / CONFIG).write_text(write_settings(settings), "utf-8")
        made = open_home(tmp_path)
        for side in SIDES:
            make_side(made, side)
        (tmp_path / "run").mkdir(exist_ok=True)
        show(made, SHOWN)
        yield made


@pytest.fixture
def page(home: Home) -> Iterator[Page]:
    """The first page, opened while no ledger worker runs; nothing on it may break the content policy."""
    loop = asyncio.new_event_loop()
    serving = loop.create_task(serve(front_app(front_room(home)), interface="asgi", port=home.settings.doors.front))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        opened = browser.new_page()
        opened.set_default_timeout(60_000)
        wrong: list[str] = []
        opened.on("console", lambda m: wrong.append(m.text) if "Content Security Policy" in m.text else None)
        opened.goto(f"http://localhost:{home.settings.doors.front}/?lang=en")
        yield opened
        browser.close()
        assert not wrong
    loop.call_soon_threadsafe(serving.cancel)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)


def test_figures_come_go_and_come_back_without_a_reload(page: Page, home: Home) -> None:
    page.evaluate("() => { window.stayed = true }")
    board = page.locator("#figures")
    expect(board).to_contain_text("does not answer just now")
    with FakeLedgerDoor(home) as door:
        expect(board).to_contain_text("84,211")
        expect(board).not_to_contain_text("does not answer")
        door.summary["purchases"] = 91_002
        expect(board).to_contain_text("91,002")
    expect(board).to_contain_text("The figures below are the last that arrived")
    expect(board).to_contain_text("91,002")
    assert page.evaluate("() => window.stayed") is True


def test_the_page_can_be_walked_with_the_keyboard(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "main"
    for _ in range(3):
        page.keyboard.press("Tab")
        outline = page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid"


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_no_page_is_wider_than_the_screen(page: Page, home: Home, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for path in ("/", "/member", "/handling", "/tiers", "/not-there"):
        for lang in ("ja", "en"):
            page.goto(f"http://localhost:{home.settings.doors.front}{path}?lang={lang}")
            assert page.evaluate("() => document.documentElement.scrollWidth") <= width, (path, lang)


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_a_sentence_in_the_place_of_a_figure_is_not_cut_on_a_telephone(page: Page, home: Home, lang: str) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"http://localhost:{home.settings.doors.front}/?lang={lang}")
    sheet = page.locator(".sheet[aria-labelledby=audiences-title]")
    expect(sheet).to_contain_text(FEW.ja if lang == "ja" else FEW.en)
    wide, seen = sheet.evaluate("sheet => [sheet.scrollWidth, sheet.clientWidth]")
    assert wide <= seen
