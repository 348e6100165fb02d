"""A campaign tried over the past: private figures that are paid for, and what the file's rate and caps make of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

import pytest

from noren.campaign.reading import read_campaign
from noren.campaign.refusals import Word
from noren.campaign.simulating import Span, Tried, expected, span_of, tried
from noren.campaign.spec import Campaign
from noren.campaign.terms import campaign_in
from noren.house.campaigns import world_of
from noren.house.home import Audiences
from noren.testing.audience_house import COFFEE, MILK, Bought, cards, grown_up
from noren.testing.campaign_house import CampaignHouse

SEED: Final = 20261126
MEMBERS: Final = 120


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CampaignHouse]:
    """120 members: 90 buy coffee four times in the last days, 30 milk; three of the 90 stopped everything."""
    settings = Audiences(figure_epsilon=0.5, asker_epsilon_a_month=2.0, programme_epsilon_a_month=10.0)
    with CampaignHouse(tmp_path_factory.mktemp("figures") / "home", settings) as house:
        drawn = cards(MEMBERS, SEED)
        house.enrol({card: grown_up(number) for number, card in enumerate(drawn)})
        often = [Bought(days, [COFFEE]) for days in (6, 5, 4, 4)]
        house.buy({card: often if number % 4 else [Bought(3, [MILK])] for number, card in enumerate(drawn)})
        for card in drawn[1:4]:
            house.stop(card)
        yield house


def exact(house: CampaignHouse, name: str) -> Tried:
    campaign, stopped = campaign_in(house.row(name).file), frozenset(list(house.handles.values())[1:4])
    return tried(campaign, span_of(campaign, house.today), house.room.feed, world_of(house.room), stopped)


def test_the_exact_numbers_are_those_of_the_past(house: CampaignHouse) -> None:
    house.draft("member")
    assert exact(house, "member") == Tried(87, 174), "the second coffee fits, and the day's third counts once a day"
    house.draft(
        "before", text=house.file("before").replace('holdout = "0.1"', 'holdout = "0.1"\ncounts_this_purchase = false')
    )
    assert exact(house, "before") == Tried(87, 87), "the basket in hand does not count"


def test_what_is_shown_is_a_private_figure_and_what_the_file_makes_of_it(house: CampaignHouse) -> None:
    house.draft("shown", caps="total = 20")
    status, said, _ = house.ask("/campaigns/simulate", {"campaign": "shown", "asker": "aoki"})
    assert status == 200, said
    assert 60 <= said["members"] <= 120
    assert said["members"] % 10 == 0, "rounded: never the count itself"
    assert said["noise_band"] == 6, "for an epsilon of 0.5"
    assert (said["slips"], said["cost"], said["held_by"]) == (20, 1_000, "total")
    again = house.ask("/campaigns/simulate", {"campaign": "shown", "asker": "aoki"})[1]
    assert again == said, "the same question on the same day has the same answer"
    left = house.ask("/audiences/budget", {"asker": "aoki"})[1]["asker_left"]
    assert left == 1.5, "and is paid for once"


def test_too_few_are_not_told(house: CampaignHouse) -> None:
    house.draft("few", condition='visits(partner = "P1" and category = "COFFEE") >= 50 in last 30 days')
    said = house.ask("/campaigns/simulate", {"campaign": "few", "asker": "baba"})[1]
    assert (said["members"], said["slips"], said["cost"]) == (None, None, None)


def test_an_empty_budget_is_refused(house: CampaignHouse) -> None:
    for number in range(4):
        house.draft(f"spent-{number}", caps=f"total = {100 + number}")
        assert house.ask("/campaigns/simulate", {"campaign": f"spent-{number}", "asker": "doi"})[0] == 200
    house.draft("unpaid")
    status, said, _ = house.ask("/campaigns/simulate", {"campaign": "unpaid", "asker": "doi"})
    assert (status, said["word"]) == (409, Word.BUDGET.value)


def test_what_can_not_be_asked_of_the_past_is_refused(house: CampaignHouse) -> None:
    house.draft("ranks", condition='top 10% by spend(partner = "P1") in last 30 days')
    status, said, _ = house.ask("/campaigns/simulate", {"campaign": "ranks", "asker": "aoki"})
    assert (status, said["word"]) == (409, Word.NO_FIGURE.value), said


@pytest.mark.parametrize(
    ("changed", "members", "quarters", "slips", "held_by"),
    [
        ({"caps": ""}, 1_000, None, 450, ""),
        ({"caps": "total = 300"}, 1_000, None, 300, "total"),
        ({"caps": "per_day = 3"}, 1_000, None, 84, "per_day"),
        ({"caps": "budget = 5000"}, 1_000, None, 100, "budget"),
        ({"caps": "", "draw": "visit"}, 1_000, 1_000, 1_800, ""),
        ({"caps": "per_member = { count = 1, days = 30 }", "draw": "visit"}, 1_000, 1_000, 900, "per_member"),
        ({"caps": "", "rate": "1", "holdout": "0"}, 1_000, None, 1_000, ""),
    ],
)
def test_the_file_makes_slips_of_figures(
    house: CampaignHouse, changed: dict[str, str], members: int, quarters: int | None, slips: int, held_by: str
) -> None:
    read = read_campaign(house.file("made", **changed))
    assert isinstance(read, Campaign)
    span = Span(house.today - timedelta(days=28), house.today - timedelta(days=1))
    found = expected(read, span, members, quarters)
    assert (found.slips, found.held_by, found.cost) == (slips, held_by, slips * 50)
