"""Terminal keys: who may speak, as which shop, until when; and that a test key opens nothing but a sandbox."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from tests.spec.till_form import well_formed

from noren.doors.till.allowance import Strangers
from noren.doors.till.probing import Marker, Probing
from noren.doors.till.terminals import Doorkeeper
from noren.governance.alerts import Alert, AlertWord
from noren.governance.store import Directory
from noren.house.inner import CallRefused
from noren.house.keys import open_keys
from noren.register.refusals import Refusal
from noren.testing.till import Shopper, TillHouse, shared_house
from noren.testing.till_bodies import JAPAN, purchase
from noren.testing.till_http import TillClient

REVOKED_WITHIN_SECONDS = 60
RATE_PER_SECOND = 5_000


@pytest.fixture(scope="module")
def house() -> TillHouse:
    return shared_house()


@pytest.fixture(scope="module")
def shopper(house: TillHouse) -> Shopper:
    return house.shopper()


ASKED = (
    ("POST", "/v1/purchases"),
    ("POST", "/v1/purchases/preview"),
    ("POST", "/v1/purchases/find"),
    ("POST", "/v1/purchases/batch"),
    ("POST", "/v1/purchases/pu_0/returns"),
    ("POST", "/v1/balance"),
)


@pytest.mark.parametrize(("method", "path"), ASKED)
@pytest.mark.parametrize(
    "key",
    [
        "",
        "nt_test_" + "A" * 43,
        "nt_live_" + "A" * 43,
        "Basic bnRfdGVzdDp4",
        "Bearer ",
        "Bearer",
        "Bearer nt_test_é",
        "Bearer " + "x" * 5000,
    ],
)
def test_without_a_good_key_nothing_is_answered(house: TillHouse, method: str, path: str, key: str) -> None:
    with house.client() as client:
        headers = {"Authorization": key if " " in key or key == "Bearer" else f"Bearer {key}"} if key else {}
        raw = {name: value.encode("utf-8").decode("latin-1") for name, value in headers.items()}
        answer = client.exchange(method, path, b"{}", raw)
    assert (answer.status, answer.problem) == (401, "bad-key")
    well_formed(answer)
    assert "nt_" not in answer.body.decode().replace("nt_live_…", "").replace("nt_test_…", "")


def test_the_scheme_is_spelt_as_one_likes(house: TillHouse, shopper: Shopper) -> None:
    terminal = house.terminal()
    with house.client(f"bearer {terminal.key}") as client:
        assert client.balance(shopper.card).status == 200


def test_a_key_is_looked_at_before_the_body(house: TillHouse) -> None:
    with house.client("nt_test_wrong") as client:
        assert client.purchase(b'{"name": "x"}').status == 401


def test_a_key_is_of_its_time_prefix(house: TillHouse) -> None:
    assert house.terminal().key.startswith("nt_test_")


def test_a_revoked_key_stops_within_a_minute_and_says_so(house: TillHouse, shopper: Shopper) -> None:
    terminal, other = house.terminal(), house.terminal()
    with house.client(terminal) as client, house.client(other) as neighbour:
        assert client.balance(shopper.card).status == 200
        house.revoke(terminal)
        begun = time.monotonic()
        while (answer := client.balance(shopper.card)).status == 200:
            assert time.monotonic() - begun < REVOKED_WITHIN_SECONDS
            time.sleep(0.2)
        print(f"revocation took {time.monotonic() - begun:.1f} s")
        assert (answer.status, answer.problem) == (401, "revoked-key")
        well_formed(answer)
        refused = client.purchase(purchase(shopper.card))
        assert refused.problem == "revoked-key"
        assert neighbour.balance(shopper.card).status == 200


def test_a_new_terminal_works_at_once(house: TillHouse, shopper: Shopper) -> None:
    with house.client(house.terminal()) as client:
        assert client.balance(shopper.card).status == 200


def test_shop_and_terminal_come_from_the_key_alone(house: TillHouse, shopper: Shopper) -> None:
    terminal = house.terminal("S2")
    body = purchase(shopper.card)
    with house.client(terminal) as client:
        sold = client.purchase(body)
        found = client.find("S2", terminal.terminal, body["business_date"], body["receipt"])
        assert found.json["purchase"] == sold.json["purchase"]
        assert client.find("S1", terminal.terminal, body["business_date"], body["receipt"]).status == 404


@dataclass(slots=True)
class Peer:
    client: str = "192.0.2.7:40000"


def doorkeeper(house: TillHouse, *, bad_keys: int = 100, alerts: list[Alert] | None = None) -> Doorkeeper:
    """Return a doorkeeper of its own on the house's directory: it can be asked as fast as it answers."""
    today, mark = datetime.now(JAPAN).date(), Marker()
    return Doorkeeper(
        directory=Directory(house.home.register_db),
        ring=open_keys(house.home, "till").ring("terminal-key"),
        sandbox=True,
        default_per=100,
        default_rate=RATE_PER_SECOND,
        strangers=Strangers(rate=bad_keys, mark=mark),
        probing=Probing(
            threshold=5, window_seconds=600, mark=mark, raise_alert=([] if alerts is None else alerts).append
        ),
        today=lambda: today,
        real_today=lambda: today,
    )


