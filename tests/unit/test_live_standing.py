"""What a standing keeps, and when it says that a member must be folded again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from noren.audience.language import Condition, parse
from noren.audience.live import (
    Again,
    Answers,
    FoldAgain,
    Given,
    Goods,
    Line,
    Place,
    Plan,
    Purchase,
    Standing,
    Traits,
    add,
    compile_plan,
    fold,
    holds,
    holds_one,
    pack,
    unpack,
)

ZONE = ZoneInfo("Asia/Tokyo")
GOODS = {"p": Goods("COFFEE", "GROCERY", "Private", "m"), "q": Goods("TEA", "GROCERY", "National", "m")}


def plan(*texts: str, goods: dict[str, Goods] | None = None, horizon: date | None = None) -> Plan:
    conditions = [parse(text) for text in texts]
    assert all(isinstance(one, Condition) for one in conditions), conditions
    return compile_plan(
        conditions,  # type: ignore[arg-type]
        goods=GOODS if goods is None else goods, lists={"tea": frozenset({"TEA"})}, zone=ZONE, horizon=horizon,
    )  # fmt: skip


def bought(day: int, product: str = "p", hour: int = 12, amount: int = 100, quantity: int = 1) -> Purchase:
    at = datetime(2017, 1, 1, hour, tzinfo=ZONE) + timedelta(days=day)
    return Purchase(at, (Line(product, quantity, amount),), Place("s", "P", "grocery"))


def true(plan: Plan, standing: Standing, at: datetime, given: Given | None = None) -> bool:
    found = holds_one(plan, 0, standing, at, given or Given())
    assert isinstance(found, bool)
    return found


def grown(plan: Plan, standing: Standing, *purchases: Purchase) -> Standing:
    for one in purchases:
        found = add(plan, standing, one)
        assert isinstance(found, Standing)
        standing = found
    return standing


def test_what_no_condition_asks_is_not_kept() -> None:
    asked = plan('visits(category = "COFFEE") >= 1')
    assert fold(asked, [bought(day, "q") for day in range(400)]).facts == {}


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ('visits(category = "COFFEE") >= 5 in last 365 days', 21),
        ('products(any) >= 3 in last 365 days', 19),
        ('spend(category = "COFFEE") >= 1 in last 30 days', 46),
        ('days_since_last(category = "COFFEE") >= 30', 1),
        ('overdue(category = "COFFEE") > 2', 1),
        ('every month for 6 (visits(category = "COFFEE") >= 1)', 22),
        ('top 10% by spend(any) in last 30 days', 47),
        ('bought (category = "COFFEE") not followed by (category = "TEA") within 7 days in last 90 days', 9),
        ('bought (category = "COFFEE") followed by (any) within 30 days in previous month', 70),
    ],
)  # fmt: skip
def test_what_is_kept_is_bounded(text: str, most: int) -> None:
    asked = plan(text)
    standing = fold(asked, [bought(day, "p") for day in range(1_000)])
    (state,) = standing.facts.values()
    assert state is not None
    assert max(len(part) if isinstance(part, tuple) else 1 for part in state) <= most
    assert len(pack(asked, standing)) < 1_500


def test_a_window_is_left_at_local_midnight_without_an_event() -> None:
    asked = plan('visits(category = "COFFEE") >= 1 in last 7 days')
    standing = fold(asked, [bought(0)])
    midnight = datetime(2017, 1, 8, tzinfo=ZONE)
    assert true(asked, standing, midnight - timedelta(microseconds=1))
    assert not true(asked, standing, midnight)
    before = holds(asked, standing, midnight - timedelta(microseconds=1))
    assert isinstance(before, Answers)
    after = holds(asked, standing, midnight, before=before)
    assert isinstance(after, Answers)
    assert (before.bits, after.bits) == (1, 0)


def test_a_purchase_counts_in_the_very_next_question() -> None:
    asked = plan('visits(category = "COFFEE") >= 2')
    standing = grown(asked, fold(asked, [bought(0)]), bought(1))
    assert true(asked, standing, bought(1).at)


def test_the_basket_in_hand_is_not_yet_a_purchase() -> None:
    asked = plan('never(category = "COFFEE") and basket has (category = "COFFEE") and basket total >= 100')
    standing = fold(asked, [])
    now = bought(3).at
    assert true(asked, standing, now, Given(basket=bought(3)))
    assert not true(asked, standing, now, Given(basket=bought(3, "q")))
    assert not true(asked, standing, now)
    found = holds(asked, standing, now, Given(basket=bought(3)))
    assert isinstance(found, Answers)
    assert found.bits == 1
    again = holds(asked, standing, now, Given(), found)
    assert isinstance(again, Answers)
    assert again.bits == 0


@pytest.mark.parametrize("lacks", ['basket lacks (category = "TEA")', 'not (basket has (category = "TEA"))'])
def test_a_basket_that_lacks(lacks: str) -> None:
    asked = plan(lacks)
    standing = fold(asked, [])
    assert true(asked, standing, bought(3).at, Given(basket=bought(3)))
    assert not true(asked, standing, bought(3).at, Given(basket=bought(3, "q")))


def test_a_wait_runs_out_at_its_instant() -> None:
    asked = plan('bought (category = "COFFEE") not followed by (category = "TEA") within 7 days')
    standing = fold(asked, [bought(0)])
    out = bought(7).at
    assert not true(asked, standing, out - timedelta(microseconds=1))
    assert true(asked, standing, out)
    before = holds(asked, standing, out - timedelta(hours=1))
    assert isinstance(before, Answers)
    after = holds(asked, standing, out, before=before)
    assert isinstance(after, Answers)
    assert (before.bits, after.bits) == (0, 1)
    earlier = holds(asked, standing, out - timedelta(hours=1), before=after)
    assert isinstance(earlier, Answers)
    assert earlier.bits == 0, "an answer of later says nothing of earlier"


def test_late_purchases_another_plan_and_the_past_are_refused() -> None:
    asked = plan("visits(any) >= 1")
    standing = fold(asked, [bought(5)])
    assert add(asked, standing, bought(4)) == FoldAgain(Again.LATE)
    assert holds(asked, standing, bought(4).at) == FoldAgain(Again.ASKED_BEFORE)
    for other in (
        plan("visits(any) >= 2"),
        plan("visits(any) >= 1", goods={"p": Goods("TEA")}),
        plan("visits(any) >= 1", horizon=date(2017, 1, 3)),
    ):
        assert add(other, standing, bought(6)) == FoldAgain(Again.ANOTHER_PLAN)
        assert holds(other, standing, bought(6).at) == FoldAgain(Again.ANOTHER_PLAN)
        assert unpack(other, pack(asked, standing)) == FoldAgain(Again.ANOTHER_PLAN)


def test_packed_and_unpacked_it_is_the_same() -> None:
    asked = plan(
        'visits(category = "COFFEE") >= 5 in last 365 days', "products(any) >= 3", "brands(any) >= 1 in previous month",
        "days_since_last(any) >= 3", "top 10% by shops(any) in last 30 days", "top 10% by spend(any)",
        "bought (any) not followed by (any) within 7 days", "every week for 3 (products(any) >= 1)",
    )  # fmt: skip
    standing = fold(asked, [bought(3 * day, "pq"[day % 2]) for day in range(40)])
    raw = pack(asked, standing)
    assert unpack(asked, raw) == standing
    assert unpack(asked, raw[:-1]) == FoldAgain(Again.UNREADABLE)
    assert unpack(asked, b"") == FoldAgain(Again.UNREADABLE)


def test_what_is_kept_of_one_basket_is_read_and_the_rest_stays_bytes() -> None:
    asked = plan('visits(category = "COFFEE") >= 2', 'visits(category = "TEA") >= 2', 'spend(category = "TEA") >= 150')
    standing = fold(asked, [bought(0), bought(0, "q")])
    opened = unpack(asked, pack(asked, standing))
    assert isinstance(opened, Standing)
    assert dict.keys(opened.facts) == set()
    after = grown(asked, opened, bought(1))
    assert len(dict.keys(after.facts)) == 1, "TEA is not read"
    assert after == grown(asked, standing, bought(1)), "and it is the same"
    again = unpack(asked, pack(asked, after))
    assert isinstance(again, Standing)
    assert grown(asked, again, bought(2, "q")) == fold(asked, [bought(0), bought(0, "q"), bought(1), bought(2, "q")])


def test_sums_beyond_64_bits_are_kept() -> None:
    asked = plan("spend(any) >= 999999999999 in last 30 days")
    standing = fold(asked, [bought(day, amount=2**62) for day in range(9)])
    opened = unpack(asked, pack(asked, standing))
    assert opened == standing
    assert isinstance(opened, Standing)
    state = opened.facts[0]
    assert state is not None
    assert (state[0], sum(state[2])) == (9 * 2**62, 9 * 2**62)


def test_an_answer_is_kept_with_the_standing() -> None:
    asked = plan('visits(category = "COFFEE") >= 1 in last 7 days and sex = female', 'never(category = "TEA")')
    standing = fold(asked, [bought(0)])
    given = Given(Traits("female"))
    found = holds(asked, standing, bought(1).at, given)
    assert isinstance(found, Answers)
    opened = unpack(asked, pack(asked, standing, found))
    assert isinstance(opened, Standing)
    assert opened.kept is not None
    assert (opened.kept.bits, opened.kept.given) == (0b11, None)
    for day, who, bits in ((2, "female", 0b11), (2, "male", 0b10), (6, "female", 0b11), (7, "female", 0b10)):
        told = holds(asked, opened, bought(day, hour=12).at, Given(Traits(who)))
        assert isinstance(told, Answers)
        assert (told.bits, told.given) == (bits, Given(Traits(who)))
        assert not dict.keys(opened.facts) or day == 7, "nothing is read that need not be asked"
    earlier = holds(asked, opened, bought(0).at, given)
    assert isinstance(earlier, Answers)
    assert earlier.bits == 0b11, "an answer of later says nothing of earlier"
    late = unpack(asked, pack(asked, grown(asked, opened, bought(8, "q"))))
    assert isinstance(late, Standing)
    last = holds(asked, late, bought(8).at, given)
    assert isinstance(last, Answers)
    assert last.bits == 0, "what touched her since was kept too"


@pytest.mark.parametrize("at", range(0, 200, 7))
def test_bytes_that_rotted_are_folded_again(at: int) -> None:
    asked = plan('visits(category = "COFFEE") >= 2', "products(any) >= 3", "overdue(any) > 1")
    standing = fold(asked, [bought(3 * day) for day in range(9)])
    raw = bytearray(pack(asked, standing))
    raw[at % len(raw)] ^= 0xFF
    found = unpack(asked, bytes(raw))
    assert found == FoldAgain(Again.UNREADABLE)


def test_what_the_shop_is_known_to_be_fills_what_a_purchase_does_not_say() -> None:
    condition = parse('visits(industry = "grocery") >= 1')
    assert isinstance(condition, Condition)
    told = compile_plan([condition], goods=GOODS, lists={}, zone=ZONE, shops={"s": Place("s", "P", "grocery")})
    at_s = replace(bought(1), place=Place("s"))
    assert true(told, fold(told, [at_s]), at_s.at)
    assert not true(told, fold(told, [replace(at_s, place=Place("t"))]), at_s.at)
