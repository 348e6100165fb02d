"""The batch door: what happened offline arrives late, in pieces, twice; it is answered line by line, in order."""

from __future__ import annotations

import contextlib
import random
import socket
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from tests.spec.till_form import MEMBERS

from noren.testing.till import Shopper, Terminal, TillHouse, shared_house
from noren.testing.till_bodies import JAPAN, Body, line, purchase, shuffled
from noren.testing.till_http import NDJSON, PROBLEM_PREFIX, TillClient


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


def _problem(said: Any) -> str:
    assert {"type", "title", "detail", "fix"} <= set(said["body"]) <= MEMBERS
    return str(said["body"]["type"]).removeprefix(PROBLEM_PREFIX)


def test_lines_are_answered_in_order(house: TillHouse, client: TillClient) -> None:
    cards = [shopper.card for shopper in house.shoppers(7)]
    bodies = [purchase(cards[n % 7], line(f"p{n}", 1, 100 * n)) for n in range(300)]
    answer = client.batch(list(bodies))
    assert answer.status == 200
    assert answer.headers["content-type"].split(";")[0] == NDJSON
    assert [said["line"] for said in answer.lines] == list(range(1, 301))
    assert {(said["status"], said["replayed"]) for said in answer.lines} == {(201, False)}
    assert [said["body"]["points"]["earned"] for said in answer.lines] == list(range(300))
    assert {tuple(said) for said in answer.lines} == {("line", "status", "replayed", "body")}
    again = client.batch(list(bodies))
    assert {(said["status"], said["replayed"]) for said in again.lines} == {(201, True)}
    assert [said["body"] for said in again.lines] == [said["body"] for said in answer.lines]


def test_a_line_counts_in_the_next(client: TillClient, shopper: Shopper) -> None:
    earns, spends = purchase(shopper.card, line(amount=1000)), purchase(shopper.card, line(amount=10), points_used=10)
    first, second = client.batch([earns, spends]).lines
    assert first["body"]["points"]["balance"] == 10
    assert second["body"]["points"] == {"earned": 0, "used": 10, "balance": 0}
    assert "warnings" not in second["body"]


def test_broken_lines_do_not_hold_the_others_up(client: TillClient, shopper: Shopper) -> None:
    one, two, three, four = (purchase(shopper.card) for _ in range(4))
    sent: list[tuple[object, int, str]] = [
        (one, 201, ""),
        (b"{", 400, "bad-json"),
        (two, 201, ""),
        (b"not json", 400, "bad-json"),
        (three | {"name": "x"}, 422, "unknown-field"),
        (b'{"receipt": "1"}', 422, "bad-field"),
        (three | {"amount": 1}, 422, "sum-mismatch"),
        (three | {"card": "10000007"}, 404, "unknown-card"),
        (three, 201, ""),
        (three | {"points_base": 1}, 409, "receipt-conflict"),
        (four, 201, ""),
        (one, 201, ""),
    ]
    said = client.batch([body for body, _, _ in sent]).lines
    assert [each["line"] for each in said] == list(range(1, 13))
    told = [(each["status"], _problem(each) if each["status"] >= 400 else "") for each in said]
    assert told == [(status, word) for _, status, word in sent]
    assert [each["replayed"] for each in said] == [False] * 11 + [True]
    assert said[11]["body"] == said[0]["body"]


def test_the_two_doors_know_each_others_receipts(client: TillClient, shopper: Shopper) -> None:
    one, two = purchase(shopper.card), purchase(shopper.card)
    plain = client.purchase(one)
    (said,) = client.batch([shuffled_line(one)]).lines
    assert (said["status"], said["replayed"], said["body"]) == (201, True, plain.json)
    (said,) = client.batch([two]).lines
    plain = client.purchase(two)
    assert (plain.status, plain.replayed, plain.json) == (201, True, said["body"])
    assert client.purchase(two | {"points_base": 0}).problem == "receipt-conflict"


def shuffled_line(body: Body) -> bytes:
    return shuffled(body).replace(b"\r\n", b" ")


def test_missing_points_become_debt(client: TillClient, shopper: Shopper) -> None:
    client.purchase(purchase(shopper.card, line(amount=1000)))
    (said,) = client.batch([purchase(shopper.card, line(amount=300), points_used=100)]).lines
    assert said["status"] == 201
    assert said["body"]["points"] == {"earned": 2, "used": 100, "balance": -88}
    assert any("points-short" in str(warning) for warning in said["body"]["warnings"])
    assert client.balance(shopper.card).json["points"] == -88


def test_a_blocked_card_has_already_been_served(house: TillHouse, client: TillClient, shopper: Shopper) -> None:
    """The contract refuses only malformed lines, unknown cards and conflicts here."""
    house.set_card(shopper.card, "blocked")
    (said,) = client.batch([purchase(shopper.card)]).lines
    assert said["status"] == 201
    assert any("blocked-card" in str(warning) for warning in said["body"]["warnings"])