def test_a_key_asks_no_more_than_its_share(house: TillHouse) -> None:
    """5,000 a second are more than a test can send: the doorkeeper itself is asked."""
    keeper, peer = doorkeeper(house), Peer()
    key, other = house.terminal().key, f"Bearer {house.terminal().key}"
    begun = time.monotonic()
    spellings = ("Bearer", "bearer", "BEARER", "bEaReR")  # one key has one allowance, however the scheme is spelled
    said = [keeper.let_in(f"{spellings[n % 4]} {key}", peer) for n in range(20_000)]
    let_in = sum(not isinstance(each, Refusal) for each in said)
    assert RATE_PER_SECOND <= let_in <= RATE_PER_SECOND * (1 + time.monotonic() - begun) + 1
    assert {each.problem for each in said if isinstance(each, Refusal)} == {"slow-down"}
    assert not isinstance(keeper.let_in(other, peer), Refusal)


def test_a_terminal_may_have_a_rate_of_its_own(house: TillHouse) -> None:
    slow, quick, peer = house.terminal(rate=3), house.terminal(), Peer()
    keeper = doorkeeper(house)
    begun = time.monotonic()
    said = [keeper.let_in(f"Bearer {slow.key}", peer) for _ in range(200)]
    let_in = sum(not isinstance(each, Refusal) for each in said)
    assert 3 <= let_in <= 3 * (1 + time.monotonic() - begun) + 1
    assert not any(isinstance(keeper.let_in(f"Bearer {quick.key}", peer), Refusal) for _ in range(200))


def test_bad_keys_from_one_place_are_looked_up_so_often_and_good_ones_do_not_wait(house: TillHouse) -> None:
    """The directory is asked for ``bad_keys`` a second; a good key that was here before is not held up by them."""
    keeper, good, fresh = doorkeeper(house, bad_keys=4), house.terminal().key, house.terminal().key
    noisy, quiet = Peer(), Peer("192.0.2.8:40000")
    assert not isinstance(keeper.let_in(f"Bearer {good}", noisy), Refusal)
    begun = time.monotonic()
    said = [keeper.let_in(f"Bearer nt_test_{n}", noisy) for n in range(300)]
    problems = [each.problem for each in said if isinstance(each, Refusal)]
    assert len(problems) == 300
    assert problems[:4] == ["bad-key"] * 4
    assert 4 <= problems.count("bad-key") <= 4 * (1 + time.monotonic() - begun) + 1
    assert set(problems) == {"bad-key", "slow-down"}
    assert not isinstance(keeper.let_in(f"Bearer {good}", noisy), Refusal)
    assert not isinstance(keeper.let_in(f"Bearer {fresh}", quiet), Refusal)


