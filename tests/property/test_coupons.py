"""Coupons at the register, against the contract: allocation, which of several is taken, and what each refusal says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from noren.activity.model import Coupon
from noren.register.barcodes import symbology
from noren.register.coupons import Counter, Taken, coupons_here, discounted, take_coupons
from noren.register.offers import allocate
from noren.register.refusals import Refusal
from noren.register.requests import LineRequest, PurchaseRequest

DAY = date(2026, 11, 22).toordinal()
HERS = Coupon(b"c" * 16, b"h" * 16, "4901", "珈琲", "Coffee", 100, 0, ("P1",), DAY - 1, DAY + 1)
COUNTER = Counter(entry=7, partner="P1", day=DAY, amount=300)


def purchase(*amounts: int, base: int | None = None) -> PurchaseRequest:
    lines = [LineRequest(f"A{number}", 1, amount) for number, amount in enumerate(amounts)]
    at = datetime(2026, 11, 22, 10, tzinfo=timezone(timedelta(hours=9)))
    whole = PurchaseRequest("1", at.date(), at, "29800001", lines, sum(amounts))
    return whole if base is None else msgspec.structs.replace(whole, points_base=base)


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=40).flatmap(
    lambda amounts: st.tuples(st.just(amounts), st.integers(0, sum(amounts)))
))  # fmt: skip
def test_a_discount_is_allocated_whole_and_to_within_one(case: tuple[list[int], int]) -> None:
    amounts, discount = case
    shares = allocate(discount, amounts)
    total = sum(amounts)
    assert sum(shares) == discount
    for share, amount in zip(shares, amounts, strict=True):
        assert 0 <= share <= amount
        assert abs(share * total - discount * amount) < max(total, 1)


def test_largest_remainder_by_hand() -> None:
    assert allocate(100, [100, 100, 100]) == [34, 33, 33]
    assert allocate(10, [1, 1, 98]) == [0, 0, 10]
    assert allocate(2, [1, 1, 1]) == [1, 1, 0]
    assert allocate(0, [0, 0]) == [0, 0]
    assert allocate(300, [100, 200]) == [100, 200]


def test_lines_amount_and_base_are_net() -> None:
    net = discounted(purchase(100, 200), 30)
    assert ([line.amount for line in net.lines], net.amount, net.base) == ([90, 180], 270, 270)
    assert discounted(purchase(100, 200, base=273), 30).base == 246  # 273 - 27.3, rounded by largest remainder
    assert discounted(purchase(300, base=0), 300).base == 0


@given(st.integers(0, 1000), st.integers(0, 1000), st.integers(0, 2000))
def test_the_base_stays_within_the_amount(base: int, rest: int, discount: int) -> None:
    net = discounted(purchase(base + rest, base=base), min(discount, base + rest))
    assert 0 <= net.base <= net.amount


@pytest.mark.parametrize(
    ("coupon", "word"),
    [
        (None, "coupon-not-hers"),
        (replace(HERS, used=3), "coupon-used"),
        (replace(HERS, valid_until=DAY - 1), "coupon-expired"),
        (replace(HERS, valid_from=DAY + 1), "coupon-not-here"),
        (replace(HERS, partners=("P2",)), "coupon-not-here"),
        (replace(HERS, min_spend=301), "coupon-not-here"),
    ],
)
def test_what_can_not_be_taken_is_refused_with_its_word(coupon: Coupon | None, word: str) -> None:
    held = [coupon] if coupon else []
    refused = take_coupons(["4901"], held, COUNTER, offline=False)
    assert isinstance(refused, Refusal)
    assert (refused.problem, refused.field) == (word, "/coupons/0")
    offline = take_coupons(["4901"], held, COUNTER, offline=True)
    assert isinstance(offline, Taken)
    assert (offline.warnings, offline.discount, offline.effects) == ([f"{word}:4901"], 0, [])


def test_one_coupon_shown_twice_is_taken_once() -> None:
    refused = take_coupons(["4901", "4901"], [HERS], COUNTER, offline=False)
    assert isinstance(refused, Refusal)
    assert (refused.problem, refused.field) == ("coupon-used", "/coupons/1")


def test_of_two_with_one_barcode_the_one_that_ends_first_is_taken_and_then_the_other() -> None:
    later = replace(HERS, coupon=b"d" * 16, valid_until=DAY + 9)
    once = take_coupons(["4901"], [later, HERS], COUNTER, offline=False)
    twice = take_coupons(["4901", "4901"], [later, HERS], COUNTER, offline=False)
    assert isinstance(once, Taken)
    assert isinstance(twice, Taken)
    assert [each.coupon for each in once.redemptions] == [HERS.coupon]
    assert [each.coupon for each in twice.redemptions] == [HERS.coupon, later.coupon]
    assert twice.discount == 200


def test_no_more_is_taken_off_than_was_sold() -> None:
    dear = replace(HERS, discount=250)
    both = take_coupons(["4901", "4901"], [dear, replace(dear, coupon=b"d" * 16)], COUNTER, offline=False)
    assert isinstance(both, Taken)
    assert [each.discount for each in both.redemptions] == [250, 50]
    third = take_coupons(
        ["4901"] * 3, [replace(dear, coupon=bytes([n]) * 16) for n in range(3)], COUNTER, offline=False
    )
    assert isinstance(third, Refusal)
    assert (third.problem, third.field) == ("coupon-not-here", "/coupons/2")


def test_a_balance_shows_what_is_usable_here_today() -> None:
    shown = coupons_here([HERS, replace(HERS, partners=()), replace(HERS, used=1)], partner="P1", day=DAY)
    assert len(shown) == 2
    assert shown[0] == {
        "coupon": "cp_" + "63" * 16,
        "title": {"ja": "珈琲", "en": "Coffee"},
        "valid_until": "2026-11-23",
        "barcode": {"symbology": "code128", "value": "4901"},
    }
    assert coupons_here([HERS], partner="P2", day=DAY) == []
    assert coupons_here([HERS], partner="P1", day=DAY + 2) == []


def test_an_ean13_is_told_by_its_check_digit() -> None:
    assert symbology("4006381333931") == "ean13"
    assert symbology("4006381333932") == "code128"
    assert symbology("ABC-1") == "code128"
