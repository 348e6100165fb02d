"""M8, M12, P3: a campaign at the real till, from the draft to the reveal, on either engine."""

from __future__ import annotations

import base64
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from noren.campaign.draw import seed_of
from noren.campaign.slips import Fault, Proof, check_drawn, check_shares, check_slip
from noren.testing.campaign_book import campaign_text
from noren.testing.campaigns import start_campaign, wait_for
from noren.testing.coupons import handle_of
from noren.testing.databases import ENGINES, EngineName
from noren.testing.till import Shopper, TillHouse
from noren.testing.till_bodies import JAPAN, Body, line, purchase
from noren.testing.till_http import TillClient

NIGHT = bool(os.environ.get("NOREN_NIGHT"))
CAP, BUYERS, TERMINALS, KILLS = (1_000, 1_600, 64, 4) if NIGHT else (20, 60, 8, 1)
COFFEE, BREAD = "4901777018888", "4901777018895"
FIVE = 'visits(category = "COFFEE" and partner = "P1") >= 5 in last 365 days'
ONE = 'visits(category = "COFFEE" and partner = "P1") >= 1'


def opened(engine: EngineName) -> TillHouse:
    made = TillHouse.temporary(engine=engine)
    made.start()
    rows = [{"product": COFFEE, "category": "COFFEE"}, {"product": BREAD, "category": "BREAD"}]
    made.ask("/reference/products", {"rows": rows})
    return made


@pytest.fixture(scope="module", params=ENGINES)
def house(request: pytest.FixtureRequest) -> Iterator[TillHouse]:
    made = opened(request.param)
    yield made
    made.stop()


@pytest.fixture
def client(house: TillHouse) -> Iterator[TillClient]:
    with house.client(house.terminal()) as made:
        yield made


def today() -> date:
    return datetime.now(JAPAN).date()


def started(house: TillHouse, name: str, **said: Any) -> dict[str, Any]:
    days: dict[str, Any] = {"first": today() - timedelta(days=1), "until": today() + timedelta(days=20)}
    return start_campaign(house, campaign_text(name, **(days | said)), name)


def slips(answer: Any, name: str) -> list[Body]:
    assert answer.status == 201, answer.json
    return [each for each in answer.json["effects"] if each["type"] == "issue_coupon" and each["campaign"] == name]


def buys(client: TillClient, shopper: Shopper, product: str = COFFEE, times: int = 1) -> list[Any]:
    return [client.purchase(purchase(shopper.card, line(product))) for _ in range(times)]


def stopped(house: TillHouse, name: str) -> None:
    house.ask("/campaigns/stop", {"campaign": name, "by": "aoki"})


@pytest.mark.parametrize(("counts", "at"), [(True, 4), (False, 5)])
def test_the_fifth_coffee_brings_the_slip_in_the_very_same_call_or_in_the_next(
    house: TillHouse, client: TillClient, counts: bool, at: int
) -> None:
    name = f"fifth-{int(counts)}"
    more = "" if counts else "counts_this_purchase = false"
    told = started(house, name, condition=FIVE, issue=more)
    shopper = house.shopper()
    answers = buys(client, shopper, times=7)
    assert [len(slips(each, name)) for each in answers] == [int(number == at) for number in range(7)]
    (slip,) = slips(answers[at], name)
    proof = check_slip(msgspec.json.decode(told["terms"]), slip)
    assert isinstance(proof, Proof)
    stopped(house, name)


def test_the_return_of_that_coffee_takes_the_slip_away_and_ringing_it_again_draws_no_more(
    house: TillHouse, client: TillClient
) -> None:
    told = started(house, "void-and-ring", condition=FIVE)
    shopper = house.shopper()
    fifth = buys(client, shopper, times=5)[4]
    (slip,) = slips(fifth, "void-and-ring")
    back = {"return": "r-1", "lines": [{"line": 0, "quantity": 1, "amount": 300}]}
    returned = client.bring_back(fifth.json["purchase"], back)
    assert (returned.status, returned.json["voided"]) == (201, [slip["coupon"]])
    assert slip["coupon"] not in [each["coupon"] for each in client.balance(shopper.card).json["coupons"]]
    refused = client.purchase(purchase(shopper.card, line(BREAD), coupons=[slip["barcode"]["value"]]))
    assert (refused.status, refused.problem) == (409, "coupon-used")
    assert slips(buys(client, shopper)[0], "void-and-ring") == []
    assert told["state"] == "running"
    stopped(house, "void-and-ring")


@pytest.mark.parametrize("rule", [("register-coupon", "", ""), ("", "P1", ""), ("", "", "till")])
def test_a_preview_draws_nothing_and_a_stopped_member_is_not_drawn_for(
    house: TillHouse, client: TillClient, rule: tuple[str, str, str]
) -> None:
    name = "-".join(("stops", *filter(None, rule))).lower()
    started(house, name, condition=ONE)
    shopper, other = house.shoppers(2)
    body = purchase(shopper.card, line(COFFEE))
    assert client.preview(body).json["effects"] == []
    told = {**dict(zip(("purpose", "recipient", "channel"), rule, strict=True)), "since": "2026-11-01"}
    stop: Body = {"token": other.token, "stops": [told], "points_only": False}
    house.ask("/choices/set", {"rows": [stop]}, caller="vault")
    assert slips(buys(client, other)[0], name) == []
    assert len(slips(client.purchase(body), name)) == 1
    stopped(house, name)


