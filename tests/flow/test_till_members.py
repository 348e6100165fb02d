"""What changes about a member while she shops: more cards, a lost one, two members that are one person."""

from __future__ import annotations

import pytest

from noren.testing.till import TillHouse, shared_house
from noren.testing.till_bodies import line, purchase
from noren.testing.till_http import TillClient


@pytest.fixture(scope="module")
def house() -> TillHouse:
    return shared_house()


@pytest.fixture
def client(house: TillHouse) -> TillClient:
    return house.client(house.terminal())


def test_two_cards_one_purse(house: TillHouse, client: TillClient) -> None:
    shopper = house.shopper()
    second = f"2981{house.number():012d}"
    assert client.balance(second).problem == "unknown-card"
    both = {"cards": [shopper.card, second], "traits": {}}
    assert house.ask("/enrol", {"members": [both]}, caller="vault")["tokens"] == [shopper.token]
    client.purchase(purchase(shopper.card, line(amount=500)))
    assert client.purchase(purchase(second, line(amount=700))).json["points"]["balance"] == 12
    house.set_card(shopper.card, "lost")
    assert client.purchase(purchase(shopper.card)).problem == "blocked-card"
    assert client.preview(purchase(shopper.card)).problem == "blocked-card"
    assert client.balance(shopper.card).problem == "blocked-card"
    assert client.balance(second).json["points"] == 12
    house.set_card(shopper.card, "active")
    assert client.balance(shopper.card).json["points"] == 12


@pytest.mark.parametrize("card", ["12345678", "9" * 40, "00000000", "0" * 39 + "1"])
def test_cards_of_the_shortest_and_longest_form(house: TillHouse, client: TillClient, card: str) -> None:
    own = card[:-4] + f"{house.number() % 10_000:04d}"
    (token,) = house.ask("/enrol", {"members": [{"cards": [own], "traits": {}}]}, caller="vault")["tokens"]
    assert token
    assert client.purchase(purchase(own)).status == 201


def test_two_members_that_are_one(house: TillHouse, client: TillClient) -> None:
    source, target = house.shoppers(2)
    old = purchase(source.card, line("A", 2, 800))
    sold = client.purchase(old)
    client.purchase(purchase(target.card, line(amount=300)))
    house.ask("/cards/merge", {"source": source.token, "target": target.token}, caller="vault")
    assert client.balance(source.card).json["points"] == 11
    assert client.balance(target.card).json["points"] == 11
    again = client.purchase(old)
    assert (again.replayed, again.body) == (True, sold.body)
    back = {"return": "r-1", "lines": [{"line": 0, "quantity": 2, "amount": 800}]}
    returned = client.bring_back(sold.json["purchase"], back)
    assert returned.json["points"] == {"taken_back": 8, "given_back": 0, "balance": 3}
    assert client.purchase(purchase(source.card, line(amount=100))).json["points"]["balance"] == 4
    assert house.findings() == []
