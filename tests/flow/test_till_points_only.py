"""Points-only mode: the points are right and no product code of such a purchase lies in any file."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from tests.flow.till_search import found

from noren.testing.till import Shopper, TillHouse
from noren.testing.till_bodies import Body, line, purchase
from noren.testing.till_http import TillClient

LAKE_SECONDS = 60


@pytest.fixture(scope="module")
def house() -> Iterator[TillHouse]:
    with TillHouse.temporary() as house:
        yield house


@pytest.fixture
def client(house: TillHouse) -> TillClient:
    return house.client(house.terminal())


@pytest.fixture
def quiet(house: TillHouse) -> Shopper:
    shopper = house.shopper()
    house.points_only(shopper)
    return shopper


def _back(name: str, *lines: tuple[int, int, int], **more: int) -> Body:
    return {"return": name, "lines": [{"line": n, "quantity": q, "amount": a} for n, q, a in lines]} | more


def _until_the_lake_is_full(house: TillHouse) -> None:
    until = time.monotonic() + LAKE_SECONDS
    while (said := house.summary())["lake_entry"] < said["ledger_entry"]:
        assert time.monotonic() < until, said
        time.sleep(0.2)


def test_no_product_of_hers_in_any_file(house: TillHouse, client: TillClient, quiet: Shopper) -> None:
    loud = house.shopper()
    codes = {who: f"{who}-PRODUCT-{house.number()}" for who in ("loud", "quiet", "back", "batch", "preview", "after")}
    assert client.purchase(purchase(loud.card, line(codes["loud"], 1, 500))).status == 201
    body = purchase(quiet.card, line(codes["quiet"], 2, 500), line(codes["back"], 1, 700))
    sold = client.purchase(body)
    assert sold.json["points"] == {"earned": 12, "used": 0, "balance": 12}
    assert client.purchase(body).replayed
    assert client.bring_back(sold.json["purchase"], _back("r-1", (1, 1, 700))).json["points"]["balance"] == 5
    (said,) = client.batch([purchase(quiet.card, line(codes["batch"], 1, 300))]).lines
    assert said["body"]["points"]["balance"] == 8
    client.preview(purchase(quiet.card, line(codes["preview"], 1, 300)))
    client.purchase(purchase(quiet.card, line(codes["quiet"], 1, 300), name="refused"))
    client.purchase(purchase(quiet.card, line(codes["quiet"], 1, 300), points_used=10**6))
    house.points_only(quiet, on=False)
    assert client.purchase(purchase(quiet.card, line(codes["after"], 1, 100))).status == 201
    _until_the_lake_is_full(house)
    for _ in range(2):  # while running, WAL included; and after a clean end
        where = found(house.home.path, *codes.values())
        for who in ("quiet", "back", "batch", "preview"):
            assert where[codes[who]] == [], who
        for who in ("loud", "after"):
            assert any("ledger" in path for path in where[codes[who]]), who
        house.stop_till()
        house.start_till()


def test_points_are_right_and_the_receipt_is_known(client: TillClient, quiet: Shopper) -> None:
    body = purchase(quiet.card, line("A", 2, 300), line("B", 1, 200), points_base=450)
    sold = client.purchase(body)
    assert sold.json["points"] == {"earned": 4, "used": 0, "balance": 4}
    again = client.purchase(body)
    assert (again.replayed, again.body) == (True, sold.body)
    assert client.purchase(body | {"lines": [line("A", 2, 300), line("C", 1, 200)]}).problem == "receipt-conflict"
    spent = client.purchase(purchase(quiet.card, line("A", 1, 100), points_used=4))
    assert spent.json["points"] == {"earned": 0, "used": 4, "balance": 0}


def test_a_return_is_checked_by_its_shape_and_the_amount_left(client: TillClient, quiet: Shopper) -> None:
    sold = client.purchase(purchase(quiet.card, line("A", 2, 300), line("B", 1, 200)))
    name = sold.json["purchase"]
    # Nobody knows the lines any more: any line number and quantity of the right form goes.
    assert client.bring_back(name, _back("r-1", (7, 9, 100))).json["points"] == _points(1, 0, 4)
    assert client.bring_back(name, _back("r-2", (0, 1, 401))).problem == "over-return"
    assert client.bring_back(name, _back("r-3", (0, 0, 1))).problem == "bad-field"
    assert client.bring_back(name, _back("r-3", (0, 1, 1), points_base=401)).status in {409, 422}
    assert client.bring_back(name, _back("r-3", (0, 1, 1)) | {"name": "x"}).problem == "unknown-field"
    assert client.bring_back(name, _back("r-4", (0, 2, 400))).json["points"] == _points(4, 0, 0)
    again = client.bring_back(name, _back("r-4", (0, 2, 400)))
    assert (again.status, again.replayed) == (201, True)
    assert client.bring_back(name, _back("r-5", (0, 1, 1))).problem == "over-return"


def _points(taken: int, given: int, balance: int) -> dict[str, int]:
    return {"taken_back": taken, "given_back": given, "balance": balance}


def test_find_names_the_purchase_and_no_line(house: TillHouse, quiet: Shopper) -> None:
    terminal = house.terminal()
    body = purchase(quiet.card)
    with house.client(terminal) as client:
        sold = client.purchase(body)
        asked = (terminal.shop, terminal.terminal, body["business_date"], body["receipt"])
        assert client.find(*asked).json == {"purchase": sold.json["purchase"], "lines": []}


def test_a_purchase_from_before_keeps_its_lines(house: TillHouse, client: TillClient) -> None:
    shopper = house.shopper()
    sold = client.purchase(purchase(shopper.card, line("A", 2, 300)))
    house.points_only(shopper)
    name = sold.json["purchase"]
    assert client.bring_back(name, _back("r-1", (0, 3, 300))).problem == "over-return"
    assert client.bring_back(name, _back("r-1", (0, 1, 150))).status == 201