def test_a_day_of_five_times_the_points_for_who_entered(house: TillHouse, client: TillClient) -> None:
    text = campaign_text(
        "points-day", condition=ONE, issue="entry = true", first=today() - timedelta(1), until=today() + timedelta(1)
    ).replace('kind = "amount"\nvalue = 50', 'kind = "points_multiplier"\nvalue = 5\nmax_value = 40')
    assert start_campaign(house, text, "points-day")["terms"].count('"entry":true') == 1
    shopper, other = house.shoppers(2)
    assert slips(buys(client, shopper)[0], "points-day") == [], "she has not entered yet"
    body = {"handle": base64.b64encode(handle_of(house, shopper)).decode(), "campaign": "points-day"}
    assert house.ask("/entries/enter", body, caller="statement") == {"word": ""}
    (slip,) = slips(buys(client, shopper)[0], "points-day")
    assert slips(buys(client, other)[0], "points-day") == []
    paid = purchase(shopper.card, line(COFFEE, 1, 700), coupons=[slip["barcode"]["value"]])
    given = {"type": "points", "campaign": "points-day", "points": 4 * 7}
    assert client.preview(paid).json["effects"][1:] == [given]
    before = client.balance(shopper.card).json["points"]
    answer = client.purchase(paid)
    assert (answer.status, answer.json["effects"][1:]) == (201, [given])
    assert answer.json["points"] == {"earned": 7, "used": 0, "balance": before + 5 * 7}
    assert house.ask("/entries/take-back", body, caller="statement") == {"word": "bought"}
    stopped(house, "points-day")


def test_one_slip_is_taken_once_by_64_tills_at_once(house: TillHouse, client: TillClient) -> None:
    started(house, "once", condition=ONE)
    shopper = house.shopper()
    (slip,) = slips(buys(client, shopper)[0], "once")
    stopped(house, "once")
    terminals = [house.terminal() for _ in range(64)]

    def redeem(number: int) -> tuple[int, str]:
        with house.client(terminals[number]) as till:
            answer = till.purchase(purchase(shopper.card, line(COFFEE), coupons=[slip["barcode"]["value"]]))
            return answer.status, answer.problem if answer.status != 201 else ""

    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(redeem, range(64)))
    assert sorted(found) == [(201, "")] + [(409, "coupon-used")] * 63


def test_a_cap_under_many_tills_and_kills_is_never_passed(house: TillHouse) -> None:
    """Every purchase is resent until it is answered, so the slips of all answers are all that were given."""
    started(house, "capped", condition=ONE, caps=f"total = {CAP}")
    shoppers, terminals = house.shoppers(BUYERS), [house.terminal() for _ in range(TERMINALS)]
    issued: list[str] = []

    def sell(number: int) -> None:
        body = purchase(shoppers[number].card, line(COFFEE))
        until = time.monotonic() + 300
        while time.monotonic() < until:
            try:
                with house.client(terminals[number % TERMINALS]) as till:
                    answer = till.purchase(body)
            except OSError:
                time.sleep(0.1)
                continue
            if answer.status == 201:
                issued.extend(each["coupon"] for each in slips(answer, "capped"))
                return
            time.sleep(0.1)
        raise AssertionError("a purchase was never taken")

    with ThreadPoolExecutor(TERMINALS) as pool:
        work = [pool.submit(sell, number) for number in range(BUYERS)]
        for kill in range(1, KILLS + 1):
            until = time.monotonic() + 60
            while len(issued) < kill * CAP // (KILLS + 2) and time.monotonic() < until:
                time.sleep(0.01)
            house.kill_till()
            house.start_till()
        for each in work:
            each.result()
    assert len(set(issued)) == len(issued) <= CAP
    told = house.ask("/campaigns/show", {"campaign": "capped"})
    assert told["state"] == "running"
    assert len(issued) == CAP, "whoever bought while the till made its conditions ready was left out"
    stopped(house, "capped")


def test_after_the_reveal_anybody_can_draw_again() -> None:
    house = opened("sqlite")
    try:
        with house.client(house.terminal()) as client:
            _reveal(house, client)
    finally:
        house.stop()


def _reveal(house: TillHouse, client: TillClient) -> None:
    first, until = today() - timedelta(days=9), today() + timedelta(days=1)
    told = started(house, "revealed", condition=ONE, first=first, until=until, rate="0.5")
    shoppers = house.shoppers(24)
    won = [slip for shopper in shoppers for slip in slips(buys(client, shopper)[0], "revealed")]
    assert 0 < len(won) < 24
    assert client.post("/v1/sandbox/clock", {"at": f"{until + timedelta(days=8)}T09:00:00+09:00"}).status == 200
    house.ask("/campaigns/reveal", {"campaign": "revealed", "by": "aoki"})
    shown = wait_for(house, "revealed", state="revealed")
    terms, shares = msgspec.json.decode(told["terms"]), bytes.fromhex("".join(shown["shares"]))
    seed = check_shares(terms, shares)
    assert not isinstance(seed, Fault)
    assert seed == seed_of([shares[at : at + 32] for at in (0, 32, 64)]) == bytes.fromhex(shown["seed"])
    for slip in won:
        proof = check_slip(terms, slip)
        assert isinstance(proof, Proof)
        assert check_drawn(terms, proof, seed) is None
        assert check_drawn({**terms, "rate": "0.000000001"}, proof, seed) is Fault.NOT_DRAWN, "negative control"