def test_many_tills_behind_one_address_come_at_once(house: TillHouse) -> None:
    """A good key costs a place nothing: no shop waits because all its tills start together."""
    keeper, peer = doorkeeper(house, bad_keys=1), Peer()
    said = [keeper.let_in(f"Bearer {house.terminal().key}", peer) for _ in range(20)]
    assert not any(isinstance(each, Refusal) for each in said)


def test_a_terminal_that_waits_as_told_is_let_in(house: TillHouse, shopper: Shopper) -> None:
    """429 comes with a Retry-After, and it is true."""
    terminal = house.terminal(rate=2)
    with house.client(terminal) as client:
        refused = list[Any]()
        until = time.monotonic() + 120
        while not refused and time.monotonic() < until:  # a machine that is slower than two a second asks on
            answers = [client.balance(shopper.card) for _ in range(30)]
            refused = [answer for answer in answers if answer.status != 200]
        assert {answer.problem for answer in refused} == {"slow-down"}
        for answer in refused:
            well_formed(answer)
        time.sleep(int(refused[-1].headers["retry-after"]))
        assert client.balance(shopper.card).status == 200


def test_a_rate_is_changed_within_a_minute(house: TillHouse, shopper: Shopper) -> None:
    terminal = house.terminal(rate=1)
    assert house.ask("/terminals/rate", {"shop": "S1", "terminal": terminal.terminal, "rate": 500}) == {"changed": 1}
    listed = {each["terminal"]: each["rate"] for each in house.ask("/terminals/list", {})["terminals"]}
    assert listed[terminal.terminal] == 500
    with house.client(terminal) as client:
        assert {client.balance(shopper.card).status for _ in range(30)} == {200}
    assert house.ask("/terminals/rate", {"shop": "S1", "terminal": "nobody", "rate": None}) == {"changed": 0}


def test_probing_is_an_alert_and_a_till_set_up_wrongly_is_none(house: TillHouse) -> None:
    raised: list[Alert] = []
    keeper, gone = doorkeeper(house, alerts=raised), house.terminal("S2")
    for _ in range(20):
        keeper.let_in("Bearer nt_test_the_same_wrong_key", Peer())
        keeper.let_in(f"Bearer {gone.key}", Peer())
    assert raised == []
    for n in range(5):
        keeper.let_in(f"Bearer nt_test_probe{n}", Peer("192.0.2.9:1"))
    assert raised == [Alert(AlertWord.KEY_PROBING)]


def test_revoked_keys_tried_one_after_the_other_name_their_shop(house: TillHouse) -> None:
    raised: list[Alert] = []
    keeper = doorkeeper(house, alerts=raised)
    for n in range(5):
        terminal = house.terminal("S2")
        house.revoke(terminal)
        refused = keeper.let_in(f"Bearer {terminal.key}", Peer(f"192.0.2.{n}:1"))
        assert isinstance(refused, Refusal)
        assert refused.problem == "revoked-key"
    assert raised == [Alert(AlertWord.KEY_PROBING, "S2")]


def test_test_keys_open_no_live_programme(house: TillHouse) -> None:
    with TillHouse.temporary(kind="live") as live:
        terminal, shopper = live.terminal(), live.shopper()
        assert terminal.key.startswith("nt_live_")
        with live.client(terminal) as client:
            assert client.purchase(purchase(shopper.card)).status == 201
            _no_clock(client)
        with live.client(house.terminal()) as client:
            assert client.balance(shopper.card).status in {401, 403}
        try:
            tester = live.terminal(test=True)
        except CallRefused:
            return
        with live.client(tester) as client:
            answer = client.purchase(purchase(shopper.card))
            assert answer.status in {401, 403}
            assert answer.problem in {"bad-key", "not-allowed"}
            _no_clock(client)


def _no_clock(client: TillClient) -> None:
    moved = client.post("/v1/sandbox/clock", {"at": "2030-01-01T00:00:00+09:00"})
    assert moved.status in {401, 403, 404}
    well_formed(moved)
