"""The page that checks a slip, in a real browser: good ones, changed ones, and that nothing leaves the browser."""

from __future__ import annotations

import asyncio
import json
import random
import socket
import threading
import time
from collections.abc import Iterator
from typing import cast

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from noren.campaign.checking import Known, judge, read_object
from noren.campaign.draw import DrawNumber
from noren.campaign.printed import qr_rows, qr_svg, slip_link
from noren.doors.front import front_app
from noren.doors.serving import serve
from noren.house.front import front_room
from noren.house.home import CONFIG, Doors, Programme, Settings, open_home, write_settings
from noren.house.keys import SIDES, make_side
from noren.testing.ports import port_block
from noren.testing.slips import SHARES, VISIT, a_case

pytestmark = pytest.mark.browser

CHROMIUM = "/usr/bin/chromium"
ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
SEED = b"".join(SHARES).hex()
OLDER = """const known = crypto.subtle.importKey.bind(crypto.subtle);
crypto.subtle.importKey = (form, key, how, ...more) => how.name === "Ed25519"
  ? Promise.reject(new DOMException("not known", "NotSupportedError")) : known(form, key, how, ...more);"""


SHOW_ALL = """() => document.querySelectorAll('[data-says], details').forEach(
  (each) => { each.hidden = false; each.open = true; })"""


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("front")
    with port_block(5) as first:
        settings = Settings(programme=Programme(kind="sandbox"), doors=Doors(*range(first, first + 5)))
        (folder / CONFIG).write_text(write_settings(settings), "utf-8")
        home = open_home(folder)
        for side in SIDES:
            make_side(home, side)
        loop = asyncio.new_event_loop()
        serving = loop.create_task(serve(front_app(front_room(home)), interface="asgi", port=home.settings.doors.front))
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()
        until = time.monotonic() + 20
        while not answers(home.settings.doors.front):
            assert time.monotonic() < until, "the front does not open"
            time.sleep(0.05)
        yield f"http://localhost:{home.settings.doors.front}"
        loop.call_soon_threadsafe(serving.cancel)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser, front: str) -> Iterator[Page]:
    """The page in English; once it stands, it may ask for nothing more, and nothing may break the content policy."""
    opened = browser.new_page()
    opened.set_default_timeout(60_000)
    wrong: list[str] = []
    opened.on("console", lambda m: wrong.append(m.text) if m.type == "error" else None)
    opened.on("pageerror", lambda each: wrong.append(str(each)))
    opened.goto(f"{front}/slip?lang=en")
    opened.on("request", lambda each: None if each.url.endswith("/mark.svg") else wrong.append(each.url))
    yield opened
    opened.close()
    assert wrong == []


def enter(page: Page, **fields: str) -> None:
    if fields.keys() & {"number", "shop"}:
        page.locator("details").evaluate("each => { each.open = true }")
    for name, text in fields.items():
        page.locator(f"#{name}").fill(text)
    page.get_by_role("button", name="Check").click()


def found(page: Page) -> set[str]:
    return set(page.locator("[data-says]:not([hidden])").evaluate_all("all => all.map(each => each.dataset.says)"))


def told(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)


@pytest.mark.parametrize("draw", ["member", "visit"])
def test_a_good_slip_is_accepted(page: Page, draw: str) -> None:
    case = a_case(draw=draw)
    more: dict[str, str] = {}
    if draw == "visit":
        more = {"shop": VISIT.shop, "terminal": VISIT.terminal, "date": VISIT.business_date, "receipt": VISIT.receipt}
    enter(page, slip=told(case.slip), terms=told(case.terms), seed=SEED, number=case.number.reveal().hex(), **more)
    expect(page.get_by_text("Good: all that was asked fits.")).to_be_visible()
    assert found(page) == {"good", "signed", "committed", "drawn", "hers"}
    expect(page.locator("#printed")).to_contain_text("新商品コーヒー 50円引きクーポン")


