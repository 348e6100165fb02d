"""Tiers in the ledger, on both engines: worked out by month, the same whenever it is done, and as done by hand."""

from __future__ import annotations

import os
import random
import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.store.tier_shop import TierShop, rules, tokyo

from noren.activity import erasing
from noren.activity.tiering import tier_then
from noren.activity.tiers import Measure
from noren.testing.ledger_engines import LedgerPlace, holding

LONG = bool(os.environ.get("NOREN_NIGHT"))


@pytest.fixture
def shop(place: LedgerPlace) -> Iterator[TierShop]:
    made = TierShop(place, tokyo(2026, 5, 31, 10))
    yield made
    made.close()


def test_no_rules_no_tier(shop: TierShop) -> None:
    card = shop.enrol()
    shop.sell(card, 5000)
    assert shop.work_out() == 0
    assert shop.tier(card) is None


def test_a_month_turns(shop: TierShop) -> None:
    her, other, new = shop.enrol(), shop.enrol(), shop.enrol()
    shop.publish(rules())
    shop.sell(her, 1500)
    assert shop.work_out() == 0, "not before the day from which the rules hold"
    shop.now = tokyo(2026, 6, 1, 0)
    assert shop.tier(her) is None, "not worked out yet"
    assert shop.work_out() == 1
    assert shop.work_out() == 0
    assert [shop.tier(card) for card in (her, other)] == ["silver", "blue"]
    shop.sell(her, 9000)
    shop.sell(new, 1999)
    assert shop.tier(her) == "silver", "it holds for the month, whatever is bought meanwhile"
    shop.now = tokyo(2026, 6, 30, 23)
    assert shop.tier(her) == "silver"
    shop.now = tokyo(2026, 7, 1, 0)
    assert shop.tier(her) is None
    shop.work_out()
    assert [shop.tier(card) for card in (her, other, new)] == ["gold", "blue", "silver"]
    assert [shop.tier(card, date(2026, 6, 30)) for card in (her, other, new)] == ["silver", "blue", "blue"]
    assert shop.tier(her, date(2026, 5, 31)) is None
    assert shop.tier(her, date(2026, 8, 1)) is None
    shop.now = tokyo(2026, 9, 1)
    assert shop.work_out() == 2, "what was missed is worked out after the event"
    assert [shop.tier(card) for card in (her, other, new)] == ["blue"] * 3, "months are whole, and these are over"
    assert shop.tier(her, date(2026, 8, 31)) == "gold"
    shop.now = tokyo(2026, 10, 1)
    shop.work_out()
    assert [shop.feed.tier_of(handle) for handle in shop.cards.values()] == [None] * 3, "of the lowest nothing is kept"


def test_rules_that_begin_within_a_month(shop: TierShop) -> None:
    shop.now = tokyo(2026, 6, 10)
    card = shop.enrol()
    shop.now = tokyo(2026, 6, 12)
    shop.publish(rules(first="2026-06-12"))
    assert shop.work_out() == 1
    assert (shop.tier(card, date(2026, 6, 11)), shop.tier(card)) == (None, "blue")


def test_since_is_told_while_it_goes_on(shop: TierShop) -> None:
    card = shop.enrol()
    shop.publish(rules())
    for month in (6, 7, 8):
        shop.sell(card, 1100)
        shop.now = tokyo(2026, month, 1)
        shop.work_out()
    row = shop.feed.tier_of(shop.cards[card])
    assert row is not None
    assert (row.level, row.was, row.since, row.month) == ("gold", "gold", 2026 * 12 + 6, 2026 * 12 + 7)


@pytest.mark.parametrize("measure", list(Measure))
def test_a_return_counts_with_the_next_month(shop: TierShop, measure: Measure) -> None:
    """Worked out late, a month is what it was as it began: what came back since is put back."""
    card, thresholds = shop.enrol(), {"spend": (0, 1, 200), "points": (0, 1, 2), "visits": (0, 1, 2)}[measure.value]
    shop.publish(rules(measure.value, thresholds=thresholds))
    one, two = shop.sell(card, 100), shop.sell(card, 100)
    shop.now = tokyo(2026, 6, 5)
    shop.bring_back(two, 100)
    shop.work_out()
    assert shop.tier(card) == "gold"
    shop.now = tokyo(2026, 7, 1)
    shop.bring_back(one, 100)
    shop.work_out()
    assert shop.tier(card) == "silver"
    assert tier_then(shop.feed, shop.cards[card], date(2026, 6, 30)) == "gold"
    assert tier_then(shop.feed, shop.cards[card], date(2026, 5, 31)) is None


def test_a_merge_joins_at_once(shop: TierShop) -> None:
    one, two = shop.enrol(), shop.enrol()
    shop.publish(rules())
    shop.sell(one, 1200)
    shop.sell(two, 900)
    shop.now = tokyo(2026, 6, 1)
    shop.work_out()
    assert [shop.tier(one), shop.tier(two)] == ["silver", "blue"]
    shop.merge(one, two)
    assert shop.tier(two) == shop.expected(two) == "gold"
    assert shop.feed.tier_of(shop.cards[one]) is None
    shop.now = tokyo(2026, 7, 1)
    shop.work_out()
    assert shop.tier(two) == shop.expected(two)


