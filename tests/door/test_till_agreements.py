"""M1, M4: no terminal key without an agreement in force, and no purchase from a company whose agreement has ended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from noren.house.inner import CallRefused
from noren.testing.till import ZONE, TillHouse
from noren.testing.till_bodies import line, purchase


@pytest.fixture(scope="module")
def house() -> Iterator[TillHouse]:
    with TillHouse.temporary() as house:
        yield house


def day(offset: int) -> str:
    return (datetime.now(ZONE) + timedelta(days=offset)).date().isoformat()


def known(house: TillHouse, shop: str, partner: str) -> None:
    house.ask("/reference/shops", {"rows": [house.shop_row(shop, partner)]})


def agree(house: TillHouse, partner: str, since: int, until: int | None = None) -> None:
    row = {"partner": partner, "route": "third-party-consent", "from": day(since)}
    house.ask("/reference/partner", row if until is None else {**row, "until": day(until)})


@pytest.mark.parametrize(
    ("since", "until"), [(None, None), (1, None), (-30, -1)], ids=["none", "from tomorrow", "until yesterday"]
)
def test_a_shop_without_an_agreement_gets_no_key(house: TillHouse, since: int | None, until: int | None) -> None:
    partner = f"N{since}{until}".replace("-", "m")
    known(house, f"S{partner}", partner)
    if since is not None:
        agree(house, partner, since, until)
    with pytest.raises(CallRefused, match="has no agreement in force today") as refused:
        house.terminal(f"S{partner}")
    assert "有効な契約がありません" in refused.value.body.decode()


def test_on_its_first_and_on_its_last_day_it_gets_one(house: TillHouse) -> None:
    for partner, since, until in (("F1", 0, None), ("L1", -9, 0)):
        known(house, f"S{partner}", partner)
        agree(house, partner, since, until)
        assert house.terminal(f"S{partner}").key


def test_a_till_is_refused_from_the_day_after_the_last(house: TillHouse) -> None:
    known(house, "SE1", "E1")
    agree(house, "E1", -30)
    before, after = house.terminal("SE1"), house.terminal("SE1")
    card = house.shopper().card
    with house.client(before) as client:
        assert client.purchase(purchase(card, line("p1", 1, 300))).status == 201
    assert house.ask("/reference/partner/end", {"partner": "E1", "until": day(-1)})["until"] == day(-1)
    with house.client(after) as client:  # its key was not seen yet, so nothing is remembered of it
        refused = client.purchase(purchase(card, line("p2", 1, 300)))
        assert (refused.status, refused.problem) == (403, "not-allowed")
    findings = house.ask("/check", {})["findings"]
    assert any("E1" in found["what_en"] for found in findings)
    with pytest.raises(CallRefused, match="no agreement in force"):
        house.ask("/reference/partner/end", {"partner": "E1", "until": day(0)})
    agree(house, "E1", -1)
    assert not any("E1" in found["what_en"] for found in house.ask("/check", {})["findings"])


def test_an_agreement_does_not_end_before_it_begins(house: TillHouse) -> None:
    with pytest.raises(CallRefused):
        agree(house, "B1", 0, -1)
