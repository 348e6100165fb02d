"""What a till remembers of a basket that became a purchase is what the ledger says of it, whatever happens then."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

import pytest
from tests.property.standing_house import ANYWHERE, House
from tests.property.standing_life import Life
from tests.store.standing_changes import COFFEE, MILK, Act, asked, brings_back, buys, life_on, true_of

from noren.activity import ageing, erasing, forgetting
from noren.activity.forgetting import WHOLE
from noren.activity.sweeping import Broom
from noren.activity.thinning import day_of
from noren.audience.live.settling import UNSURE, unsure
from noren.kernel.clock import microseconds
from noren.testing.ledger_engines import ENGINES

TEXTS = (
    "visits(category = coffee) >= 2",
    "bought (category = coffee) followed by (category = milk) within 9 days",
    "visits(any) >= 1",
)
MINUTE = timedelta(minutes=1)


@pytest.fixture(params=ENGINES)
def till(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Life, House]]:
    """A till that is asked at each sale with the basket counted, and a worker that has done its work."""
    life = life_on(request.param, tmp_path, *TEXTS)
    buys(MILK)(life)
    house = House(life, tmp_path)
    house.work()
    asked(house, life)
    life.book = house.book
    house.book.ask_of(["c0", "c1", "c2"])
    house.book.names = dict.fromkeys(("c0", "c1", "c2"), True)
    house.book.few = (house.book.names,)
    yield life, house
    life.close()
    life.place.remove()


def test_a_purchase_is_not_read_back(till: tuple[Life, House]) -> None:
    life, house = till
    before = house.till.caught_up
    for product in (COFFEE, MILK, COFFEE):
        buys(product)(life)
        assert asked(house, life) == true_of(life)
    assert house.book.told == 3
    assert house.till.caught_up == before, "what the till had sold was folded from the ledger"
    assert asked(house, life) == {"c0", "c1", "c2"}


def test_two_receipts_of_one_minute_do_not_follow_one_another(till: tuple[Life, House]) -> None:
    """They were received one after the other, and there the one followed the other; in the ledger none does."""
    life, house = till
    life.now = life.now.replace(second=10, microsecond=0) + MINUTE
    at = life.now.replace(second=0)
    life.buy(life.holders[0], [(COFFEE, 1, 100)], at)
    life.now += timedelta(seconds=20)
    life.buy(life.holders[0], [(MILK, 1, 100)], at)
    assert true_of(life) == {"c2"}
    assert asked(house, life) == {"c2"}


def test_what_was_told_of_other_facts_is_asked_again(till: tuple[Life, House]) -> None:
    life, house = till
    buys(COFFEE)(life)
    buys(MILK)(life)
    asked(house, life)
    kept = house.till._ahead.get(life.holders[0].handle)
    assert kept is not None
    assert kept.standing.kept is not None
    force = house.till_readying.current(life.feed.reach().products)
    assert force is not None
    told = unsure(force.plan, kept.standing.kept, force.plan.follows)
    assert UNSURE in told.truths
    assert UNSURE not in kept.standing.kept.truths, "the answer itself stays"


def test_a_purchase_that_is_forgotten_is_forgotten_here(till: tuple[Life, House]) -> None:
    life, house = till
    buys(COFFEE)(life)
    buys(COFFEE)(life)
    assert asked(house, life) == {"c0", "c2"}
    entry, handle = life.bought[-1].entry, life.holders[0].handle
    assert forgetting.ask(life.store, handle=handle, entry=entry, line=WHOLE, now_us=microseconds(life.now))
    with life.store.batch() as batch:
        assert forgetting.forget(batch, life.feed.forgetting(), day_of(life.zone)) == {handle}
    house.keeper.forget(handle)
    house.work()
    house.till_readying.refresh()
    assert house.till.ask(handle, life.now, ANYWHERE) == {"c2"}


def _forgets(life: Life) -> None:
    entry, handle = life.bought[-1].entry, life.holders[0].handle
    assert forgetting.ask(life.store, handle=handle, entry=entry, line=WHOLE, now_us=microseconds(life.now))
    with life.store.batch() as batch:
        forgetting.forget(batch, life.feed.forgetting(), day_of(life.zone))


def _ages(life: Life) -> None:
    tomorrow = life.now.astimezone(life.zone).date() + timedelta(days=1)
    broom = Broom(life.store, life.feed, nullcontext(), lambda _: None)
    assert ageing.thin_old_lines(broom, life.feed, {tomorrow: frozenset({life.holders[0].handle})}, life.zone)


def _is_erased(life: Life) -> None:
    assert erasing.erase(life.store, handle=life.holders[0].handle, day=1, now_us=microseconds(life.now))


def _withdraws(life: Life) -> None:
    assert erasing.withdraw(life.store, handle=life.holders[0].handle, day=1)


@pytest.mark.parametrize("act", [_forgets, _ages, _is_erased, _withdraws])
def test_whatever_takes_away_what_stood_empties_the_memory(till: tuple[Life, House], act: Act) -> None:
    life, house = till
    buys(COFFEE)(life)
    buys(COFFEE, who=1)(life)
    life.bought = life.bought[:-1]
    handles = [one.handle for one in life.holders[:2]]
    assert all(house.till._ahead.get(handle) for handle in handles)
    act(life)
    house.till.ask(life.holders[2].handle, life.now, ANYWHERE)
    assert not any(house.till._ahead.get(handle) for handle in handles), "with the next question about anybody"


def test_after_a_return_the_workers_row_is_taken(till: tuple[Life, House]) -> None:
    life, house = till
    buys(COFFEE)(life)
    buys(COFFEE)(life)
    life.bought.sort(key=lambda one: one.entry)
    life.bought = life.bought[1:]
    brings_back(life)
    house.work()
    before = house.till.caught_up
    assert asked(house, life) == {"c2"}
    assert house.till.caught_up == before, "the worker had folded her already"


def test_nothing_is_remembered_of_a_store_that_was_opened_anew(till: tuple[Life, House]) -> None:
    life, house = till
    buys(COFFEE)(life)
    handle = life.holders[0].handle
    assert house.till._ahead.get(handle) is not None
    read = house.till._returns
    house.till.reopened()
    assert house.till._ahead.get(handle) is None
    assert house.till._returns is not read, "returns that were read may be gone, and their numbers given again"
    buys(COFFEE)(life)
    assert asked(house, life) == true_of(life) == {"c0", "c2"}
