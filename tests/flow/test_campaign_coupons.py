"""Coupons of campaigns at the real till, on either engine: goods, points, returns, and 64 tills at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from noren.activity.model import Coupon
from noren.house.keys import open_keys
from noren.house.ledger_stores import open_ledger
from noren.register.names import read_name
from noren.testing.coupons import give_coupon, handle_of
from noren.testing.databases import ENGINES
from noren.testing.till import Shopper, Terminal, TillHouse, shared_house
from noren.testing.till_bodies import Body, line, purchase
from noren.testing.till_http import TillClient

COFFEE = 'category = "COFFEE"'


@pytest.fixture(scope="module", params=ENGINES)
def house(request: pytest.FixtureRequest) -> TillHouse:
    made = shared_house(request.param)
    for code, category in (("beans", "COFFEE"), ("latte", "COFFEE"), ("loaf", "BREAD")):
        row = {"product": code, "name": code, "category": category, "department": "d", "brand": "b", "maker": "m"}
        made.ask("/reference/products", {"rows": [row | {"sensitivity": ""}]})
    return made


@pytest.fixture(scope="module")
def terminal(house: TillHouse) -> Terminal:
    return house.terminal()


@pytest.fixture
def client(house: TillHouse, terminal: Terminal) -> TillClient:
    return house.client(terminal)


@pytest.fixture
def shopper(house: TillHouse) -> Shopper:
    return house.shopper()


def back(name: str, *lines: tuple[int, int, int]) -> Body:
    return {"return": name, "lines": [{"line": n, "quantity": q, "amount": a} for n, q, a in lines]}


def shown(client: TillClient, shopper: Shopper) -> list[str]:
    return [each["barcode"]["value"] for each in client.balance(shopper.card).json["coupons"]]


def name(coupon: Coupon) -> str:
    return f"cp_{coupon.coupon.hex()}"


def test_a_coupon_for_goods_goes_to_those_goods(
    house: TillHouse, client: TillClient, terminal: Terminal, shopper: Shopper
) -> None:
    coupon = give_coupon(house, shopper, products=COFFEE)
    assert shown(client, shopper) == [coupon.barcode]
    bread = purchase(shopper.card, line("loaf", 1, 700), coupons=[coupon.barcode])
    refused = client.purchase(bread)
    assert (refused.status, refused.problem, refused.json["field"]) == (409, "coupon-not-here", "/coupons/0")
    body = purchase(shopper.card, line("loaf", 1, 700), line("beans", 1, 300), coupons=[coupon.barcode])
    effect = {"type": "redeem_coupon", "coupon": name(coupon), "discount": 50}
    assert client.preview(body).json["effects"] == [effect]
    assert shown(client, shopper) == [coupon.barcode]
    sold = client.purchase(body)
    assert (sold.status, sold.json["effects"], sold.json["points"]["earned"]) == (201, [effect], 9)
    again = client.purchase(body)
    assert (again.body, again.replayed) == (sold.body, True)
    assert shown(client, shopper) == []
    found = client.find("S1", terminal.terminal, body["business_date"], body["receipt"])
    assert [each["amount_left"] for each in found.json["lines"]] == [700, 250]


@pytest.mark.parametrize(
    ("offer", "points"),
    [
        ({"kind": "points", "value": 30}, 30),
        ({"kind": "points_multiplier", "value": 5, "products": COFFEE}, 12),
        ({"kind": "points_multiplier", "value": 5, "max_value": 7}, 7),
    ],
)
def test_points_are_earned_previewed_and_taken_back(
    house: TillHouse, client: TillClient, shopper: Shopper, offer: Body, points: int
) -> None:
    coupon = give_coupon(house, shopper, **offer)
    body = purchase(shopper.card, line("loaf", 1, 700), line("beans", 1, 300), coupons=[coupon.barcode])
    effects = [
        {"type": "redeem_coupon", "coupon": name(coupon), "discount": 0},
        {"type": "points", "campaign": "coffee-fans", "points": points},
    ]
    assert client.preview(body).json["effects"] == effects
    assert client.balance(shopper.card).json["points"] == 0
    sold = client.purchase(body)
    assert sold.json["effects"] == effects
    assert sold.json["points"] == {"earned": 10, "used": 0, "balance": 10 + points}
    assert client.purchase(body).body == sold.body
    whole = client.bring_back(sold.json["purchase"], back("r", (0, 1, 700), (1, 1, 300)))
    assert whole.json["points"] == {"taken_back": 10 + points, "given_back": 0, "balance": 0}
    assert [found for found in house.findings() if "lake" not in found["what_en"]] == []


def test_points_go_with_the_goods_that_they_were_given_for(
    house: TillHouse, client: TillClient, shopper: Shopper
) -> None:
    coupon = give_coupon(house, shopper, kind="points", value=31, products=COFFEE)
    body = purchase(shopper.card, line("loaf", 1, 600), line("beans", 2, 400), coupons=[coupon.barcode])
    sold = client.purchase(body).json["purchase"]
    left = [client.bring_back(sold, back(f"r{n}", each)).json["points"]["balance"] for n, each in enumerate(
        [(0, 1, 600), (1, 1, 100), (1, 1, 300)]
    )]  # fmt: skip
    assert left == [4 + 31, 3 + 31 * 300 // 400, 0]
    assert client.purchase(purchase(shopper.card, line("beans", 1, 400), coupons=[coupon.barcode])).problem == (
        "coupon-used"
    )


def test_a_used_coupon_comes_back_only_where_its_campaign_says_so_and_all_came_back(
    house: TillHouse, client: TillClient, shopper: Shopper
) -> None:
    kept = give_coupon(house, shopper)
    given = give_coupon(house, shopper, returns="give-back")
    names: list[str] = []
    for coupon in (kept, given):
        body = purchase(shopper.card, line("beans", 2, 1050), coupons=[coupon.barcode])
        names.append(client.purchase(body).json["purchase"])
    for sold in names:
        assert client.bring_back(sold, back("r1", (0, 1, 400))).json["voided"] == []
    assert shown(client, shopper) == []  # a part came back
    for sold in names:
        client.bring_back(sold, back("r2", (0, 1, 600)))
    assert shown(client, shopper) == [given.barcode]
    again = client.purchase(purchase(shopper.card, line("beans", 1, 300), coupons=[given.barcode]))
    assert (again.status, again.json["effects"][0]["discount"]) == (201, 50)
    assert client.purchase(purchase(shopper.card, coupons=[given.barcode])).problem == "coupon-used"


def issued_by(house: TillHouse, shopper: Shopper, sold: str, **offer: object) -> Coupon:
    entry = read_name(open_keys(house.home, "till").ring("purchase-id"), sold)
    assert entry is not None
    return give_coupon(house, shopper, issued_by=entry, **offer)


def test_a_return_voids_the_unused_coupon_that_it_gave(house: TillHouse, client: TillClient, shopper: Shopper) -> None:
    sold = client.purchase(purchase(shopper.card, line("beans", 2, 800))).json["purchase"]
    other = client.purchase(purchase(shopper.card, line("loaf", 1, 800))).json["purchase"]
    coupon, kept = issued_by(house, shopper, sold), issued_by(house, shopper, other)
    brought = client.bring_back(sold, back("r1", (0, 1, 400)))
    assert brought.json["voided"] == [name(coupon)]
    assert client.bring_back(sold, back("r1", (0, 1, 400))).body == brought.body
    assert client.bring_back(sold, back("r2", (0, 1, 400))).json["voided"] == []
    assert shown(client, shopper) == [kept.barcode]
    refused = client.purchase(purchase(shopper.card, line("beans", 1, 300), coupons=[coupon.barcode]))
    assert refused.problem == "coupon-used"
    assert "return" in refused.json["detail"] or "返品" in refused.json["detail"]


def test_buying_returning_and_buying_again_wins_nothing(house: TillHouse, client: TillClient, shopper: Shopper) -> None:
    """The coupon of a purchase is used, its purchase comes back, then the goods that it was used for: it stays used."""
    sold = client.purchase(purchase(shopper.card, line("beans", 1, 800))).json["purchase"]
    coupon = issued_by(house, shopper, sold, returns="give-back")
    used = client.purchase(purchase(shopper.card, line("loaf", 1, 450), coupons=[coupon.barcode])).json["purchase"]
    assert client.bring_back(sold, back("r", (0, 1, 800))).json["voided"] == []
    client.bring_back(used, back("r", (0, 1, 400)))
    assert shown(client, shopper) == []
    # the other way round: it comes back first, and goes with its own purchase
    sold = client.purchase(purchase(shopper.card, line("beans", 1, 800))).json["purchase"]
    coupon = issued_by(house, shopper, sold, returns="give-back")
    used = client.purchase(purchase(shopper.card, line("loaf", 1, 450), coupons=[coupon.barcode])).json["purchase"]
    client.bring_back(used, back("r", (0, 1, 400)))
    assert shown(client, shopper) == [coupon.barcode]
    assert client.bring_back(sold, back("r", (0, 1, 800))).json["voided"] == [name(coupon)]
    assert shown(client, shopper) == []


def test_64_tills_at_once_take_it_once(house: TillHouse, terminal: Terminal, shopper: Shopper) -> None:
    coupon = give_coupon(house, shopper, products=COFFEE)
    bodies = [purchase(shopper.card, line("beans", 1, 300), coupons=[coupon.barcode]) for _ in range(64)]
    together = threading.Barrier(64)

    def sell(body: Body) -> tuple[int, str]:
        with house.client(terminal) as client:
            client.get("/healthz")
            together.wait()
            answer = client.purchase(body)
        return answer.status, answer.problem

    with ThreadPoolExecutor(64) as pool:
        outcomes = list(pool.map(sell, bodies))
    assert outcomes.count((201, "")) == 1
    assert outcomes.count((409, "coupon-used")) == 63
    store = open_ledger(house.home, "ledger-worker")
    with store.batch() as batch:
        (held,) = batch.coupons(handle_of(house, shopper), [coupon.barcode])
        assert batch.coupons_redeemed_by(held.used) == [coupon.coupon]
    store.close()


def test_a_points_only_members_goods_are_looked_at_and_not_kept(
    house: TillHouse, client: TillClient, terminal: Terminal, shopper: Shopper
) -> None:
    house.points_only(shopper)
    coupon = give_coupon(house, shopper, products=COFFEE)
    body = purchase(shopper.card, line("loaf", 1, 700), line("beans", 1, 300), coupons=[coupon.barcode])
    sold = client.purchase(body)
    assert sold.json["effects"][0]["discount"] == 50
    found = client.find("S1", terminal.terminal, body["business_date"], body["receipt"])
    assert found.json["lines"] == []
