"""The desk's pages without a browser: forms, cookies, sessions, invitations, and what strangers get."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pyotp.totp import TOTP

from noren.doors.desk.main import performers_of
from noren.doors.desk.pages import staff_app
from noren.governance.ports import Entry, EntryKind
from noren.governance.signing_in.passkeys import Passkeys
from noren.governance.signing_in.provider import Provider
from noren.governance.signing_in.relying import RelyingParty
from noren.governance.staff import Role
from noren.governance.staff_words import allowance
from noren.governance.staffing.approving import ONE, wait
from noren.governance.staffing.glass import Glass
from noren.governance.staffing.model import Credential, Door, How, Means
from noren.governance.staffing.room import FAILURES_OF_ONE
from noren.governance.staffing.tending import offer
from noren.house.desk import DeskRoom, desk_room
from noren.house.desk_ways import Ways, provider_of
from noren.house.home import HomeProblem, SignIn
from noren.kernel.clock import FixedClock, SystemClock
from noren.kernel.say import Say
from noren.testing.passkey_device import PasskeyDevice
from noren.testing.provider import CLIENT, ISSUER, FakeProvider, asked_for
from noren.testing.staff_house import StaffHouse

PASSWORD = "correct horse battery staple"
ORIGIN = "https://desk.company.example"
PARTY = {
    "id": "C05",
    "kind": "partner",
    "name": {"ja": "架空商店", "en": "Invented Shop"},
    "address": "東京都",
    "representative": "代表 架空",
}
LOUD = "緊急の開示(3番)"
SESSION, BROWSER = "__Host-noren-desk", "__Host-noren-desk-browser"


class Pages:
    """A desk's pages in this process; the provider signs what a test tells it."""

    def __init__(self, folder: Path, *, extra: bool = True) -> None:
        self.house = StaffHouse(folder / "home", 1, SignIn(origin=ORIGIN))
        self.room: DeskRoom = desk_room(self.house.home)
        self.fake = FakeProvider(datetime.now(UTC))
        clock = SystemClock()
        provider = Provider(ISSUER, CLIENT, "s", Say("会社", "Company"), f"{ORIGIN}/company/back")
        ways = Ways(Passkeys(ORIGIN, "Noren Points", clock), RelyingParty(provider, self.fake, clock))
        ways = ways if extra else Ways(None, None, Say("部品がありません", "an extra is missing"))
        self.app = staff_app(self.room, ways, performers_of(self.room))

    def browser(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(app=self.app), base_url=ORIGIN)

    async def joined(self, browser: httpx.AsyncClient, account: str = "hanako") -> str:
        """Accept an invitation with a password; return the secret of the codes."""
        page = await posted(browser, "/invite", "/invite", code=self.house.invited(account, account.title()))
        secret = (re.search(r"<code>([A-Z2-7]+)</code>", page.text) or ["", ""])[1]
        fields = {"code": hidden(page, "code"), "password": PASSWORD, "totp": TOTP(secret).now()}
        done = await browser.post("/invite/password", data=fields | {"token": hidden(page, "token")})
        assert (done.status_code, done.headers["location"]) == (303, "/")
        return secret


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[Pages]:
    made = Pages(tmp_path)
    yield made
    made.room.close()


