"""Goods brought back, worked by hand from the contract; and whose purchases a terminal may touch."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.spec.till_form import well_formed

from noren.testing.databases import ENGINES
from noren.testing.till import Shopper, Terminal, TillHouse, shared_house
from noren.testing.till_bodies import Body, line, purchase, shuffled
from noren.testing.till_http import TillClient


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


def back(name: str, *lines: tuple[int, int, int], **more: int) -> Body:
    return {"return": name, "lines": [{"line": n, "quantity": q, "amount": a} for n, q, a in lines]} | more


def _points(client: TillClient, name: str, body: Body) -> tuple[int, int, int]:
    answer = client.bring_back(name, body)
    assert answer.status == 201, answer.body
    assert answer.json["return"] == body["return"]
    assert answer.json["voided"] == []
    points = answer.json["points"]
    return points["taken_back"], points["given_back"], points["balance"]


def test_the_contracts_own_example(client: TillClient, shopper: Shopper) -> None:
    sold = client.purchase(purchase(shopper.card, line("4901777018888", 2, 300), points_base=273))
    assert sold.json["points"] == {"earned": 2, "used": 0, "balance": 2}
    name = sold.json["purchase"]
    assert name.startswith("pu_")
    assert _points(client, name, back("r-1", (0, 1, 150), points_base=137)) == (1, 0, 1)
    assert _points(client, name, back("r-2", (0, 1, 150))) == (1, 0, 0)
    assert client.bring_back(name, back("r-3", (0, 1, 0))).problem == "over-return"


def test_used_points_come_back_first(client: TillClient, shopper: Shopper) -> None:
    client.purchase(purchase(shopper.card, line(amount=5000)))
    sold = client.purchase(purchase(shopper.card, line("A", 3, 300), points_used=50))
    assert sold.json["points"] == {"earned": 2, "used": 50, "balance": 2}
    name = sold.json["purchase"]
    assert _points(client, name, back("r-1", (0, 1, 30))) == (0, 30, 32)  # base 270, used 20: still 2
    assert _points(client, name, back("r-2", (0, 1, 70))) == (0, 20, 52)  # base 200, used 0: still 2
    assert _points(client, name, back("r-3", (0, 1, 200))) == (2, 0, 50)


def test_rounding_in_parts_takes_back_no_more_than_was_earned(client: TillClient, shopper: Shopper) -> None:
    lines = [line(each, 1, 100) for each in "ABC"]
    sold = client.purchase(purchase(shopper.card, *lines, points_base=250))
    name = sold.json["purchase"]
    assert _points(client, name, back("r-1", (0, 1, 100))) == (1, 0, 1)  # base 150
    assert _points(client, name, back("r-2", (1, 1, 100))) == (1, 0, 0)  # base 50
    assert _points(client, name, back("r-3", (2, 1, 100))) == (0, 0, 0)  # base left is less than what came back


@pytest.mark.parametrize("base", [0, 1, 250])
def test_a_full_return_is_a_void_whatever_base_it_names(client: TillClient, shopper: Shopper, base: int) -> None:
    client.purchase(purchase(shopper.card, line(amount=4000)))
    sold = client.purchase(purchase(shopper.card, line("A", 2, 200), line("B", 1, 50), points_used=20))
    assert sold.json["points"]["balance"] == 22
    everything = back("r-1", (0, 2, 200), (1, 1, 50), points_base=base)
    assert _points(client, sold.json["purchase"], everything) == (2, 20, 40)


def test_a_full_return_in_two_parts_is_a_void_too(client: TillClient, shopper: Shopper) -> None:
    sold = client.purchase(purchase(shopper.card, line("A", 2, 200), line("B", 1, 300)))
    name = sold.json["purchase"]
    assert _points(client, name, back("r-1", (1, 1, 300), points_base=0)) == (0, 0, 5)
    assert _points(client, name, back("r-2", (0, 2, 200), points_base=0)) == (5, 0, 0)


def test_a_debt_is_paid_first(client: TillClient, shopper: Shopper) -> None:
    sold = client.purchase(purchase(shopper.card, line(amount=1000)))
    client.purchase(purchase(shopper.card, line(amount=10), points_used=10))
    assert _points(client, sold.json["purchase"], back("r-1", (0, 1, 1000))) == (10, 0, -10)
    standing = client.balance(shopper.card).json
    assert (standing["points"], standing["next_expiry"]) == (-10, None)
    assert client.purchase(purchase(shopper.card, points_used=1)).problem == "points-short"
    bought = client.purchase(purchase(shopper.card, line(amount=500)))
    assert bought.json["points"] == {"earned": 5, "used": 0, "balance": -5}
    bought = client.purchase(purchase(shopper.card, line(amount=700)))
    assert bought.json["points"] == {"earned": 7, "used": 0, "balance": 2}
    assert client.balance(shopper.card).json["next_expiry"]["points"] == 2


def test_points_used_over_amount_and_over_balance(client: TillClient, shopper: Shopper) -> None:
    client.purchase(purchase(shopper.card, line(amount=50_000)))
    over_amount = client.purchase(purchase(shopper.card, line(amount=300), points_used=301))
    assert (over_amount.status, over_amount.problem, over_amount.json["field"]) == (422, "bad-field", "/points_used")
    over_both = client.purchase(purchase(shopper.card, line(amount=300), points_used=501))
    assert (over_both.status, over_both.problem) == (409, "points-short")
    exact = client.purchase(purchase(shopper.card, line(amount=300), points_used=300))
    assert exact.json["points"] == {"earned": 0, "used": 300, "balance": 200}
    assert client.purchase(purchase(shopper.card, line(amount=200), points_used=200)).json["points"]["balance"] == 0


def test_the_same_return_again(client: TillClient, shopper: Shopper) -> None:
    sold = client.purchase(purchase(shopper.card, line("A", 4, 400)))
    name, body = sold.json["purchase"], back("r-1", (0, 1, 100))
    first = client.bring_back(name, body)
    for resend in (body, shuffled(body)):
        again = client.bring_back(name, resend)
        assert (again.status, again.replayed, again.body) == (201, True, first.body)
    for other in (back("r-1", (0, 2, 100)), back("r-1", (0, 1, 99)), body | {"points_base": 99}):
        refused = client.bring_back(name, other)
        assert (refused.status, refused.problem) == (409, "receipt-conflict")
        well_formed(refused)
    assert client.balance(shopper.card).json["points"] == 3


def test_a_return_is_named_within_its_purchase(client: TillClient, shopper: Shopper) -> None:
    names = [client.purchase(purchase(shopper.card, line("A", 2, 200))).json["purchase"] for _ in range(2)]
    answers = [client.bring_back(name, back("r-1", (0, 1, 100))) for name in names]
    assert [(each.status, each.replayed) for each in answers] == [(201, False)] * 2


def test_refused_returns_are_not_kept(client: TillClient, shopper: Shopper) -> None:
    name = client.purchase(purchase(shopper.card, line("A", 2, 200))).json["purchase"]
    assert client.bring_back(name, back("r-1", (0, 3, 200))).problem == "over-return"
    assert _points(client, name, back("r-1", (0, 2, 200))) == (2, 0, 0)


def test_a_crowd_brings_the_same_thing_back(house: TillHouse, terminal: Terminal, shopper: Shopper) -> None:
    with house.client(terminal) as client:
        name = client.purchase(purchase(shopper.card, line("A", 5, 500))).json["purchase"]

    def bring(number: int) -> tuple[int, bool]:
        with house.client(terminal) as one:
            answer = one.bring_back(name, back(f"r-{number % 8}", (0, 1, 100)))
            return answer.status, answer.replayed

    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(bring, range(32)))
    assert answers.count((201, False)) == 5
    assert answers.count((201, True)) == 15
    assert sum(status == 409 for status, _ in answers) == 12
    with house.client(terminal) as client:
        assert client.balance(shopper.card).json["points"] == 0


def test_any_terminal_of_the_company_and_no_other(house: TillHouse, client: TillClient, shopper: Shopper) -> None:
    body = purchase(shopper.card, line("A", 2, 200))
    terminal = house.terminal("S1")
    with house.client(terminal) as seller:
        name = seller.purchase(body).json["purchase"]
    asked = (terminal.shop, terminal.terminal, body["business_date"], body["receipt"])
    with house.client(house.terminal("Q1")) as foreign:
        for refused in (foreign.bring_back(name, back("r-1", (0, 1, 100))), foreign.find(*asked)):
            # 404, not 403: that the purchase exists is the other company's own business (M8).
            assert (refused.status, refused.problem) == (404, "unknown-purchase")
            well_formed(refused)
    with house.client(house.terminal("S2")) as sister:
        assert sister.find(*asked).json["purchase"] == name
        assert sister.bring_back(name, back("r-1", (0, 1, 100))).status == 201
        assert sister.find(*asked).json["lines"] == [
            {"line": 0, "product": "A", "quantity_left": 1, "amount_left": 100}
        ]


@pytest.mark.parametrize(
    "name", ["pu_", "pu_0", "pu_" + "0" * 32, "pu_" + "f" * 32, "pu_" + "A" * 3000, "x", "pu_%00", "pu_%2e%2e", "１"]
)
def test_an_unknown_purchase(client: TillClient, name: str) -> None:
    path = name.encode().decode("ascii", "ignore") or "%EF%BC%91"
    answer = client.bring_back(path, back("r-1", (0, 1, 100)))
    assert (answer.status, answer.problem) == (404, "unknown-purchase")
    well_formed(answer)


def test_names_of_purchases_can_not_be_counted(client: TillClient, shopper: Shopper) -> None:
    names = [client.purchase(purchase(shopper.card)).json["purchase"] for _ in range(20)]
    assert len(set(names)) == 20
    assert names != sorted(names)


def test_a_return_for_a_blocked_card_still_works(house: TillHouse, client: TillClient, shopper: Shopper) -> None:
    """The goods are back, whatever became of the card; the contract names no refusal for it."""
    name = client.purchase(purchase(shopper.card, line("A", 1, 200))).json["purchase"]
    house.set_card(shopper.card, "lost")
    assert _points(client, name, back("r-1", (0, 1, 200))) == (2, 0, 0)


def test_preview_changes_nothing(house: TillHouse, client: TillClient, shopper: Shopper) -> None:
    client.purchase(purchase(shopper.card, line(amount=1000)))
    before = house.summary()
    body = purchase(shopper.card, line(amount=700), points_used=5)
    for _ in range(10):
        seen = client.preview(body)
        assert (seen.status, seen.replayed) == (200, False)
        assert seen.json == {"points": {"earned": 6, "used": 5, "balance": 11}, "effects": []}
    assert client.balance(shopper.card).json["points"] == 10
    after = house.summary()
    assert {key: after[key] for key in ("purchases", "amount", "points_used")} == {
        key: before[key] for key in ("purchases", "amount", "points_used")
    }
    sold = client.purchase(body)
    assert (sold.status, sold.replayed) == (201, False)
    assert sold.json["points"] == seen.json["points"]


def test_company_rules_of_earning(house: TillHouse, shopper: Shopper) -> None:
    house.ask("/reference/shops", {"rows": [house.shop_row("R1", "P3")]})
    house.agree("P3", per=50, exclude='category = "TOBACCO"')
    product = {"name": "煙草", "category": "TOBACCO", "department": "d", "brand": "b", "maker": "m", "sensitivity": ""}
    house.ask("/reference/products", {"rows": [{"product": "smoke", **product}]})
    with house.client(house.terminal("R1")) as client:
        assert client.purchase(purchase(shopper.card, line("bread", 1, 199))).json["points"]["earned"] == 3
        mixed = purchase(shopper.card, line("bread", 1, 100), line("smoke", 1, 600))
        assert client.purchase(mixed).json["points"]["earned"] == 2
        assert client.purchase(purchase(shopper.card, line("smoke", 1, 600))).json["points"]["earned"] == 0
