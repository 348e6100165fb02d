"""A receipt is answered once: every resend gets the identical bytes, also after a restart, and nothing else does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from noren.testing.databases import ENGINES
from noren.testing.till import Shopper, Terminal, TillHouse, shared_house
from noren.testing.till_bodies import Body, line, purchase, shuffled
from noren.testing.till_http import Answer, TillClient

CROWD = 32


@pytest.fixture(scope="module", params=ENGINES)
def house(request: pytest.FixtureRequest) -> TillHouse:
    return shared_house(request.param)


@pytest.fixture(scope="module")
def terminal(house: TillHouse) -> Terminal:
    return house.terminal()


@pytest.fixture
def client(house: TillHouse, terminal: Terminal) -> TillClient:
    return house.client(terminal)


@pytest.fixture
def shopper(house: TillHouse) -> Shopper:
    return house.shopper()


def _same(first: Answer, again: Answer) -> None:
    assert (first.status, first.replayed) == (201, False)
    assert (again.status, again.replayed) == (201, True)
    assert again.body == first.body
    assert again.headers["content-type"] == first.headers["content-type"]


def test_the_same_bytes_again(client: TillClient, shopper: Shopper) -> None:
    body = purchase(shopper.card)
    first = client.purchase(body)
    for _ in range(3):
        _same(first, client.purchase(body))
    assert client.balance(shopper.card).json["points"] == 3


def test_the_same_parsed_body_in_other_bytes(client: TillClient, shopper: Shopper) -> None:
    body = purchase(shopper.card, line("A", 1, 250), line("B", 2, 50), points_base=273, points_used=0, coupons=[])
    first = client.purchase(body)
    _same(first, client.purchase(shuffled(body)))


@pytest.mark.parametrize("defaults", [{"points_base": 600}, {"points_used": 0}, {"coupons": []}])
def test_saying_a_default_is_saying_nothing(client: TillClient, shopper: Shopper, defaults: Body) -> None:
    bare = purchase(shopper.card, line(amount=600))
    _same(client.purchase(bare), client.purchase(bare | defaults))
    said = purchase(shopper.card, line(amount=600), **defaults)
    _same(client.purchase(said), client.purchase({name: said[name] for name in said if name not in defaults}))


@pytest.mark.parametrize(
    "change",
    [
        {"amount": 301, "lines": [line(quantity=2, amount=301)]},
        {"amount": 301},
        {"lines": [line(quantity=2, amount=301)]},
        {"lines": [line(quantity=1)]},
        {"lines": [line("0000000000000", quantity=2)]},
        {"lines": [line(quantity=2, amount=100), line(quantity=2, amount=200)]},
        {"points_base": 299},
        {"points_used": 1},
    ],
)
def test_another_body_is_a_conflict(client: TillClient, shopper: Shopper, change: Body) -> None:
    body = purchase(shopper.card)
    first = client.purchase(body)
    refused = client.purchase(body | change)
    assert (refused.status, refused.problem) == (409, "receipt-conflict")
    assert not refused.replayed
    _same(first, client.purchase(body))
    assert client.balance(shopper.card).json["points"] == 3


def test_the_order_of_lines_belongs_to_the_body(client: TillClient, shopper: Shopper) -> None:
    one, two = line("A", 1, 100), line("B", 1, 100)
    body = purchase(shopper.card, one, two)
    client.purchase(body)
    assert client.purchase(body | {"lines": [two, one]}).problem == "receipt-conflict"


def test_another_card_or_time_is_a_conflict(house: TillHouse, client: TillClient, shopper: Shopper) -> None:
    body = purchase(shopper.card)
    client.purchase(body)
    assert client.purchase(body | {"card": house.shopper().card}).problem == "receipt-conflict"
    assert client.purchase(body | {"at": body["business_date"] + "T00:00:00+09:00"}).problem == "receipt-conflict"


def test_a_malformed_resend_is_not_a_replay(client: TillClient, shopper: Shopper) -> None:
    body = purchase(shopper.card)
    client.purchase(body)
    assert client.purchase(body | {"name": "x"}).problem == "unknown-field"
    assert client.purchase(body | {"card": "２９８０" + body["card"][4:]}).problem == "bad-field"


def test_each_terminal_and_day_has_its_own_receipts(house: TillHouse, client: TillClient, shopper: Shopper) -> None:
    body = purchase(shopper.card)
    first = client.purchase(body)
    with house.client(house.terminal()) as other:
        second = other.purchase(body)
    third = client.purchase(purchase(shopper.card, receipt=body["receipt"], at=_yesterday(body)))
    assert [each.status for each in (second, third)] == [201, 201]
    assert not second.replayed
    assert not third.replayed
    assert len({each.json["purchase"] for each in (first, second, third)}) == 3
    assert client.balance(shopper.card).json["points"] == 9


def test_refusals_are_not_kept(house: TillHouse, client: TillClient, shopper: Shopper) -> None:
    body = purchase(shopper.card, points_used=2)
    assert client.purchase(body).problem == "points-short"
    assert client.purchase(body | {"amount": 1, "points_used": 0}).problem == "sum-mismatch"
    assert client.purchase(body | {"card": "10000007"}).problem == "unknown-card"
    house.set_card(shopper.card, "blocked")
    assert client.purchase(body | {"points_used": 0}).problem == "blocked-card"
    house.set_card(shopper.card, "active")
    taken = client.purchase(body | {"points_used": 0})
    assert (taken.status, taken.replayed) == (201, False)
    assert taken.json["points"] == {"earned": 3, "used": 0, "balance": 3}


def test_a_resend_is_answered_even_when_the_card_was_blocked_since(
    house: TillHouse, client: TillClient, shopper: Shopper
) -> None:
    body = purchase(shopper.card)
    first = client.purchase(body)
    house.set_card(shopper.card, "lost")
    _same(first, client.purchase(body))


def test_a_preview_is_no_purchase_and_a_purchase_no_preview(client: TillClient, shopper: Shopper) -> None:
    body = purchase(shopper.card)
    assert client.preview(body).status == 200
    first = client.purchase(body)
    assert not first.replayed
    _same(first, client.purchase(body))


def test_a_crowd_sends_the_same_purchase_at_once(house: TillHouse, terminal: Terminal, shopper: Shopper) -> None:
    body = purchase(shopper.card, line(amount=1000))
    answers = _crowd(house, terminal, [body] * CROWD)
    assert {each.status for each in answers} == {201}
    assert len({each.body for each in answers}) == 1
    assert sorted(each.replayed for each in answers) == [False] + [True] * (CROWD - 1)
    with house.client(terminal) as client:
        assert client.balance(shopper.card).json["points"] == 10


def test_a_crowd_with_different_bodies_gets_one_accepted(
    house: TillHouse, terminal: Terminal, shopper: Shopper
) -> None:
    body = purchase(shopper.card)
    answers = _crowd(house, terminal, [body | {"points_base": base} for base in range(CROWD)])
    assert sorted(each.status for each in answers) == [201] + [409] * (CROWD - 1)
    assert {each.problem for each in answers if each.status == 409} == {"receipt-conflict"}


def test_a_crowd_can_not_spend_the_same_points_twice(house: TillHouse, terminal: Terminal, shopper: Shopper) -> None:
    with house.client(terminal) as client:
        client.purchase(purchase(shopper.card, line(amount=1000)))
        spends = [purchase(shopper.card, line(amount=10), points_used=10) for _ in range(CROWD)]
        answers = _crowd(house, terminal, list(spends))
        assert sorted(each.status for each in answers) == [201] + [409] * (CROWD - 1)
        assert client.balance(shopper.card).json["points"] == 0


def test_replays_outlive_the_process() -> None:
    house = TillHouse.temporary()
    with house:
        terminal, shopper = house.terminal(), house.shopper()
        client = house.client(terminal)
        body = purchase(shopper.card, line("A", 2, 500))
        first = client.purchase(body)
        back = {"return": "r-1", "lines": [{"line": 0, "quantity": 1, "amount": 250}]}
        returned = client.bring_back(first.json["purchase"], back)
        client.close()
        assert house.stop_till() == 0
        house.start_till()
        with house.client(terminal) as client:
            _same(first, client.purchase(body))
            _same(returned, client.bring_back(first.json["purchase"], back))
            assert client.purchase(body | {"points_base": 1}).problem == "receipt-conflict"
            assert client.balance(shopper.card).json["points"] == 2


def _crowd(house: TillHouse, terminal: Terminal, bodies: list[Body]) -> list[Answer]:
    def post(body: Body) -> Answer:
        with house.client(terminal) as client:
            return client.purchase(body)

    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(post, bodies))


def _yesterday(body: Body) -> datetime:
    return datetime.fromisoformat(body["at"]) - timedelta(days=1)