def test_of_the_erased_and_the_departed_nothing_stays(shop: TierShop, place: LedgerPlace) -> None:
    her, leaver = shop.enrol(), shop.enrol()
    shop.publish(rules())
    shop.sell(her, 3000)
    shop.sell(leaver, 3000)
    shop.now = tokyo(2026, 6, 1)
    shop.work_out()
    day, now = shop.today.toordinal(), 1
    assert holding({"tier": place.rows()["tier"]}, shop.cards[her]) == 1, "negative control: she was there"
    assert erasing.erase(shop.store, handle=shop.cards[her], day=day, now_us=now)
    assert erasing.withdraw(shop.store, handle=shop.cards[leaver], day=day)
    assert place.rows()["tier"] == set()
    shop.now = tokyo(2026, 7, 1)
    shop.work_out()
    assert place.rows()["tier"] == set(), "who has left is given none again, though her purchases stand"


def test_the_calendar_year_before(shop: TierShop) -> None:
    card = shop.enrol()
    shop.now = tokyo(2025, 12, 31, 23)
    shop.sell(card, 1000)
    shop.now = tokyo(2026, 1, 1, 0)
    shop.sell(card, 1000)
    shop.now = tokyo(2026, 5, 1)
    shop.publish(rules(window="last-year"))
    shop.now = tokyo(2026, 6, 1)
    shop.work_out()
    assert shop.tier(card) == "silver"
    shop.now = tokyo(2027, 1, 1)
    shop.work_out()
    assert shop.tier(card) == "silver"
    assert shop.feed.tier_months()[-1].ends - shop.feed.tier_months()[-1].begins == 365 * 86_400_000_000


def test_a_new_version_holds_from_its_day(shop: TierShop) -> None:
    card = shop.enrol()
    shop.publish(rules())
    shop.publish(rules(thresholds=(0, 10, 20), first="2026-08-01"), version=2)
    shop.sell(card, 50)
    shop.now = tokyo(2026, 7, 31)
    shop.work_out()
    assert shop.tier(card) == "blue"
    shop.sell(card, 50)
    shop.now = tokyo(2026, 8, 1)
    shop.work_out()
    assert (shop.tier(card), shop.tier(card, date(2026, 7, 31))) == ("gold", "blue")


@pytest.mark.parametrize("measure", list(Measure))
def test_random_months_are_what_somebody_says_who_read_the_tills(place: LedgerPlace, measure: Measure) -> None:
    seed = secrets.randbits(32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    shop = TierShop(place, tokyo(2026, 4, 1), chance)
    scale = {"spend": 900, "points": 9, "visits": 3}[measure.value]
    shop.publish(rules(measure.value, thresholds=(0, scale, 2 * scale)))
    alive = [shop.enrol() for _ in range(6)]
    try:
        for month in range(6, 12 if LONG else 9):
            while shop.now < tokyo(2026, month, 1, 0):
                _something(shop, chance, alive)
                shop.now += timedelta(hours=chance.randrange(20, 150))
            shop.work_out()
            assert [shop.tier(card) for card in alive] == [shop.expected(card) for card in alive]
            noted = shop.feed.tier_months()[-1]
            for card in alive:
                told = shop.feed.tier_sum_of(shop.cards[card], measure, (noted.begins, noted.ends), noted.as_of)
                assert told == shop.measured(card, measure, noted)
                assert tier_then(shop.feed, shop.cards[card], shop.today) == shop.tier(card)
    finally:
        shop.close()


def _something(shop: TierShop, chance: random.Random, alive: list[str]) -> None:
    back = [each for each in shop.bought if sum(some[1] for some in each.back) < each.amount]
    if back and chance.random() < 0.3:
        one = chance.choice(back)
        left = one.amount - sum(some[1] for some in one.back)
        shop.bring_back(one, left)
        return
    if len(alive) > 3 and chance.random() < 0.05:
        shop.merge(alive.pop(), chance.choice(alive))
        return
    shop.sell(chance.choice(alive), chance.randrange(100, 800), late=timedelta(hours=chance.choice((0, 0, 0, 30))))


def test_who_counts_by_hand_would_see_a_row_changed(shop: TierShop, place: LedgerPlace) -> None:
    """Negative control: a tier that was not worked out is another than the one by hand."""
    card = shop.enrol()
    shop.publish(rules())
    shop.sell(card, 1500)
    shop.now = tokyo(2026, 6, 1)
    shop.work_out()
    place.change_by_hand("UPDATE tier SET level = 'gold'")
    assert shop.tier(card) != shop.expected(card)


def test_broken_off_and_begun_again_it_comes_out_the_same(shop: TierShop) -> None:
    cards = [shop.enrol() for _ in range(4)]
    shop.publish(rules())
    for number, card in enumerate(cards):
        shop.sell(card, 700 * (number + 1))
    shop.now = tokyo(2026, 6, 1)
    shop.work_out()
    for card in cards:
        shop.sell(card, 1000)
    shop.now = tokyo(2026, 7, 1)
    month = shop.feed.tier_months()[-1]
    half = list(shop.feed.tiers_between(b"", b"\xff" * 17))[:2]
    with shop.store.batch() as batch:  # as if the pass had written two rows of July and then lost its power
        batch.put_tiers([replace(row, month=month.month + 1, level="gold", was=row.level) for row in half])
    assert [shop.tier(card, date(2026, 6, 30)) for card in cards] == ["blue", "silver", "gold", "gold"]
    shop.work_out()
    assert [shop.tier(card) for card in cards] == [shop.expected(card) for card in cards]
    assert [shop.tier(card, date(2026, 6, 30)) for card in cards] == ["blue", "silver", "gold", "gold"]
