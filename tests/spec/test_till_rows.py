"""Every row of the till's table, sent to a real till over HTTP, and the form that every refusal has."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from tests.spec.till_expect import TAKEN, Expect, Outcome, Row, bad
from tests.spec.till_form import well_formed
from tests.spec.till_purchase_rows import ROWS
from tests.spec.till_return_rows import BALANCE_ROWS, FIND_ROWS, READ, RETURN_ROWS

from noren.testing.till import Shopper, Terminal, TillHouse, shared_house
from noren.testing.till_bodies import Body, line, purchase
from noren.testing.till_http import PROBLEM_PREFIX, Answer, TillClient


def _named(rows: tuple[Row, ...]) -> list[object]:
    seen: dict[str, int] = {}
    for row in rows:
        seen[row.edit.name] = seen.get(row.edit.name, 0) + 1
    assert all(count == 1 for count in seen.values()), [name for name, count in seen.items() if count > 1]
    return [pytest.param(row, id=re.sub(r"[^ -~]", "?", row.edit.name)[:60]) for row in rows]


@pytest.fixture(scope="module")
def house() -> TillHouse:
    return shared_house()


@pytest.fixture(scope="module")
def terminals(house: TillHouse) -> dict[str, Terminal]:
    return {}


@pytest.fixture
def terminal(house: TillHouse, terminals: dict[str, Terminal], request: pytest.FixtureRequest) -> Terminal:
    """One terminal per door, so that a row's receipt number is new at each."""
    door = request.node.originalname
    if door not in terminals:
        terminals[door] = house.terminal()
    return terminals[door]


@pytest.fixture
def client(house: TillHouse, terminal: Terminal) -> Iterator[TillClient]:
    with house.client(terminal) as client:
        yield client


@pytest.fixture
def shopper(house: TillHouse) -> Shopper:
    return house.shopper()


def _judge(answer: Answer, expect: Expect, card: str) -> None:
    assert expect.fits(answer), f"expected {expect}, got {answer.status} {answer.body[:600]!r}"
    assert card.encode() not in answer.body
    if answer.status >= 400:
        well_formed(answer)


@pytest.mark.parametrize("row", _named(ROWS))
def test_purchase(row: Row, client: TillClient, shopper: Shopper) -> None:
    answer = client.purchase(row.edit(purchase(shopper.card)))
    _judge(answer, row.expect, shopper.card)
    assert not answer.replayed
    if row.expect is TAKEN:
        assert set(answer.json) == {"purchase", "points", "effects"}
        assert answer.json["effects"] == []


@pytest.mark.parametrize("row", _named(ROWS))
def test_preview(row: Row, client: TillClient, shopper: Shopper) -> None:
    answer = client.preview(row.edit(purchase(shopper.card)))
    _judge(answer, READ if row.expect is TAKEN else row.expect, shopper.card)
    if row.expect is TAKEN:
        assert set(answer.json) == {"points", "effects"}


@pytest.mark.parametrize("row", _named(RETURN_ROWS))
def test_return(row: Row, client: TillClient, shopper: Shopper) -> None:
    lines = (line("A", 2, 200), line("B", 1, 50), line("C", 1, 0))
    sold = client.purchase(purchase(shopper.card, *lines))
    good: Body = {"return": "r-1", "lines": [{"line": 0, "quantity": 1, "amount": 100}]}
    answer = client.bring_back(sold.json["purchase"], row.edit(good))
    _judge(answer, row.expect, shopper.card)
    if row.expect is TAKEN:
        assert set(answer.json) == {"return", "points", "voided"}


@pytest.fixture
def known(client: TillClient, shopper: Shopper, terminal: Terminal) -> Body:
    body = purchase(shopper.card)
    assert client.purchase(body).status == 201
    return {
        "shop": terminal.shop,
        "terminal": terminal.terminal,
        "business_date": body["business_date"],
        "receipt": body["receipt"],
    }


@pytest.mark.parametrize("row", _named(FIND_ROWS))
def test_find(row: Row, client: TillClient, known: Body) -> None:
    _judge(client.post("/v1/purchases/find", row.edit(known)), row.expect, "@@")


@pytest.mark.parametrize("row", _named(BALANCE_ROWS))
def test_balance(row: Row, client: TillClient, shopper: Shopper) -> None:
    _judge(client.post("/v1/balance", row.edit({"card": shopper.card})), row.expect, shopper.card)


# A batch answers 200 as a whole; its lines are judged as purchases are, save for what has already happened.
_NOT_A_LINE = {"(empty)", "(spaces)", "8 MiB"}
_LINE_ALONE = {
    "/points_used = 1": TAKEN,  # becomes debt
    "/points_used = 301": bad("/points_used"),  # more than the amount: malformed, whatever the balance
    "/points_used = 1000000000": bad("/points_used"),
}


def _in_a_line(row: Row) -> bool:
    one_line = b"\n" not in row.edit(purchase("2980001234567890"))
    return one_line and row.edit.name not in _NOT_A_LINE


@pytest.mark.parametrize("row", _named(tuple(row for row in ROWS if _in_a_line(row))))
def test_batch_line(row: Row, client: TillClient, shopper: Shopper) -> None:
    before, after = purchase(shopper.card), purchase(shopper.card)
    answer = client.batch([before, row.edit(purchase(shopper.card)), after])
    assert answer.status == 200
    assert shopper.card.encode() not in answer.body
    first, got, last = answer.lines
    assert [each["line"] for each in (first, got, last)] == [1, 2, 3]
    assert [first["status"], last["status"]] == [201, 201]
    said = Outcome(got["status"], got["body"].get("type", "").removeprefix(PROBLEM_PREFIX), (got["body"].get("field"),))
    expect = _LINE_ALONE.get(row.edit.name, row.expect)
    assert any(
        (said.status, said.problem) == (outcome.status, outcome.problem)
        and (not outcome.fields or said.fields[0] in outcome.fields)
        for outcome in expect.outcomes
    ), f"expected {expect}, got {said}"
