"""While campaigns begin, products change and a month turns, every fitting purchase is drawn for: the audit misses none.

In the running campaign are members with more purchases than a call folds, and with lines that the lake alone has.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from noren.activity.campaigns import CampaignState
from noren.activity.sweeping import Broom, drop_receipts, turn_days
from noren.audience.standings.changing import Changing, Held
from noren.audience.standings.folding import IN_A_CALL
from noren.audience.standings.in_force import InForce
from noren.audience.standings.publishing import LOOK_SECONDS
from noren.campaign.audit.findings import Wrong
from noren.house.campaigns import audited
from noren.testing.audience_house import COFFEE, MILK, Bought, cards, grown_up
from noren.testing.campaign_house import CampaignHouse

OFTEN, OLD, SELDOM = cards(3, 20261126)
KEPT_DAYS = 400
VISIT = {"draw": "visit", "rate": "1", "holdout": "0", "caps": "draws_per_day = 9\ntotal = 100000"}
FITS = 'visits(partner = "P1" and category = "COFFEE") >= 2 in last 30 days'


class AtOnce(Changing):
    """The way of before: tills ask by the new plan at once."""

    def _begin(self, wanted: InForce, asked: Held | None, first_day: int, *, taken: bool = False) -> bool:
        del taken
        begun = super()._begin(wanted, asked, first_day, taken=True)
        for one in self.plans()[:-1] if begun else ():
            self.means.store.drop(one.kept.serial)
        return begun


class Year:
    """A house with one campaign that runs, and what is told of it."""

    def __init__(self, house: CampaignHouse) -> None:
        self.house, self.untold = house, list[str]()
        house.enrol({card: grown_up(number) for number, card in enumerate((OFTEN, OLD, SELDOM))})
        self.grow_old()
        twice = [Bought(1, [COFFEE]), Bought(2, [COFFEE])]
        house.buy({OFTEN: [Bought(3, [MILK])] * IN_A_CALL + twice, OLD: twice, SELDOM: twice})
        days = {"first": house.today - timedelta(days=1), "until": house.today + timedelta(days=60)}
        house.run("fans", condition=FITS, **VISIT, **days)
        house.till.book.tell = self.untold.append

    def grow_old(self) -> None:
        """Let a purchase grow so old that its lines stand in the lake alone."""
        house = self.house
        house.till.sell(OLD, [COFFEE, MILK])
        house.catch_up()
        house.till.move(KEPT_DAYS + 2)
        broom, day = Broom(house.room.ledger, house.room.feed, nullcontext(), lambda _: None), house.today.toordinal()
        turn_days(broom, day=day, before_day=day - KEPT_DAYS)
        assert drop_receipts(broom, before_day=day - KEPT_DAYS, up_to_entry=10**9, up_to_return=10**9)

    def changes(self) -> None:
        """Go through the changes, one after the other, while purchases go on."""
        house = self.house
        for step in ("draft", "approve"):
            self.says(step)
        house.step("start", "more")
        self.goes_on()
        assert house.row("more").state is CampaignState.RUNNING
        row = (MILK, "牛乳", "DAIRY", "DRINK", "MAKIBA", "M2", None)
        with house.room.ledger.batch() as batch:
            batch.put_products([row])
        self.goes_on()
        first = (house.today.replace(day=1) + timedelta(days=32)).replace(day=1)
        left = (first - house.today).days
        house.till.move(max(0, left - 2))
        self.goes_on()
        house.till.move(min(left, 2))
        self.goes_on()

    def says(self, step: str) -> None:
        if step == "draft":
            assert self.house.draft("more", condition=FITS.replace("30", "29"), **VISIT)[0] == 200
            self.house.till.look()
            return
        for number, approver in ((1, "baba"), (2, "chiba")):
            assert self.house.approve("more", approver=approver, step=number)[0] == 200

    def goes_on(self) -> None:
        """Let the worker go its way step by step, and the till see each; everybody buys after each of them."""
        keeper, rounds = self.house.room.standings.keeper, 0
        while rounds < 2:
            keeper.step()
            plans = [one.kept for one in keeper.changing.plans()]
            rounds += keeper.changing.settled and all(one.taken and one.whole for one in plans)
            sleep(LOOK_SECONDS * 1.05)
            for card in (OFTEN, OLD, SELDOM):
                self.house.till.look()
                self.house.till.sell(card, [COFFEE])

    def drawn(self) -> int:
        return len(self.house.room.feed.draws_after(self.house.row("fans").number, -1, 10_000))

    def found(self) -> list[Any]:
        """What an audit finds of both campaigns."""
        self.house.catch_up()
        self.house.room.roots.write_all()
        row = self.house.row("fans")
        self.house.set(replace(row, started=row.started - 120_000_000))  # the first minute is not looked at
        return [each for name in ("fans", "more") for each in audited(self.house.room, self.house.row(name)).findings]


@pytest.fixture
def year(tmp_path: Path) -> Iterator[Year]:
    with CampaignHouse(tmp_path / "home") as house:
        yield Year(house)


def test_nobody_goes_untold_whatever_changes(year: Year) -> None:
    year.changes()
    assert year.untold == []
    assert year.found() == []
    assert year.drawn() > 30


def test_the_way_of_before_is_found(year: Year) -> None:
    """The negative control."""
    keeper = year.house.room.standings.keeper
    keeper.changing = AtOnce(keeper.changing.means)
    year.changes()
    assert {"far-behind", "old-lines"} <= set(year.untold)
    assert {each.wrong for each in year.found()} == {Wrong.NOT_TOLD}
