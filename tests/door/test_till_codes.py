"""One-time codes: what the member's phone shows instead of a card is good once, around its time, and hard to forge."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from tests.spec.till_form import well_formed

from noren.testing.till import Shopper, Terminal, TillHouse, shared_house
from noren.testing.till_bodies import JAPAN, line, purchase
from noren.testing.till_http import TillClient
from noren.testing.till_phone import Phone


@pytest.fixture(scope="module")
def house() -> TillHouse:
    return shared_house()


@pytest.fixture(scope="module")
def phone(house: TillHouse) -> Phone:
    return Phone(house)


@pytest.fixture(scope="module")
def terminal(house: TillHouse) -> Terminal:
    return house.terminal()


@pytest.fixture
def client(house: TillHouse, terminal: Terminal) -> TillClient:
    return house.client(terminal)


@pytest.fixture
def shopper(house: TillHouse) -> Shopper:
    return house.shopper()


def _now() -> datetime:
    return datetime.now(JAPAN)


def test_a_code_stands_for_the_card(client: TillClient, phone: Phone, shopper: Shopper) -> None:
    code = phone.show(shopper, _now())
    assert code.isascii()
    assert code.isdigit()
    assert 8 <= len(code) <= 40
    assert code != shopper.card
    sold = client.purchase(purchase(code, line(amount=1200)))
    assert (sold.status, sold.json["points"]["balance"]) == (201, 12)
    assert client.balance(shopper.card).json["points"] == 12


@pytest.mark.parametrize("minutes", [-9, -5, 0, 5, 9])
@pytest.mark.parametrize("ago", [timedelta(minutes=1), timedelta(hours=5), timedelta(days=20)])
def test_a_code_is_judged_at_the_sale(
    client: TillClient, phone: Phone, shopper: Shopper, minutes: int, ago: timedelta
) -> None:
    at = _now() - ago
    assert client.purchase(purchase(phone.show(shopper, at + timedelta(minutes=minutes)), at=at)).status == 201


@pytest.mark.parametrize("minutes", [-600, -13, -12, 12, 13, 600])
@pytest.mark.parametrize("ago", [timedelta(minutes=1), timedelta(hours=5)])
def test_a_code_out_of_its_time_is_unknown(
    client: TillClient, phone: Phone, shopper: Shopper, minutes: int, ago: timedelta
) -> None:
    at = _now() - ago
    answer = client.purchase(purchase(phone.show(shopper, at + timedelta(minutes=minutes)), at=at))
    assert (answer.status, answer.problem) == (404, "unknown-card")
    well_formed(answer)


def test_a_code_is_good_once(house: TillHouse, client: TillClient, phone: Phone, shopper: Shopper) -> None:
    code = phone.show(shopper, _now())
    body = purchase(code)
    first = client.purchase(body)
    again = client.purchase(body)
    assert (again.status, again.replayed, again.body) == (201, True, first.body)
    for other in (purchase(code), purchase(code, line(amount=1))):
        refused = client.purchase(other)
        assert (refused.status, refused.problem) == (409, "code-used")
        assert code.encode() not in refused.body
        well_formed(refused)
    with house.client(house.terminal("Q1")) as elsewhere:
        assert elsewhere.purchase(purchase(code)).problem == "code-used"
    assert client.purchase(body | {"points_base": 1}).problem == "receipt-conflict"
    assert client.balance(shopper.card).json["points"] == 3


def test_preview_balance_and_refusals_do_not_use_it_up(client: TillClient, phone: Phone, shopper: Shopper) -> None:
    code = phone.show(shopper, _now())
    body = purchase(code)
    for _ in range(3):
        assert client.preview(body).status == 200
        assert client.balance(code).status == 200
    assert client.purchase(body | {"points_used": 7}).problem == "points-short"
    assert client.purchase(body | {"amount": 7}).problem == "sum-mismatch"
    assert client.purchase(body).status == 201


def test_balance_looks_at_the_clock(client: TillClient, phone: Phone, shopper: Shopper) -> None:
    stale = phone.show(shopper, _now() - timedelta(minutes=13))
    assert client.balance(stale).problem == "unknown-card"


def test_codes_of_one_member_look_unrelated(client: TillClient, phone: Phone, shopper: Shopper) -> None:
    shown = [phone.show(shopper, _now() + timedelta(minutes=minute)) for minute in range(-5, 6)]
    assert len(set(shown)) == len(shown)
    for one, two in pairwise(shown):
        alike = sum(a == b for a, b in zip(one[1:], two[1:], strict=True))
        assert alike < len(one) // 2
    assert {client.purchase(purchase(code)).status for code in shown} == {201}


def test_forged_codes_are_unknown(client: TillClient, phone: Phone, shopper: Shopper) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    good = phone.show(shopper, _now())
    forged = ["".join(chance.choices("0123456789", k=len(good))) for _ in range(200)]
    forged += [good[:n] + str((int(good[n]) + 1) % 10) + good[n + 1 :] for n in range(len(good))]
    forged += [good[::-1], good[:-1], good[1:], "9" * 40, "0" * 40]
    for code in forged:
        answer = client.purchase(purchase(code))
        assert (answer.status, answer.problem) == (404, "unknown-card"), code
        assert code.encode() not in answer.body
    assert client.purchase(purchase(good)).status == 201


def test_a_code_of_another_programme_is_unknown(phone: Phone, client: TillClient, shopper: Shopper) -> None:
    with TillHouse.temporary() as other:
        code = phone.show(shopper, _now())
        with other.client(other.terminal()) as theirs:
            assert theirs.purchase(purchase(code)).problem == "unknown-card"


def test_a_crowd_with_one_code_gets_one_sale(
    house: TillHouse, terminal: Terminal, phone: Phone, shopper: Shopper
) -> None:
    code = phone.show(shopper, _now())

    def buy(_: int) -> str:
        with house.client(terminal) as client:
            return client.purchase(purchase(code)).problem

    with ThreadPoolExecutor(16) as pool:
        said = sorted(pool.map(buy, range(16)))
    assert said == ["", *["code-used"] * 15]


def test_offline_sales_bring_their_codes_late(client: TillClient, phone: Phone, shopper: Shopper) -> None:
    at = _now() - timedelta(days=2)
    code = phone.show(shopper, at)
    bodies = [purchase(code, at=at), purchase(code, at=at + timedelta(minutes=1))]
    first, second = client.batch(list(bodies)).lines
    assert first["status"] == 201
    assert second["status"] == 409
    assert second["body"]["type"].endswith("code-used")
    again = client.batch(list(bodies)).lines
    assert (again[0]["replayed"], again[0]["body"]) == (True, first["body"])


def test_points_of_a_code_are_hers_at_another_shop(
    house: TillHouse, client: TillClient, phone: Phone, shopper: Shopper
) -> None:
    client.purchase(purchase(phone.show(shopper, _now()), line(amount=1000)))
    with house.client(house.terminal("Q1")) as elsewhere:
        code = phone.show(shopper, _now() + timedelta(minutes=2))
        spent = elsewhere.purchase(purchase(code, line(amount=100), points_used=10))
        assert spent.json["points"] == {"earned": 0, "used": 10, "balance": 0}
