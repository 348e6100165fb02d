"""What a campaign came to, on both engines: guarded counts; holdout and lift when it is over, and who is compared."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import pytest

from noren.activity.campaigns import CampaignState
from noren.campaign.results import Groups, groups, is_over
from noren.house.home import Audiences
from noren.kernel.clock import microseconds
from noren.testing.audience_house import COFFEE, MILK, Bought, cards, grown_up
from noren.testing.campaign_house import CampaignHouse
from noren.testing.databases import EngineName

SEED: Final = 20261126
MEMBERS: Final = 16


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CampaignHouse]:
    engine: EngineName = request.param
    path = tmp_path_factory.mktemp("result") / "home"
    with CampaignHouse(path, Audiences(minimum_size=2), engine) as house:
        drawn = cards(MEMBERS, SEED)
        house.enrol({card: grown_up(number) for number, card in enumerate(drawn)})
        house.buy({card: [Bought(2, [COFFEE])] for card in drawn})
        house.run(holdout="0.5", rate="0.9")
        yield house


def test_from_the_first_draw_on_what_she_buys_counts(house: CampaignHouse) -> None:
    chance, spent = random.Random(SEED), dict[bytes, int]()
    for card in house.handles:
        house.till.sell(card, [MILK])  # fits not yet: the second coffee does
        slips = house.till.sell(card, [COFFEE])["effects"]
        baskets = [[MILK] * chance.randrange(1, 4) for _ in range(chance.randrange(3))]
        for basket in baskets:
            house.till.sell(card, basket)
        house.till.sell(card, [MILK], shop="S2")  # another company's: no slip is redeemed there
        spent[house.handles[card]] = 100 * sum(map(len, baskets))
        assert len(slips) <= 1
    running = house.ask("/campaigns/result", {"campaign": "fans"})[1]
    assert (running["over"], running["holdout"], running["lift"]) == (False, None, None), "not before the end"
    house.step("stop")
    row, number = house.row(), house.row().number
    settled = {handle: house.room.feed.draws_of(handle) for handle in spent}
    held = {handle for handle, of in settled.items() if any((e.number, e.settled) == (number, 3) for e in of)}
    assert groups(row, house.room.feed, microseconds(house.room.now())) == Groups((), ()), "nobody's time is over"
    house.till.move(15)
    for card in house.handles:
        house.till.sell(card, [MILK])  # after her time
    found = groups(row, house.room.feed, microseconds(house.room.now()))
    assert sorted(found.holdout) == sorted(spent[handle] for handle in held), f"seed {SEED}"
    assert sorted(found.reached) == sorted(each for handle, each in spent.items() if handle not in held)
    assert found.lift is None, "too few for an interval"
    said = house.ask("/campaigns/result", {"campaign": "fans"})[1]
    count = house.room.feed.draw_count(number)
    stands, used, void = house.room.feed.coupon_fates("fans")
    assert (stands, used, void) == (count.issued, 0, 0)
    assert said["over"]
    assert said["issued"] in (None, 0, 10, 20), "rounded to tens"
    assert said["lift"] is None


def test_few_are_not_told(house: CampaignHouse) -> None:
    house.draft("nobody")
    said = house.ask("/campaigns/result", {"campaign": "nobody"})[1]
    assert (said["issued"], said["used"], said["void"], said["over"]) == (None, None, None, False)
    assert house.ask("/campaigns/result", {"campaign": "nowhere"})[0] == 409


def test_a_campaign_is_over_when_nobody_is_drawn_for(house: CampaignHouse) -> None:
    row = replace(house.row(), state=CampaignState.RUNNING)
    assert not is_over(row, row.last_day)
    assert is_over(row, row.last_day + 1)
