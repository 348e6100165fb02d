"""Coupons of another system at the real till: taken once under any concurrency, net earning, refusals, offline."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from noren.testing.till import Shopper, Terminal, TillHouse, shared_house
from noren.testing.till_bodies import JAPAN, Body, line, purchase
from noren.testing.till_http import TillClient

TODAY = datetime.now(JAPAN).date()


@pytest.fixture(scope="module")
def house() -> TillHouse:
    return shared_house()


@pytest.fixture(scope="module")
def terminal(house: TillHouse) -> Terminal:
    return house.terminal()


@pytest.fixture
def client(house: TillHouse, terminal: Terminal) -> TillClient:
    return house.client(terminal)


@pytest.fixture
def shopper(house: TillHouse) -> Shopper:
    return house.shopper()


def coupon(house: TillHouse, card: str, **changes: Any) -> Body:
    """Import one live coupon of 100 off; return its row."""
    row: Body = {
        "coupon": f"K{house.number()}", "card": card, "title_ja": "珈琲100円引き", "title_en": "100 off coffee",
        "discount": 100, "companies": "P1", "valid_from": (TODAY - timedelta(days=9)).isoformat(),
        "valid_until": (TODAY + timedelta(days=9)).isoformat(), **changes,
    }  # fmt: skip
    assert house.ask("/cutover/coupons", {"rows": [row]})["results"] == ["imported"]
    return row


def test_a_coupon_is_shown_redeemed_and_gone(house: TillHouse, client: TillClient, shopper: Shopper) -> None:
    row = coupon(house, shopper.card)
    (shown,) = client.balance(shopper.card).json["coupons"]
    assert shown["barcode"] == {"symbology": "code128", "value": row["coupon"]}
    assert shown["title"] == {"ja": "珈琲100円引き", "en": "100 off coffee"}
    assert shown["valid_until"] == row["valid_until"]
    assert house.client(house.terminal("Q1")).balance(shopper.card).json["coupons"] == []

    body = purchase(shopper.card, line("A", 1, 700), line("B", 1, 300), coupons=[row["coupon"]])
    preview = client.preview(body)
    effect = {"type": "redeem_coupon", "coupon": shown["coupon"], "discount": 100}
    assert preview.json["effects"] == [effect]
    assert preview.json["points"] == {"earned": 9, "used": 0, "balance": 9}
    assert len(client.balance(shopper.card).json["coupons"]) == 1  # a preview uses nothing

    sold = client.purchase(body)
    assert (sold.status, sold.json["effects"], sold.json["points"]["earned"]) == (201, [effect], 9)
    assert client.balance(shopper.card).json["coupons"] == []
    again = client.purchase(body)
    assert (again.status, again.body) == (201, sold.body)
    assert client.purchase(purchase(shopper.card, coupons=[row["coupon"]])).problem == "coupon-used"


def test_lines_are_kept_net_and_a_used_coupon_stays_used(
    house: TillHouse, client: TillClient, terminal: Terminal, shopper: Shopper
) -> None:
    row = coupon(house, shopper.card)
    body = purchase(shopper.card, line("A", 1, 700), line("B", 1, 300), coupons=[row["coupon"]])
    name = client.purchase(body).json["purchase"]
    found = client.find("S1", terminal.terminal, body["business_date"], body["receipt"]).json["lines"]
    assert [each["amount_left"] for each in found] == [630, 270]
    returned = client.bring_back(
        name, {"return": "r", "lines": [{"line": n, "quantity": 1, "amount": a} for n, a in ((0, 630), (1, 270))]}
    )
    assert (returned.status, returned.json["points"], returned.json["voided"]) == (
        201, {"taken_back": 9, "given_back": 0, "balance": 0}, [],
    )  # fmt: skip
    assert client.purchase(purchase(shopper.card, coupons=[row["coupon"]])).problem == "coupon-used"


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"companies": "P2"}, "coupon-not-here"),
        ({"min_spend": 301}, "coupon-not-here"),
        ({"valid_from": (TODAY + timedelta(days=5)).isoformat()}, "coupon-not-here"),
    ],
)
def test_refusals_leave_everything_as_it_was(
    house: TillHouse, client: TillClient, shopper: Shopper, changes: Body, word: str
) -> None:
    row = coupon(house, shopper.card, **changes)
    refused = client.purchase(purchase(shopper.card, coupons=[row["coupon"]]))
    assert (refused.status, refused.problem, refused.json["field"]) == (409, word, "/coupons/0")
    assert client.preview(purchase(shopper.card, coupons=[row["coupon"]])).problem == word
    assert client.balance(shopper.card).json["points"] == 0


def test_another_member_s_coupon_and_one_of_another_time(house: TillHouse, client: TillClient) -> None:
    hers, other = house.shoppers(2)
    row = coupon(house, hers.card)
    assert client.purchase(purchase(other.card, coupons=[row["coupon"]])).problem == "coupon-not-hers"
    of_today = coupon(house, hers.card, valid_from=TODAY.isoformat())
    three_days_ago = datetime.now(JAPAN) - timedelta(days=3)
    late = purchase(hers.card, coupons=[of_today["coupon"]], at=three_days_ago)
    assert client.purchase(late).problem == "coupon-not-here"  # a late sale is judged by its own day


def test_many_tills_at_once_take_it_once(house: TillHouse, terminal: Terminal, shopper: Shopper) -> None:
    row = coupon(house, shopper.card)
    bodies = [purchase(shopper.card, coupons=[row["coupon"]]) for _ in range(24)]

    def sell(body: Body) -> tuple[int, str]:
        with house.client(terminal) as client:
            answer = client.purchase(body)
        return answer.status, answer.problem

    with ThreadPoolExecutor(12) as pool:
        outcomes = list(pool.map(sell, bodies))
    assert outcomes.count((201, "")) == 1
    assert outcomes.count((409, "coupon-used")) == 23


def test_an_offline_till_has_honoured_it_already(house: TillHouse, client: TillClient, shopper: Shopper) -> None:
    row, other = coupon(house, shopper.card), coupon(house, shopper.card, companies="P2")
    shown = [row["coupon"], other["coupon"], "unknown"]
    (first,) = client.batch([purchase(shopper.card, line(amount=1000), coupons=shown)]).lines
    (second,) = client.batch([purchase(shopper.card, line(amount=1000), coupons=[row["coupon"]])]).lines
    assert first["status"] == second["status"] == 201
    assert [effect["discount"] for effect in first["body"]["effects"]] == [100]
    assert first["body"]["points"]["earned"] == 9
    assert first["body"]["warnings"] == [f"coupon-not-here:{other['coupon']}", "coupon-not-hers:unknown"]
    assert second["body"]["warnings"] == [f"coupon-used:{row['coupon']}"]
    assert (second["body"]["effects"], second["body"]["points"]["earned"]) == ([], 10)


def test_points_pay_no_more_than_the_coupon_leaves(house: TillHouse, client: TillClient, shopper: Shopper) -> None:
    rows = [{"card": shopper.card, "points": 500, "earned": TODAY.isoformat()}]
    assert house.ask("/cutover/lots", {"rows": rows})["results"] == ["imported"]
    row = coupon(house, shopper.card)
    refused = client.purchase(purchase(shopper.card, line(amount=300), points_used=201, coupons=[row["coupon"]]))
    assert (refused.status, refused.problem, refused.json["field"]) == (422, "bad-field", "/points_used")
    paid = client.purchase(purchase(shopper.card, line(amount=300), points_used=200, coupons=[row["coupon"]]))
    assert paid.json["points"] == {"earned": 0, "used": 200, "balance": 300}


def test_the_books_balance_afterwards(house: TillHouse, client: TillClient, shopper: Shopper) -> None:
    row = coupon(house, shopper.card)
    client.purchase(purchase(shopper.card, coupons=[row["coupon"]]))
    assert [found for found in house.findings() if "lake" not in found["what_en"]] == []