def test_what_does_not_fit_is_said(page: Page) -> None:
    case, loser = a_case(), a_case(wins=False)
    good = {"slip": told(case.slip), "terms": told(case.terms)}
    for changed, says in (
        ({"slip": good["slip"].replace("50円", "90円", 1)}, "bad-signature"),
        ({"slip": good["slip"][:-1]}, "not-a-slip"),
        ({"slip": good["slip"].replace("{", '{"campaign": "tea",', 1)}, "not-a-slip"),
        ({"slip": good["slip"].replace("{", '{"__proto__": 1,', 1)}, "bad-signature"),
        ({"terms": good["terms"].replace("0.2", "0.3")}, "other-terms"),
        ({"terms": "{}"}, "not-terms"),
        ({"slip": told({**case.slip, "proof": "A" * 183})}, "not-a-proof"),
        ({"seed": "00" * 96}, "other-shares"),
        ({"seed": "00"}, "no-seed"),
        ({"slip": told(loser.slip), "seed": SEED}, "not-drawn"),
        ({"number": "ff" * 16}, "not-hers"),
    ):
        enter(page, **{**good, "seed": "", "number": "", **changed})
        expect(page.locator(f"[data-says='{says}']")).to_be_visible()
        assert found(page) == {"bad", says}
        expect(page.locator("#printed")).to_be_hidden()


def test_one_bit_changed_anywhere_is_refused_as_the_command_refuses_it(page: Page) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    chance, case = random.Random(seed), a_case()
    whole = {"slip": told(case.slip).encode(), "terms": told(case.terms).encode(), "seed": b"".join(SHARES)}
    whole["number"] = case.number.reveal()
    ask: list[dict[str, str]] = []
    expected: list[bool] = []
    for _ in range(600):
        parts = dict(whole)
        name = chance.choice(["slip", "slip", "terms", "seed", "number"])
        changed = bytearray(parts[name])
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
        parts[name] = bytes(changed)
        try:
            texts = {"slip": parts["slip"].decode(), "terms": parts["terms"].decode()}
        except UnicodeDecodeError:
            continue  # no text: it can not be pasted
        known = Known(parts["seed"], DrawNumber(parts["number"]))
        ask.append({**texts, "seed": parts["seed"].hex(), "number": parts["number"].hex()})
        expected.append(judge(read_object(texts["terms"]), read_object(texts["slip"]), known).good)
    script = "async all => { const out = []; for (const each of all) out.push(await check(each)); return out; }"
    words = cast("list[list[str]]", page.evaluate(script, ask))
    fits = {"signed", "committed", "drawn", "hers"}
    assert [set(each) == fits for each in words] == expected
    assert sum(expected) < len(expected) // 4  # a blank turned into another blank says the same


def test_a_code_on_the_slip_leads_here_and_leaves_nothing_in_the_address(page: Page, front: str) -> None:
    case = a_case()
    link = slip_link(f"{front}/", case.slip)
    assert link.startswith(f"{front}/slip#")
    page.evaluate("link => { history.replaceState(null, '', link); fill(); }", link.removeprefix(front))
    assert read_object(page.locator("#slip").input_value()) == case.slip
    assert "#" not in page.url
    enter(page, terms=told(case.terms))
    expect(page.locator("[data-says='good']")).to_be_visible()


def test_codes_hold_what_they_are_given() -> None:
    case = a_case()
    for text in (case.slip["proof"], slip_link("https://noren.example", case.slip)):
        rows = qr_rows(text)
        assert len(rows) == len(rows[0]) <= 177
        assert qr_svg(text).startswith("<svg")


def test_an_older_browser_says_what_it_can_not_check(browser: Browser, front: str) -> None:
    page = browser.new_page()
    page.add_init_script(OLDER)
    page.goto(f"{front}/slip?lang=ja")
    case = a_case()
    page.locator("#slip").fill(told(case.slip))
    page.locator("#terms").fill(told(case.terms))
    page.locator("#seed").fill(SEED)
    page.get_by_role("button", name="確かめる").click()
    expect(page.locator("[data-says='no-ed25519']")).to_be_visible()
    assert found(page) == {"open", "no-ed25519", "committed", "drawn"}
    page.close()


@pytest.mark.parametrize("width", [360, 1440])
def test_the_page_fits_the_screen_and_every_finding_has_words(browser: Browser, front: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    for lang in ("ja", "en"):
        page.goto(f"{front}/slip?lang={lang}")
        page.evaluate(SHOW_ALL)
        page.locator("#slip").fill("x" * 900)
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width
        assert all(page.locator("[data-says]").all_inner_texts())
    page.close()


def test_it_can_be_worked_with_the_keyboard(page: Page) -> None:
    case = a_case()
    page.locator("#slip").fill(told(case.slip))
    page.locator("#terms").fill(told(case.terms))
    page.locator("#seed").focus()
    page.keyboard.press("Tab")  # the summary
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.id") == "check"
    page.keyboard.press("Enter")
    expect(page.locator("[data-says='good']")).to_be_visible()