def told(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(story)


def hidden(page: httpx.Response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, f"the page has no field {name}"
    return found[1]


async def posted(browser: httpx.AsyncClient, page: str, to: str, **fields: str) -> httpx.Response:
    """Fill in a form of a page."""
    shown = await browser.get(page)
    return await browser.post(to, data={"token": hidden(shown, "token"), **fields})


def later(secret: str) -> str:
    """Return the code of the next half minute: this one's is used."""
    return TOTP(secret).at(int(time.time()) + 30)


def test_signing_in_makes_a_new_session_each_time_and_ends_the_one_before(pages: Pages) -> None:
    async def story() -> None:
        async with pages.browser() as browser:
            secret = await pages.joined(browser)
            first = browser.cookies[SESSION]
            guards = (await posted(browser, "/", "/leave")).headers.get_list("set-cookie")
            assert any(each.startswith(f"{SESSION}=;") and "Max-Age=0" in each for each in guards)
            browser.cookies.set(SESSION, "planted-by-somebody", domain="desk.company.example")
            done = await posted(
                browser, "/sign-in", "/sign-in", account="hanako", password=PASSWORD, code=later(secret)
            )
            said = next(each for each in done.headers.get_list("set-cookie") if each.startswith(SESSION + "="))
            for guard in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
                assert guard in said
            assert "Domain" not in said
            assert "planted" not in said
            assert pages.room.staff.session(first) is None, "it ended with the sign-out"
            assert "." not in said.partition(";")[0], "a session's secret, never the token of the command line"

    told(story())


def test_a_token_of_the_command_line_is_no_cookie(pages: Pages) -> None:
    async def story() -> None:
        async with pages.browser() as browser:
            secret = await pages.joined(browser)
            found = pages.room.staff.begin_password("hanako", PASSWORD, later(secret), Door.COMMAND)
            token = getattr(found, "token", "")
            assert pages.room.staff.session(token) is not None, "the control"
        async with pages.browser() as other:
            other.cookies.set(SESSION, token, domain="desk.company.example")
            assert (await other.get("/")).headers["location"] == "/sign-in"

    told(story())


FORMS = (
    *("/waiting/approve", "/waiting/refuse"),
    *("/sign-in", "/leave", "/invite", "/invite/password", "/invite/passkey/question", "/invite/passkey"),
    *("/invite/company", "/passkey/question", "/passkey", "/passkeys/question", "/passkeys", "/means/remove"),
    *("/company/link", "/sessions/end"),
)


def test_no_form_passes_from_elsewhere(pages: Pages) -> None:
    async def story() -> None:
        async with pages.browser() as browser, pages.browser() as other:
            token = hidden(await browser.get("/sign-in"), "token")
            for path in FORMS:
                assert (await browser.post(path, data={})).status_code == 403, path
                assert (await browser.post(path, data={"token": token[:-2] + "xx"})).status_code == 403, path
                crossing = {"Sec-Fetch-Site": "cross-site"}
                assert (await browser.post(path, data={"token": token}, headers=crossing)).status_code == 403, path
                assert (await other.post(path, data={"token": token})).status_code == 403, path
            assert (await browser.post("/leave", data={"token": token})).status_code == 303, "the control"

    told(story())


def test_who_is_not_signed_in_changes_nothing(pages: Pages) -> None:
    async def story() -> None:
        async with pages.browser() as browser:
            for path in ("/passkeys/question", "/passkeys", "/means/remove", "/company/link", "/sessions/end"):
                assert (await posted(browser, "/sign-in", path)).status_code == 401, path
            assert (await browser.get("/")).headers["location"] == "/sign-in"

    told(story())


def test_every_answer_is_kept_nowhere_framed_nowhere_and_tells_no_site_where_it_was(pages: Pages) -> None:
    async def story() -> None:
        async with pages.browser() as browser:
            for path in ("/sign-in", "/invite", "/left", "/", "/nothing", "/company/back?state=x&code=y"):
                said = (await browser.get(path)).headers
                assert said["cache-control"] == "no-store"
                assert said["x-frame-options"] == "DENY"
                assert said["referrer-policy"] == "same-origin"
                policy = said["content-security-policy"]
                assert "script-src 'self';" in policy
                assert "form-action 'self';" in policy
                assert "unsafe" not in policy

    told(story())


def test_no_address_leads_elsewhere(pages: Pages) -> None:
    async def story() -> None:
        async with pages.browser() as browser:
            await browser.get("/sign-in")
            for query in (
                "next=https://evil.example",
                "why=https://evil.example",
                "why=<script>",
                "iss=https://evil.example",
            ):
                page = await browser.get(f"/sign-in?{query}")
                assert page.status_code == 200
                assert "evil" not in page.text.replace("hreflang", "").split("<main")[1]
            back = await browser.get("/company/back?state=https://evil.example&code=x&iss=https://evil.example")
            assert back.headers["location"] == "/sign-in?why=not-begun-here"
            assert pages.fake.asked == [], "nothing that a visitor gives is asked"

    told(story())


def test_failures_are_slowed_and_all_read_the_same(pages: Pages) -> None:
    async def story() -> None:
        async with pages.browser() as browser:
            secret = await pages.joined(browser)
            await posted(browser, "/", "/leave")
            said: set[str] = set()
            for account, code in (("hanako", "000000"), ("nobody", later(secret)), ("no such <id>", "1")):
                page = await posted(browser, "/sign-in", "/sign-in", account=account, password="wrong", code=code)
                assert page.status_code == 401
                said.add((re.search(r"<strong>(.*?)</strong>", page.text) or ["", ""])[1])
            assert len(said) == 1
            staff = pages.room.staff
            for _ in range(FAILURES_OF_ONE - 1):  # as many hashes would take seconds
                staff.store.add_failure(staff.codes.mark("hanako"), staff.clock.now())
            page = await posted(browser, "/sign-in", "/sign-in", account="hanako", password=PASSWORD, code="0")
            assert page.status_code == 429
            assert int(page.headers["retry-after"]) > 0

    told(story())


def test_the_company_lets_in_whom_it_is_linked_to_and_adds_nobody(pages: Pages) -> None:
    async def back(browser: httpx.AsyncClient, where: str, code: str) -> httpx.Response:
        asked = asked_for(where)
        pages.fake.claims["nonce"] = asked["nonce"]
        return await browser.get("/company/back", params={"state": asked["state"], "code": code})

    async def story() -> None:
        async with pages.browser() as browser:
            await browser.get("/sign-in")
            away = (await browser.get("/company")).headers["location"]
            assert away.startswith(f"{ISSUER}/authorize?")
            stranger = await back(browser, away, "c1")
            assert stranger.headers["location"] == "/sign-in?why=not-proved"
            assert pages.room.staff.accounts() == [], "nobody is added by signing in"
            await pages.joined(browser)
            page = await posted(browser, "/", "/company/link")
            where = (re.search(r'id="onward" href="([^"]*)"', page.text) or ["", ""])[1].replace("&amp;", "&")
            assert (await back(browser, where, "c2")).headers["location"] == "/"
            again = await back(browser, where, "c3")
            assert again.headers["location"] == "/sign-in?why=not-begun-here", "a state counts once"
            await posted(browser, "/", "/leave")
        async with pages.browser() as other:
            await other.get("/sign-in")
            theirs = (await other.get("/company")).headers["location"]
            assert (await back(other, theirs, "c4")).headers["location"] == "/"
            assert "__Host-noren-desk" in other.cookies
        async with pages.browser() as third:
            await third.get("/sign-in")
            stolen = await back(third, await begun(pages), "c5")
            assert stolen.headers["location"] == "/sign-in?why=not-begun-here", "another browser's state"

    told(story())


async def begun(pages: Pages) -> str:
    """Begin a sign-in in a browser of its own; return where it was sent."""
    async with pages.browser() as browser:
        await browser.get("/sign-in")
        return (await browser.get("/company")).headers["location"]


def test_a_subject_belongs_to_one_account(pages: Pages) -> None:
    async def story() -> None:
        async with pages.browser() as browser:
            await pages.joined(browser)
            first = pages.room.staff.account("hanako")
            assert first is not None
            assert pages.room.staff.add_credential(first, Credential(Means.OIDC, f"{ISSUER} hanako")) is None
        async with pages.browser() as other:
            await pages.joined(other, "taro")
            page = await posted(other, "/", "/company/link")
            where = (re.search(r'id="onward" href="([^"]*)"', page.text) or ["", ""])[1].replace("&amp;", "&")
            asked = asked_for(where)
            pages.fake.claims["nonce"] = asked["nonce"]
            answer = await other.get("/company/back", params={"state": asked["state"], "code": "c1"})
            assert answer.status_code == 409

    told(story())


def test_a_passkey_is_added_used_and_a_copy_is_refused(pages: Pages) -> None:
    device = PasskeyDevice(ORIGIN, "desk.company.example")

    async def used(browser: httpx.AsyncClient) -> httpx.Response:
        asked = (await posted(browser, "/sign-in", "/passkey/question")).json()
        return await posted(browser, "/sign-in", "/passkey", name=asked["name"], answer=device.use(asked["options"]))

    async def story() -> None:
        async with pages.browser() as browser:
            await pages.joined(browser)
            asked = (await posted(browser, "/", "/passkeys/question")).json()
            made = {"name": asked["name"], "answer": device.make(asked["options"])}
            assert (await posted(browser, "/", "/passkeys", **made)).headers["location"] == "/"
            await posted(browser, "/", "/leave")
        async with pages.browser() as browser:
            assert (await used(browser)).headers["location"] == "/"
        device.count = 0
        async with pages.browser() as browser:
            assert (await used(browser)).headers["location"] == "/sign-in?why=copied"
            assert SESSION not in browser.cookies
        device.count = 5
        async with pages.browser() as browser:
            assert (await used(browser)).headers["location"] == "/"

    told(story())


def test_a_means_is_added_only_just_after_signing_in(pages: Pages) -> None:
    async def story() -> None:
        async with pages.browser() as browser:
            await pages.joined(browser)
            assert (await posted(browser, "/", "/passkeys/question")).status_code == 200
            old = datetime.now(UTC) - timedelta(minutes=16)
            account = pages.room.staff.account("hanako")
            assert account is not None
            session = pages.room.staff.open_session(account, How.PASSWORD, old)
            browser.cookies.clear()
            await browser.get("/sign-in")
            browser.cookies.set(SESSION, session.id, domain="desk.company.example")
            assert (await posted(browser, "/", "/passkeys/question")).status_code == 403
            assert (await posted(browser, "/", "/company/link")).status_code == 403

    told(story())


def test_her_sessions_are_shown_and_ended_and_nobody_elses(pages: Pages) -> None:
    async def story() -> None:
        async with pages.browser() as mine, pages.browser() as hers:
            await pages.joined(mine)
            await pages.joined(hers, "taro")
            who = pages.room.staff.session(hers.cookies[SESSION])
            assert who is not None
            await posted(mine, "/", "/sessions/end", session=who.session)
            assert (await hers.get("/")).status_code == 200
            await posted(hers, "/", "/sessions/end", session=who.session)
            assert (await hers.get("/")).status_code == 303

    told(story())


def test_what_waits_is_shown_approved_by_another_and_done_once(pages: Pages) -> None:
    async def story() -> None:
        async with pages.browser() as author, pages.browser() as other:
            await pages.joined(author)
            await pages.joined(other, "taro")
            says = Say("jiro を登録する", "add jiro")
            body = '{"id":"jiro","name":"次郎","roles":["marketer"]}'
            staff = pages.room.staff
            first = wait(staff, "hanako", "staff-add", body, says, ONE).number
            assert "jiro を登録する" in (await other.get("/waiting")).text
            own = await posted(author, "/waiting", "/waiting/approve", number=str(first))
            assert (own.status_code, staff.account("jiro")) == (409, None), "nobody approves her own"
            done = await posted(other, "/waiting", "/waiting/approve", number=str(first))
            code = (re.search(r'id="code">([^<]*)<', done.text) or ["", ""])[1]
            assert offer(staff, code, "noren") is not None
            assert staff.account("jiro") is not None
            assert (await posted(other, "/", "/waiting/approve", number=str(first))).status_code == 409
            second = wait(staff, "hanako", "staff-close", '{"id":"jiro"}', Say("閉じる", "close jiro"), ONE).number
            assert (await posted(author, "/waiting", "/waiting/refuse", number=str(second))).status_code == 303
            assert "close jiro" not in (await author.get("/waiting?lang=en")).text
            for number in ("", "x", "٣", "-1", "9" * 30, "77"):
                assert (await posted(other, "/", "/waiting/approve", number=number)).status_code == 409

    told(story())


def test_an_announcement_that_waits_shows_what_it_would_change(pages: Pages) -> None:
    async def story() -> None:
        async with pages.browser() as browser:
            await pages.joined(browser)
            paper = {"kind": "party", "id": "C05", "body": PARTY}
            body = json.dumps({"papers": [paper]})
            wait(pages.room.staff, "somebody", "announce", body, Say("公表する: C05", "announce: C05"), ONE)
            page = (await browser.get("/waiting?lang=en")).text
            assert "Company <code>C05</code>" in page
            assert PARTY["name"]["en"] in page, "who approves reads what it says"
            assert "Nothing waits" not in page
            assert not [each for each in pages.room.documents.documents() if each.id == "C05"], "only looked at"

    told(story())


def test_an_invitation_works_once_and_its_code_stands_in_no_address(pages: Pages) -> None:
    async def story() -> None:
        async with pages.browser() as browser:
            code = pages.house.invited("hanako", "花子")
            page = await posted(browser, "/invite", "/invite", code=code)
            assert str(page.url) == f"{ORIGIN}/invite"
            weak = {"code": code, "password": "short", "totp": "000000", "token": hidden(page, "token")}
            assert 'role="alert"' in (await browser.post("/invite/password", data=weak)).text
            assert pages.room.staff.active() == []
            assert (await browser.get("/invite", params={"code": code})).text.count(code) <= 2, (
                "only in its own address"
            )
            await pages.joined(browser)
            assert (await posted(browser, "/invite", "/invite", code=code)).status_code == 401

    told(story())


def test_without_the_extra_the_pages_say_what_is_missing(tmp_path: Path) -> None:
    bare = Pages(tmp_path, extra=False)

    async def story() -> None:
        async with bare.browser() as browser:
            assert "an extra is missing" in (await browser.get("/sign-in?lang=en")).text
            assert (await browser.get("/company")).status_code == 404
            assert (await posted(browser, "/sign-in", "/passkey/question")).status_code == 404
            await bare.joined(browser)

    told(story())
    bare.room.close()


@pytest.mark.parametrize(
    "said",
    [
        {"origin": "http://desk.company.example"},
        {"origin": "https://desk.company.example/path"},
        {"issuer": "http://login.company.example", "client_id": "c", "client_secret_file": "secret"},
        {"issuer": ISSUER, "client_id": "c"},
        {"issuer": ISSUER, "client_id": "c", "client_secret_file": "nothing-there"},
    ],
)
def test_settings_that_would_not_be_safe_are_refused(tmp_path: Path, said: dict[str, str]) -> None:
    good = StaffHouse(tmp_path / "good", 1, SignIn(ORIGIN, ISSUER, "c", "secret"), "s")
    assert provider_of(good.home) is not None
    with pytest.raises(HomeProblem):
        provider_of(StaffHouse(tmp_path / "bad", 1, SignIn(**said), "s").home)
    (good.home.path / "secret").chmod(0o644)
    with pytest.raises(HomeProblem):
        provider_of(good.home)


def test_what_somebody_may_do_is_told_from_the_policies() -> None:
    told_to = {role: allowance(frozenset({role})) for role in Role}
    assert any("analyst" in each.en.lower() for each in told_to[Role.ANALYST].may)
    assert not any("analyst" in each.en.lower() for each in told_to[Role.MARKETER].may)
    assert any("Nobody approves" in each.en for each in told_to[Role.HOST].never), "what holds for everybody"
    assert [each.ja for each in told_to[Role.AUDITOR].may if "監査人" in each.ja]


def test_broken_glass_stands_above_every_page_until_an_officer_without_a_part_saw_it(pages: Pages) -> None:
    async def story() -> None:
        async with pages.browser() as browser:
            for path in ("/sign-in", "/nowhere"):
                assert LOUD not in (await browser.get(path)).text
            said = {"number": 3, "by": "aoki", "why": "she fell", "approved": "kato sato"}
            pages.room.staff.note(EntryKind.BREAK_GLASS, **said)
            for path in ("/sign-in", "/nowhere", "/invite"):
                page = (await browser.get(path)).text
                assert page.count(LOUD) == 1, path
                assert "she fell" not in page, "strangers read no reason"
            assert (await browser.post("/glass/seen", data={"number": "3"})).status_code == 403
            await pages.joined(browser)
            page = await browser.get("/waiting")
            assert "she fell" in page.text
            seen = await browser.post("/glass/seen", data={"number": "3", "token": hidden(page, "token")})
            assert (seen.status_code, seen.headers["location"]) == (303, "/waiting")
            assert [(each.number, each.seen_by) for each in pages.room.glass.all()] == [(3, "hanako")]
            assert LOUD in (await browser.get("/")).text, "it is open for minutes yet"

    told(story())
    late = Glass(replace(pages.room.staff, clock=FixedClock(datetime.now(UTC) + timedelta(hours=1))), entries(pages))
    assert not late.loud()


def entries(pages: Pages) -> Callable[[int], list[Entry | None]]:
    log = pages.room.journal
    return lambda begin: [log.at(place).entry for place in range(begin, log.size)]
