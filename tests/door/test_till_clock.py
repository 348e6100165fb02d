"""What time does: the sandbox's movable clock, expiry of points, receipts growing old, codes and late sales."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from tests.spec.till_form import well_formed

from noren.house.home import Points, Programme, Receipts, Settings
from noren.testing.till import Shopper, TillHouse
from noren.testing.till_bodies import JAPAN, line, purchase, spoken
from noren.testing.till_http import TillClient

START = datetime(2027, 3, 1, 12, 0, tzinfo=JAPAN)


@pytest.fixture(scope="module")
def house() -> Iterator[TillHouse]:
    rules = Settings(
        programme=Programme(kind="sandbox"), points=Points(per=100, expiry_days=365), receipts=Receipts(400)
    )
    with TillHouse.temporary(settings=rules) as house:
        yield house


@pytest.fixture
def client(house: TillHouse) -> TillClient:
    client = house.client(house.terminal())
    _move(client, START)
    return client


@pytest.fixture
def shopper(house: TillHouse) -> Shopper:
    return house.shopper()


def _move(client: TillClient, at: datetime) -> None:
    answer = client.post("/v1/sandbox/clock", {"at": spoken(at)})
    assert answer.status == 200, answer.body
    assert abs(datetime.fromisoformat(answer.json["now"]) - at) < timedelta(seconds=30)


def test_the_clock_is_told(client: TillClient) -> None:
    told = datetime.fromisoformat(client.get("/v1/sandbox/clock").json["now"])
    assert told.tzinfo is not None
    assert abs(told - START) < timedelta(seconds=30)


@pytest.mark.parametrize("body", [{}, {"at": "now"}, {"at": "2027-03-01T00:00:00"}, {"at": 1}, {"now": spoken(START)}])
def test_the_clock_takes_instants_only(client: TillClient, body: dict[str, object]) -> None:
    answer = client.post("/v1/sandbox/clock", body)
    assert answer.status == 422
    well_formed(answer)


def test_the_clock_needs_a_key(house: TillHouse) -> None:
    with house.client() as client:
        assert client.post("/v1/sandbox/clock", {"at": spoken(START)}).status == 401


def test_points_live_a_year_from_the_last_movement(client: TillClient, shopper: Shopper) -> None:
    client.purchase(purchase(shopper.card, line(amount=1000), at=START))
    assert client.balance(shopper.card).json["next_expiry"] == {"date": "2028-02-29", "points": 10}
    _move(client, START + timedelta(days=300))
    client.purchase(purchase(shopper.card, line(amount=100), at=START + timedelta(days=300)))
    last = (START + timedelta(days=665)).date()
    assert client.balance(shopper.card).json["next_expiry"] == {"date": last.isoformat(), "points": 11}
    _move(client, START + timedelta(days=665))
    assert client.balance(shopper.card).json["points"] == 11
    _move(client, START + timedelta(days=666))
    assert client.balance(shopper.card).json == {"points": 0, "next_expiry": None, "coupons": []}
    late = client.purchase(purchase(shopper.card, line(amount=200), at=START + timedelta(days=666), points_used=1))
    assert late.problem == "points-short"
    bought = client.purchase(purchase(shopper.card, line(amount=200), at=START + timedelta(days=666)))
    assert bought.json["points"] == {"earned": 2, "used": 0, "balance": 2}


def test_using_is_a_movement_and_asking_is_none(client: TillClient, shopper: Shopper) -> None:
    client.purchase(purchase(shopper.card, line(amount=1000), at=START))
    _move(client, START + timedelta(days=200))
    client.balance(shopper.card)
    assert client.balance(shopper.card).json["next_expiry"]["date"] == (START + timedelta(days=365)).date().isoformat()
    client.purchase(purchase(shopper.card, line(amount=1), at=START + timedelta(days=200), points_used=1))
    assert client.balance(shopper.card).json["next_expiry"] == {
        "date": (START + timedelta(days=565)).date().isoformat(),
        "points": 9,
    }


def test_a_receipt_is_known_for_its_term(client: TillClient, shopper: Shopper) -> None:
    body = purchase(shopper.card, at=START)
    first = client.purchase(body)
    _move(client, START + timedelta(days=400))
    again = client.purchase(body)
    assert (again.status, again.replayed, again.body) == (201, True, first.body)
    _move(client, START + timedelta(days=401, hours=1))
    # While the receipt is still there it may be recognised; it must never be taken for a new one.
    late = client.purchase(body)
    assert late.problem == "too-old" or (late.replayed and late.body == first.body)
    assert client.purchase(purchase(shopper.card, at=START)).problem == "too-old"


def test_the_limit_ahead_moves_with_the_clock(client: TillClient, shopper: Shopper) -> None:
    body = purchase(shopper.card, at=START + timedelta(hours=49))
    assert client.purchase(body).problem == "in-the-future"
    _move(client, START + timedelta(hours=2))
    assert client.purchase(body).status == 201


def test_days_are_counted_in_the_programmes_zone(client: TillClient, shopper: Shopper) -> None:
    """23:30 UTC is already the next day in Japan: the business date may be the day after that, not the day before."""
    body = purchase(shopper.card, at=START)
    said = {"at": "2027-02-28T23:30:00Z"}
    assert client.purchase(body | said | {"business_date": "2027-03-02"}).status == 201
    refused = client.purchase(body | said | {"business_date": "2027-02-27", "receipt": "z"})
    assert (refused.problem, refused.json["field"]) == ("bad-field", "/business_date")


def test_the_clock_outlives_the_process(house: TillHouse, client: TillClient, shopper: Shopper) -> None:
    _move(client, START + timedelta(days=30))
    client.close()
    house.stop_till()
    house.start_till()
    told = datetime.fromisoformat(client.get("/v1/sandbox/clock").json["now"])
    assert timedelta(0) <= told - (START + timedelta(days=30)) < timedelta(minutes=2)
    assert client.purchase(purchase(shopper.card, at=START + timedelta(days=30))).status == 201


def test_a_sale_of_last_month_counts_at_once(client: TillClient, shopper: Shopper) -> None:
    late = client.purchase(purchase(shopper.card, line(amount=500), at=START - timedelta(days=30)))
    assert late.json["points"]["balance"] == 5
    assert client.balance(shopper.card).json["points"] == 5
