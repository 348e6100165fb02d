"""A NUL in words from outside is refused, the same by both engines: PostgreSQL's text holds none."""

from __future__ import annotations

from typing import Any

import pytest

from noren.doors.cli.files.cells import words
from noren.house.inner import CallRefused
from noren.kernel.say import Say
from noren.testing.till import TillHouse, shared_house
from noren.testing.till_bodies import purchase

NUL = "a\0b"
COUPON = {"title_ja": "x", "discount": 1, "valid_from": "2026-11-01", "valid_until": "2999-11-01"}
ROWS: list[tuple[str, str, dict[str, Any]]] = [
    *(("/reference/products", each, {"product": "nul"}) for each in ("name", "category", "department", "brand")),
    *(("/reference/shops", each, {"shop": "NUL", "partner": "P1"}) for each in ("partner", "name", "industry")),
    *(("/cutover/coupons", each, {**COUPON, "coupon": "NUL1"}) for each in ("coupon", "title_ja", "title_en")),
]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest) -> TillHouse:
    return shared_house(request.param)


@pytest.fixture(scope="module")
def card(house: TillHouse) -> str:
    return house.shopper().card


@pytest.mark.parametrize(("path", "field", "row"), ROWS, ids=[f"{path} {field}" for path, field, _ in ROWS])
def test_a_nul_in_a_row_is_refused_and_the_row_without_it_taken(
    house: TillHouse, card: str, path: str, field: str, row: dict[str, Any]
) -> None:
    whole = {**row, "card": card} if path.startswith("/cutover") else row
    with pytest.raises(CallRefused) as refused:
        house.ask(path, {"rows": [{**whole, field: NUL}]})
    assert refused.value.status == 400
    house.ask(path, {"rows": [{**whole, field: "ab"}]})


@pytest.mark.parametrize("body", [{"partner": NUL, "route": "third-party-consent", "from": "2026-01-01"}])
def test_a_companys_agreement_has_none(house: TillHouse, body: dict[str, str]) -> None:
    with pytest.raises(CallRefused) as refused:
        house.ask("/reference/partner", body)
    assert refused.value.status == 400


@pytest.mark.parametrize("field", ["shop", "terminal"])
def test_a_terminal_is_not_looked_for_under_one(house: TillHouse, field: str) -> None:
    named = {"shop": "S1", "terminal": "no-such"}
    for path, more in (("/terminals/revoke", {}), ("/terminals/rate", {"rate": 5})):
        with pytest.raises(CallRefused) as refused:
            house.ask(path, {**named, **more, field: NUL})
        assert refused.value.status == 400
        house.ask(path, {**named, **more})


def test_a_till_is_told_which_field_holds_it(house: TillHouse, card: str) -> None:
    with house.client(house.terminal()) as client:
        answer = client.purchase({**purchase(card), "coupons": ["K1", NUL]})
    assert (answer.status, answer.problem, answer.json["field"]) == (422, "bad-field", "/coupons/1")


def test_a_file_with_one_is_told_so() -> None:
    setting: Any = None
    said = words(NUL, setting)
    assert isinstance(said, Say)
    assert "NUL" in said.en
    assert words("ab", setting) == "ab"
