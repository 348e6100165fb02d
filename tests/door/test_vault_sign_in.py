"""The member's sign-in: who I am, masked; a ticket for this browser; nothing for anybody else."""

from __future__ import annotations

import asyncio
import html
from collections.abc import Coroutine, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.door.vault_house import NONCE, PASSWORD, Door, hidden, sign_in

from noren.doors.vault import hashing
from noren.doors.vault.attempts import FREE_TRIES
from noren.house.keys import open_keys, trusted
from noren.identity.choosing import import_consents, import_stops
from noren.kernel.ids import LinkToken
from noren.kernel.ticket import UsedTickets, open_ticket
from noren.testing.vault import NOW, a_row


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    made = Door(tmp_path)
    yield made
    made.room.vault.close()


def told(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(story)


def test_she_signs_in_sees_herself_masked_and_carries_a_ticket(door: Door) -> None:
    async def story() -> None:
        async with door.browser() as browser:
            answer = await sign_in(browser)
            assert (answer.status_code, answer.headers["location"]) == (303, f"/?nonce={NONCE}")
            page = await browser.get(answer.headers["location"])
            row = a_row(1)
            for shown in ("架空 花子乙", "150-0001", "東京都渋谷区架空町2番地", "0001", "@example.jp", "2019-05"):
                assert shown in page.text
            for never in (str(row["card"]), str(row["phone"]), str(row["email"]), "M0000001", str(row["birth_date"])):
                assert never not in page.text
            assert 'action="http://statement.localhost:8004/enter"' in page.text
            ticket = html.unescape(hidden(page, "ticket"))
            openings, verifying = open_keys(door.home, "statement").openings, trusted(door.home, "vault").verifying
            found = open_ticket(
                ticket,
                nonce=NONCE,
                openings=openings,
                verifying=verifying,
                now=NOW,
                used=UsedTickets(NOW - timedelta(1)),
            )
            assert found == door.side.with_card(str(row["card"])).token
            assert isinstance(found, LinkToken)

    told(story())


def test_no_ticket_without_a_nonce_of_the_right_form(door: Door) -> None:
    async def story() -> None:
        async with door.browser() as browser:
            await sign_in(browser, nonce="")
            for nonce in ("", "short", "n" * 200, '"><script>alert(1)</script>aaaa'):
                page = await browser.get("/", params={"nonce": nonce})
                assert 'name="ticket"' not in page.text
                assert "<script>alert" not in page.text
            assert 'name="ticket"' in (await browser.get("/onward", params={"nonce": NONCE})).text

    told(story())


def test_english(door: Door) -> None:
    async def story() -> None:
        async with door.browser() as browser:
            assert "Sign in now" in (await browser.get("/sign-in", params={"lang": "en"})).text
            await sign_in(browser)
            page = await browser.get("/", params={"nonce": NONCE, "lang": "en"})
            assert "Who I am" in page.text
            assert "See points and purchases" in page.text
            onward = (await browser.get("/", params={"lang": "en"})).text
            assert 'href="http://statement.localhost:8004/?lang=en"' in onward, (
                "her language goes along to the next door"
            )

    told(story())


def test_she_sees_in_words_what_she_has_stopped_and_agreed_to(door: Door) -> None:
    number = str(a_row(1)["member_number"])
    stops = [
        {"member_number": number, "scope": scope, "name": name, "since": "2020-01-01"}
        for scope, name in (("channel", "post"), ("recipient", "post"))
    ]
    agreed = {"member_number": number, "kind": "email", "given_at": "2020-02-01", "text_version": "v7"}

    async def story() -> None:
        async with door.browser() as browser:
            await sign_in(browser)
            japanese = " ".join((await browser.get("/")).text.split())
            english = " ".join((await browser.get("/", params={"lang": "en"})).text.split())
        assert "「郵送DM」を、今後追加される提携先のものも含め、すべて止めます" in japanese
        assert "postへの提供と" in japanese, "a company's name is no channel's"
        assert "All postal mail stops" in english
        assert "Stopped since 2020-01-01" in english
        assert "version v7 of the text" in english

    assert import_stops(door.room.vault, rows=stops) == ["added", "added"]
    assert import_consents(door.room.vault, rows=[agreed]) == ["added"]
    told(story())


@pytest.mark.parametrize(
    ("number", "password"),
    [
        ("M0000001", "another password"),
        ("M0000002", PASSWORD),
        ("M9999999", PASSWORD),
        ("", PASSWORD),
        ("花子", PASSWORD),
        ("M0000001", ""),
        ("M0000001", "x" * 10_000),
    ],
)
def test_everything_wrong_gets_the_same_answer(door: Door, number: str, password: str) -> None:
    async def story() -> None:
        async with door.browser() as browser:
            answer = await sign_in(browser, number=number, password=password)
            assert answer.status_code == 401
            assert "会員番号またはパスワードが違います。" in answer.text
            assert (await browser.get("/")).headers["location"] == "/sign-in"

    told(story())


def test_an_account_rests_after_misses_and_wakes_by_itself(door: Door) -> None:
    async def story() -> None:
        async with door.browser() as browser:
            for _ in range(FREE_TRIES + 2):
                assert (await sign_in(browser, password="wrong password")).status_code == 401
                door.clock.instant += timedelta(seconds=2)
            door.clock.instant -= timedelta(seconds=1)
            resting = await sign_in(browser)
            assert (resting.status_code, resting.headers["retry-after"]) == (429, "3")
            assert "あと3秒お待ち" in resting.text
            door.clock.instant += timedelta(seconds=3)
            assert (await sign_in(browser)).status_code == 303

    told(story())


def test_tries_side_by_side_get_no_extra_guess(door: Door) -> None:
    async def story() -> None:
        async with door.browser() as browser:
            await browser.get("/sign-in")
            wrong = (sign_in(browser, password="wrong password") for _ in range(8))
            answers = [answer.status_code for answer in await asyncio.gather(*wrong)]
            assert sorted(answers) == [401] * FREE_TRIES + [429] * (8 - FREE_TRIES)

    told(story())


def test_a_crowd_is_told_to_come_back_and_shuts_nobody_out(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "MAX_WAITING", 4)

    async def story() -> None:
        async with door.browser() as browser:
            await browser.get("/sign-in")
            crowd = (sign_in(browser, number=f"M77{n:05}", password="x") for n in range(20))
            answers = await asyncio.gather(*crowd)
            refused = [answer for answer in answers if answer.status_code == 429]
            assert refused
            assert {answer.status_code for answer in answers} == {401, 429}
            assert {answer.headers["retry-after"] for answer in refused} == {"5"}
            assert "混み合っています" in refused[0].text
            assert (await sign_in(browser)).status_code == 303

    told(story())


def test_a_form_from_elsewhere_is_refused(door: Door) -> None:
    async def story() -> None:
        async with door.browser() as browser, door.browser() as other:
            fields = {"number": "M0000001", "password": PASSWORD, "nonce": NONCE}
            stolen = hidden(await other.get("/sign-in"), "token")
            page = await browser.get("/sign-in")
            own = hidden(page, "token")
            assert (await browser.post("/sign-in", data=fields)).status_code == 403
            assert (await browser.post("/sign-in", data={**fields, "token": stolen})).status_code == 403
            crossed = await browser.post(
                "/sign-in", data={**fields, "token": own}, headers={"Sec-Fetch-Site": "cross-site"}
            )
            assert crossed.status_code == 403
            await sign_in(browser)
            assert (await browser.post("/leave", data={"token": own})).status_code == 403

    told(story())


def test_a_session_ends_by_leaving_by_time_and_by_signing_in_again(door: Door) -> None:
    async def story() -> None:
        async with door.browser() as browser:
            await sign_in(browser)
            token = hidden(await browser.get("/"), "token")
            before = dict(browser.cookies)
            answer = await browser.post("/leave", data={"token": token})
            assert answer.headers["location"] == "/left"
            assert "サインアウトしました" in (await browser.get("/left")).text
            assert (await browser.get("/", cookies=before)).status_code == 303
            await sign_in(browser)
            door.clock.instant += timedelta(minutes=15)
            assert (await browser.get("/")).status_code == 303
            assert "15分が過ぎた" in (await browser.get("/onward", params={"nonce": NONCE})).text

    told(story())


def test_every_answer_is_guarded(door: Door) -> None:
    async def story() -> None:
        async with door.browser() as browser:
            await sign_in(browser)
            for path in ("/", "/sign-in", "/left", "/nowhere", "/healthz"):
                headers = (await browser.get(path)).headers
                policy = headers["content-security-policy"]
                assert "default-src 'none'" in policy
                assert "form-action 'self' http://statement.localhost:8004;" in policy
                assert "frame-ancestors 'self' http://localhost:8001" in policy
                assert headers["cache-control"] == "no-store"
                assert headers["referrer-policy"] == "same-origin"

    told(story())


def test_cookies_are_no_scripts_and_no_other_sites(door: Door) -> None:
    async def story() -> None:
        async with door.browser() as browser:
            page = await browser.get("/sign-in")
            answer = await sign_in(browser)
            for cookie in (page.headers["set-cookie"], answer.headers["set-cookie"]):
                assert cookie.startswith("__Host-")
                assert all(
                    guard in cookie for guard in ("Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/")
                )

    told(story())
