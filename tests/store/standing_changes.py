"""What may change what is true of a member at the till: each act on a life, and where it is left out on purpose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from tests.property.standing_house import ANYWHERE, House, truth
from tests.property.standing_life import ATTRIBUTES, KEEP_DAYS, SELLERS, Life
from tests.property.standing_spoilt import (
    AnyPlanWillDo,
    Hasty,
    InOrderOfArrival,
    NewIsWhatHasAHigherNumber,
    NoCatchUp,
    NothingComesBack,
    NothingIsOld,
    SameGoods,
    TraitsOfYesterday,
    WrittenOnce,
    spoilt,
)

from noren.audience.language import Refused, parse
from noren.audience.standings import LiveCondition, NotReady, Why
from noren.register.requests import LineRequest
from noren.testing.ledger_engines import ledger_place

DAY = timedelta(days=1)
COFFEE, MILK = "p0", "p1"
FAR = 10**6


def condition(text: str, name: str = "c") -> LiveCondition:
    found = parse(text)
    assert not isinstance(found, Refused), found
    return LiveCondition(name, found)


def life_on(engine: str, folder: Path, *texts: str) -> Life:
    """Three members, coffee and milk, and conditions by number."""
    life = Life(Random(1), ledger_place(engine, folder), members=3)
    nothing = dict.fromkeys(ATTRIBUTES)
    life.products = {COFFEE: {**nothing, "category": "coffee"}, MILK: {**nothing, "category": "milk"}}
    life.put_products()
    lists = {name: frozenset(values) for name, values in life.lists.items()}
    life.conditions.put([condition(text, f"c{number}") for number, text in enumerate(texts)], lists)
    return life


Act = Callable[[Life], None]


def buys(product: str = COFFEE, who: int = 0, ago: timedelta = timedelta(), amount: int = 100) -> Act:
    def act(life: Life) -> None:
        life.buy(life.holders[who], [(product, 1, amount)], life.now - ago, offline=bool(ago))

    return act


def brings_back(life: Life) -> None:
    life.give_back(life.bought[0], 0, 1, 100)


def joins(life: Life) -> None:
    life.join(life.holders[1], life.holders[0])


def moves(life: Life) -> None:
    holder = life.holders[0]
    holder.traits = replace(holder.traits, prefecture="大阪府")
    with life.store.batch() as batch:
        batch.set_traits(holder.handle, life.told(holder.traits))


def lives_in_tokyo(life: Life) -> None:
    holder = life.holders[0]
    holder.traits = replace(holder.traits, prefecture="東京都")
    with life.store.batch() as batch:
        batch.set_traits(holder.handle, life.told(holder.traits))


def is_tea_now(life: Life) -> None:
    life.products[COFFEE]["category"] = "tea"
    life.put_products()


def lists_coffee(life: Life) -> None:
    life.lists["l1"] = [COFFEE]
    life.conditions.put(lists={name: frozenset(values) for name, values in life.lists.items()})


def begins_today(life: Life) -> None:
    life.horizon = life.now.astimezone(life.zone).date()
    life.conditions.put(horizon=life.horizon)


def history_comes(life: Life) -> None:
    life.bring_in(life.holders[0], [LineRequest(COFFEE, 1, 100)], life.now - 30 * DAY, SELLERS[0])


def another_condition(life: Life) -> None:
    life.conditions.put([condition("visits(category = milk) >= 1", "c0")])


def grows_old(life: Life) -> None:
    """Time goes by, the lines go to the lake, and a new condition needs her folded from the beginning."""
    life.wait_days(KEEP_DAYS + 2)
    life.thin()
    life.conditions.put([condition("visits(category = coffee) >= 1", "c0"), condition("visits(any) >= 1", "c1")])


def together(*acts: Act) -> Act:
    def act(life: Life) -> None:
        for one in acts:
            one(life)

    return act


TWICE = "visits(category = coffee) >= 2"
CHANGES = [
    pytest.param(TWICE, buys(), buys(), spoilt(folder=NoCatchUp), id="one more purchase"),
    pytest.param(
        "days_since_first(category = coffee) >= 3", buys(), buys(ago=4 * DAY), spoilt(folder=InOrderOfArrival),
        id="a late purchase",
    ),
    pytest.param(
        "visits(category = coffee) >= 1", buys(), brings_back, spoilt(returns=NothingComesBack), id="a return"
    ),
    pytest.param(
        "visits(category = coffee) >= 1", buys(), brings_back, spoilt(keeper=Hasty),
        id="a return that the store claims to hold",
    ),
    pytest.param(
        TWICE, together(buys(who=1), buys(who=0)), joins, spoilt(folder=NewIsWhatHasAHigherNumber), id="a merge"
    ),
    pytest.param(
        'prefecture = "東京都" and visits(any) >= 1', together(lives_in_tokyo, buys()), moves,
        spoilt(about=TraitsOfYesterday), id="changed traits",
    ),
    pytest.param(
        "visits(category = tea) >= 1", buys(), is_tea_now, spoilt(readying=SameGoods), id="a product's attribute"
    ),
    pytest.param(
        "visits(category = tea) >= 1", buys(), is_tea_now, spoilt(reader=AnyPlanWillDo),
        id="a product's attribute, and another plan",
    ),
    pytest.param(
        'visits(product in list "l1") >= 1', buys(), lists_coffee, spoilt(readying=WrittenOnce), id="a list"
    ),
    pytest.param(
        "visits(category = coffee) >= 1", buys(ago=4 * DAY), begins_today, spoilt(readying=WrittenOnce),
        id="the horizon",
    ),
    pytest.param(
        "visits(category = coffee) >= 1", buys(), another_condition, spoilt(readying=WrittenOnce),
        id="another condition",
    ),
    pytest.param(
        "days_since_first(category = coffee) >= 10", buys(), history_comes, spoilt(folder=InOrderOfArrival),
        id="history that comes in",
    ),
    pytest.param(TWICE, buys(), grows_old, spoilt(folder=NothingIsOld), id="lines that only the lake has"),
]  # fmt: skip


def asked(house: House, life: Life) -> object:
    """What the till says of the first member; what is to be made ready is made ready."""
    for _ in range(2):
        told = house.till.ask(life.holders[0].handle, life.now, ANYWHERE)
        if told != NotReady(Why.CONDITIONS):
            return told
        house.till_readying.refresh()
    raise AssertionError("made ready, and still not ready")


def true_of(life: Life) -> frozenset[str]:
    return frozenset(name for name, who in truth(life).items() if life.holders[0].name in who)