def test_an_unknown_coupon_has_already_been_taken(client: TillClient, shopper: Shopper) -> None:
    (said,) = client.batch([purchase(shopper.card, coupons=["2999999999993"])]).lines
    assert said["status"] == 201
    assert any("coupon" in str(warning) for warning in said["body"]["warnings"])


def test_late_sales_are_normal(client: TillClient, shopper: Shopper) -> None:
    bodies = [purchase(shopper.card, at=datetime.now(JAPAN) - timedelta(days=days)) for days in (1, 3, 30, 390, 410)]
    said = client.batch(list(bodies)).lines
    assert [each["status"] for each in said] == [201, 201, 201, 201, 422]
    assert _problem(said[4]) == "too-old"


def test_more_than_one_mebibyte_of_good_lines(client: TillClient, house: TillHouse) -> None:
    """1 MiB bounds a purchase; a day's sales of an offline till are more than that."""
    shoppers = house.shoppers(20)
    bodies = [purchase(shoppers[n % 20].card, *[line(f"product-{k}", 1, 100) for k in range(20)]) for n in range(1200)]
    assert sum(len(msgspec.json.encode(body)) for body in bodies) > 2**20
    answer = client.batch(list(bodies))
    assert answer.status == 200
    assert {said["status"] for said in answer.lines} == {201}
    assert len(answer.lines) == 1200


@pytest.mark.parametrize(
    "line", [b'{"\\ud800": 1}', b'{"a": "\\ud800"}', b"[" * 3000, b'{"receipt": ' + b"9" * 5000 + b"}"]
)
def test_no_line_breaks_the_batch(client: TillClient, shopper: Shopper, line: bytes) -> None:
    """An offline till resends the same bytes until they are answered: an unanswerable line would hold it up forever."""
    answer = client.batch([purchase(shopper.card), line, purchase(shopper.card)])
    assert answer.status == 200
    assert [said["status"] // 100 for said in answer.lines] == [2, 4, 2]


def test_a_line_over_one_mebibyte(client: TillClient, shopper: Shopper) -> None:
    long = msgspec.json.encode(purchase(shopper.card)) + b" " * 3 * 2**20
    said = client.batch([purchase(shopper.card), long, purchase(shopper.card)]).lines
    assert [each["status"] for each in said] == [201, 413, 201]


@pytest.mark.parametrize("ending", [b"", b"\n", b"\r\n"])
def test_the_last_line_ends_as_one_likes(client: TillClient, shopper: Shopper, ending: bytes) -> None:
    lines = [msgspec.json.encode(purchase(shopper.card)) for _ in range(2)]
    body = (b"\r\n" if ending == b"\r\n" else b"\n").join(lines) + ending
    answer = client.send("POST", "/v1/purchases/batch", body, content=NDJSON)
    assert [said["status"] for said in answer.lines] == [201, 201]


def test_nothing_is_answered_with_nothing(client: TillClient) -> None:
    answer = client.send("POST", "/v1/purchases/batch", b"", content=NDJSON)
    assert (answer.status, answer.lines) == (200, [])


def test_a_connection_broken_anywhere_and_everything_sent_again(house: TillHouse, terminal: Terminal) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    shopper = house.shopper()
    bodies = [purchase(shopper.card, line(f"p{n}", 1, 100 + n), points_used=n % 2) for n in range(80)]
    content = b"".join(msgspec.json.encode(body) + b"\n" for body in bodies)
    for cut in sorted(chance.randrange(len(content)) for _ in range(10)):
        _send_and_break(house.port, terminal, content, cut, chunked=chance.random() < 0.5)
    with house.client(terminal) as client:
        said = client.send("POST", "/v1/purchases/batch", content, content=NDJSON).lines
        assert [each["line"] for each in said] == list(range(1, 81))
        assert {each["status"] for each in said} == {201}
        assert len({each["body"]["purchase"] for each in said}) == 80
        again = client.send("POST", "/v1/purchases/batch", content, content=NDJSON).lines
        assert [each["body"] for each in again] == [each["body"] for each in said]
        assert all(each["replayed"] for each in again)
        expected = sum(max(0, 100 + n - n % 2) // 100 - n % 2 for n in range(80))
        assert client.balance(shopper.card).json["points"] == expected


def _send_and_break(port: int, terminal: Terminal, content: bytes, cut: int, *, chunked: bool) -> None:
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(content)}"
    head = f"POST /v1/purchases/batch HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer {terminal.key}\r\n"
    head += f"Content-Type: {NDJSON}\r\n{length}\r\n\r\n"
    part = content[:cut]
    if chunked:
        part = b"%x\r\n%b\r\n" % (len(part), part) if part else b""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as wire, contextlib.suppress(OSError):
        wire.sendall(head.encode() + part)
        if cut % 3 == 0:
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


def test_no_key_no_batch(house: TillHouse, shopper: Shopper) -> None:
    with house.client() as client:
        assert client.batch([purchase(shopper.card)]).status == 401
