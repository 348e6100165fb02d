"""Passkeys: made for this desk's origin by a verified person, used once an answer; a copy is found."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from noren.governance.signing_in.keys import Passkey
from noren.governance.signing_in.passkeys import Passkeys
from noren.governance.signing_in.refusals import NotProved, Why
from noren.kernel.clock import FixedClock
from noren.testing.passkey_device import PasskeyDevice

ORIGIN, HOST = "https://desk.company.example", "desk.company.example"


class Visit:
    def __init__(self) -> None:
        self.clock = FixedClock(datetime(2026, 11, 26, 9, tzinfo=UTC))
        self.asks = Passkeys(ORIGIN, "Noren Points", self.clock)
        self.device = PasskeyDevice(ORIGIN, HOST)

    def made(self, account: str = "hanako", asked_for: str = "hanako", browser: str = "mine") -> Passkey | NotProved:
        asked = self.asks.begin_adding(asked_for, [], browser="mine")
        return self.asks.finish_adding(asked.name, self.device.make(asked.options), account=account, browser=browser)

    def held(self) -> Passkey:
        made = self.made()
        assert isinstance(made, Passkey)
        return made

    def used(self, held: Passkey | None, browser: str = "mine") -> Passkey | NotProved:
        asked = self.asks.begin(browser="mine")
        return self.asks.finish(asked.name, self.device.use(asked.options), held, browser=browser)


def test_a_passkey_is_made_and_used_and_its_count_goes_up() -> None:
    visit = Visit()
    held = visit.held()
    first = visit.used(held)
    assert isinstance(first, Passkey)
    assert (first.id, first.sign_count) == (visit.device.id, 1)
    second = visit.used(first)
    assert isinstance(second, Passkey)
    assert second.sign_count == 2


def test_what_is_asked() -> None:
    visit = Visit()
    made = json.loads(visit.asks.begin_adding("hanako", [visit.held()], browser="mine").options)["publicKey"]
    assert made["rp"]["id"] == HOST
    assert made["authenticatorSelection"]["userVerification"] == "required"
    assert [each["alg"] for each in made["pubKeyCredParams"]] == [-7, -8, -257]
    assert len(made["excludeCredentials"]) == 1
    assert "hanako" not in made["user"]["id"]
    used = json.loads(visit.asks.begin(browser="mine").options)["publicKey"]
    assert used["userVerification"] == "required"
    assert not used.get("allowCredentials"), "nothing tells who has a passkey"


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://evil.example", HOST),
        (ORIGIN, "evil.example"),
        ("https://evil.desk.company.example", HOST),
        ("http://desk.company.example", HOST),
        (ORIGIN + ":8443", HOST),
    ],
)
def test_another_site_s_passkey_is_refused(origin: str, host: str) -> None:
    visit = Visit()
    held = visit.held()
    visit.device.origin, visit.device.rp_id = origin, host
    assert isinstance(visit.used(held), NotProved)
    assert isinstance(visit.made(), NotProved)
    visit.device.origin, visit.device.rp_id = ORIGIN, HOST
    assert isinstance(visit.used(held), Passkey), "the control"


def test_a_person_who_is_not_verified_is_refused() -> None:
    visit = Visit()
    held = visit.held()
    visit.device.verifies = False
    assert isinstance(visit.used(held), NotProved)
    assert isinstance(visit.made(), NotProved)


@pytest.mark.parametrize("back", [0, 1, 2])
def test_a_copy_whose_count_does_not_go_up_is_found(back: int) -> None:
    visit = Visit()
    visit.device.count = 5
    held = visit.held()
    visit.device.count = 5 - back - 1  # using it adds one
    assert visit.used(held) == NotProved(Why.COPIED, "sign-count")
    visit.device.count = 5
    assert isinstance(visit.used(held), Passkey), "the control"


def test_a_device_that_does_not_count_is_taken() -> None:
    visit = Visit()
    held = visit.held()
    visit.device.count = -1
    assert isinstance(visit.used(held), Passkey)


def test_another_key_s_signature_is_refused() -> None:
    visit = Visit()
    held = visit.held()
    other = PasskeyDevice(ORIGIN, HOST, id=visit.device.id)
    visit.device = other
    assert visit.used(held) == NotProved(Why.NOT_PROVED, "signature")
    assert visit.used(None) == NotProved(Why.NOT_PROVED, "unknown-passkey")


def test_an_answer_counts_once_in_its_own_browser_and_for_its_own_account() -> None:
    visit = Visit()
    held = visit.held()
    asked = visit.asks.begin(browser="mine")
    answer = visit.device.use(asked.options)
    assert visit.asks.finish(asked.name, answer, held, browser="another") == NotProved(Why.NOT_BEGUN_HERE)
    assert isinstance(visit.asks.finish(asked.name, answer, held, browser="mine"), Passkey)
    assert visit.asks.finish(asked.name, answer, held, browser="mine") == NotProved(Why.NOT_BEGUN_HERE)
    assert visit.made(account="taro") == NotProved(Why.NOT_BEGUN_HERE)
    old = visit.asks.begin(browser="mine")
    visit.clock.instant += timedelta(minutes=10)
    late = visit.asks.finish(old.name, visit.device.use(old.options), held, browser="mine")
    assert late == NotProved(Why.NOT_BEGUN_HERE)


def test_an_answer_to_another_question_is_refused() -> None:
    visit = Visit()
    held = visit.held()
    one, other = visit.asks.begin(browser="mine"), visit.asks.begin(browser="mine")
    found = visit.asks.finish(other.name, visit.device.use(one.options), held, browser="mine")
    assert found == NotProved(Why.NOT_PROVED, "challenge")
    adding = visit.asks.begin_adding("hanako", [], browser="mine")
    assert isinstance(visit.asks.finish(adding.name, visit.device.use(adding.options), held, browser="mine"), NotProved)


def test_a_name_that_could_be_guessed_is_refused() -> None:
    visit = Visit()
    visit.device.id = b"short"
    assert visit.made() == NotProved(Why.NOT_PROVED, "credential-id")


@pytest.mark.parametrize(
    "answer", ["", "{}", "[]", "nonsense", '{"id":1}', "x" * 40_000, '{"rawId":"AA","response":{}}']
)
def test_nonsense_is_refused_not_broken(answer: str) -> None:
    visit = Visit()
    held = visit.held()
    assert visit.asks.credential_id(answer) == b""
    asked = visit.asks.begin(browser="mine")
    assert isinstance(visit.asks.finish(asked.name, answer, held, browser="mine"), NotProved)
    adding = visit.asks.begin_adding("hanako", [], browser="mine")
    assert isinstance(visit.asks.finish_adding(adding.name, answer, account="hanako", browser="mine"), NotProved)
