"""A campaign's condition is at the tills while it starts and runs, where its file says, and no longer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from noren.activity.campaigns import CampaignState
from noren.house.campaigns import audited
from noren.testing.audience_house import COFFEE, Bought, cards, grown_up
from noren.testing.campaign_house import CampaignHouse
from noren.testing.databases import EngineName

NOWHERE: frozenset[str] = frozenset()


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CampaignHouse]:
    engine: EngineName = request.param
    with CampaignHouse(tmp_path_factory.mktemp("live") / "home", None, engine) as house:
        drawn = cards(3, 20261126)
        house.enrol({card: grown_up(number) for number, card in enumerate(drawn[:2])})
        house.enrol({drawn[2]: grown_up(2, age_band=10, age_band_year=house.today.year)})
        twice = [Bought(1, [COFFEE]), Bought(2, [COFFEE])]
        house.buy({drawn[0]: twice, drawn[1]: [Bought(1, [COFFEE])], drawn[2]: twice})
        yield house


def told(house: CampaignHouse, number: int = 0, shop: str = "S1", partner: str = "P1") -> frozenset[str]:
    return house.till.told(list(house.handles.values())[number], shop, partner)


def comes(house: CampaignHouse, expected: frozenset[str]) -> None:
    """Publish, and wait until the desk says so: it looks for what is published once a second."""
    house.settle()
    house.till.until(lambda: told(house) == expected)


def approved(house: CampaignHouse, name: str, text: str | None = None) -> None:
    house.draft(name, text=text)
    house.till.look()
    for step, approver in ((1, "baba"), (2, "chiba")):
        assert house.approve(name, approver=approver, step=step)[0] == 200


def test_while_it_starts_and_runs_and_no_longer(house: CampaignHouse) -> None:
    approved(house, "fans")
    comes(house, NOWHERE)
    house.step("start", "fans")
    assert house.row("fans").state is CampaignState.STARTING
    fans = frozenset({"campaign:fans"})
    comes(house, fans)
    assert told(house, 1) == NOWHERE, "who bought once does not fit"
    assert told(house, 0, "S2", "P2") == NOWHERE, "another company's shop"
    assert house.till_looks("fans").state is CampaignState.RUNNING
    comes(house, fans)
    house.step("stop", "fans")
    comes(house, NOWHERE)


def test_at_its_shops_alone_and_two_days_beyond_its_last(house: CampaignHouse) -> None:
    file = house.file("shops", until=house.today + timedelta(days=1))
    approved(house, "shops", file.replace('partners = ["P1"]', 'shops = ["S1"]', 1))
    house.step("start", "shops")
    shops = frozenset({"campaign:shops"})
    comes(house, shops)
    assert told(house, 0, "S9", "P1") == NOWHERE, "the same company's other shop"
    house.till.move(3)
    comes(house, shops)
    house.till.move(1)
    comes(house, NOWHERE)


def test_nobody_who_may_be_under_16_is_drawn_for(house: CampaignHouse) -> None:
    house.run("fans", rate="1", holdout="0")
    grown, _, young = house.handles
    assert told(house, 2) == {"campaign:fans"}, "her purchases fit"
    assert [len(house.till.sell(card, [COFFEE])["effects"]) for card in (grown, young)] == [1, 0]
    assert [each.entry for each in house.room.feed.draws_after(house.row().number, -1, 10)] != []
    assert house.room.feed.draws_of(house.handles[young]) == []
    row = house.row()
    house.set(replace(row, started=row.started - 120_000_000))
    assert audited(house.room, house.row()).findings == [], "and the audit misses no leaf of hers"


def test_a_desk_that_breaks_takes_no_purchase_along(house: CampaignHouse) -> None:
    house.run("fans", rate="1", holdout="0", draw="visit", caps="draws_per_day = 9")
    card, heard = next(iter(house.handles)), list[str]()
    house.till.book.tell = heard.append
    assert [each["type"] for each in house.till.sell(card, [COFFEE])["effects"]] == ["issue_coupon"]
    house.till.desk.broken = True
    sold = house.till.sell(card, [COFFEE])
    assert (sold["effects"], sold["points"]["earned"], len(heard)) == ([], 1, 1)
