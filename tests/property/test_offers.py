"""Every kind of offer on every basket: what is taken off goes to the goods that it is for, and never exceeds them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noren.activity.model import Coupon, Line
from noren.register.barcodes import barcode_of, check_digit, coupon_number, ean13, is_checked, symbology
from noren.register.coupons import Counter, Taken, discounted, take_coupons
from noren.register.offers import Bonus
from noren.register.reach import Basket, lines_meant, reach_of
from noren.register.refusals import Refusal
from noren.register.requests import LineRequest, PurchaseRequest

DAY = 740_000
COFFEE = 'category = "COFFEE"'
GOODS = {
    "beans": ("beans", "豆", "COFFEE", "DRINKS", "B1", "M1", None),
    "latte": ("latte", "ラテ", "COFFEE", "DRINKS", None, "M1", None),
    "bread": ("bread", "パン", "BREAD", "FOOD", "B2", "M2", None),
}
AT = datetime(2027, 1, 14, 10, 30, tzinfo=UTC)
HERS = Coupon(
    b"c" * 16, b"h" * 16, "2900000000018", "珈琲", "Coffee", 0, 0, ("P1",), DAY, DAY, campaign="fans", value=50,
    stack="alone",
)  # fmt: skip


def lines(*sold: tuple[str, int, int]) -> tuple[Line, ...]:
    return tuple(Line(*each) for each in sold)


def basket(bought: tuple[Line, ...]) -> Basket:
    return Basket(bought, "S1", "P1", AT, GOODS)


def counter(bought: tuple[Line, ...], *coupons: Coupon) -> Counter:
    amount = sum(line.amount for line in bought)
    return Counter(7, "P1", DAY, amount, bought, reach_of((each.products for each in coupons), basket(bought)))


def take(bought: tuple[Line, ...], *coupons: Coupon, offline: bool = False) -> Taken | Refusal:
    return take_coupons([each.barcode for each in coupons], coupons, counter(bought, *coupons), offline=offline)


def taken(bought: tuple[Line, ...], *coupons: Coupon) -> Taken:
    found = take(bought, *coupons)
    assert isinstance(found, Taken), found
    return found


def another(coupon: Coupon, number: int, **changes: object) -> Coupon:
    return replace(coupon, coupon=bytes([number]) * 16, barcode=f"K{number}", **changes)  # type: ignore[arg-type]


MIXED = lines(("beans", 2, 301), ("bread", 1, 200), ("latte", 1, 99), ("unknown", 1, 400))


@pytest.mark.parametrize(
    ("offer", "discount", "off"),
    [
        ({"kind": "amount", "value": 50}, 50, (0, 0, 0, 0)),
        ({"kind": "amount", "value": 50, "products": COFFEE}, 50, (38, 0, 12, 0)),
        ({"kind": "amount", "value": 999, "products": COFFEE}, 400, (301, 0, 99, 0)),
        ({"kind": "percent", "value": 10}, 100, (0, 0, 0, 0)),
        ({"kind": "percent", "value": 10, "products": COFFEE}, 40, (30, 0, 10, 0)),
        ({"kind": "percent", "value": 50, "max_value": 70, "products": COFFEE}, 70, (53, 0, 17, 0)),
        ({"kind": "percent", "value": 100}, 1000, (0, 0, 0, 0)),
        ({"kind": "free_item", "value": 500, "products": COFFEE}, 150, (150, 0, 0, 0)),
        ({"kind": "free_item", "value": 120, "products": COFFEE}, 120, (120, 0, 0, 0)),
        ({"kind": "free_item", "value": 500}, 400, (0, 0, 0, 400)),
        ({"kind": "amount", "value": 50, "products": 'maker != "M1"'}, 50, (0, 50, 0, 0)),
        ({"kind": "amount", "value": 50, "products": f'together({COFFEE}, category = "BREAD")'}, 50, (25, 17, 8, 0)),
    ],
)
def test_offers_by_hand(offer: dict[str, object], discount: int, off: tuple[int, ...]) -> None:
    found = taken(MIXED, replace(HERS, **offer))  # type: ignore[arg-type]
    assert (found.discount, found.off, found.bonuses) == (discount, off, ())


@pytest.mark.parametrize(
    ("offer", "said"),
    [
        ({"products": 'category = "TEA"'}, "None of the goods"),
        ({"products": 'category in list "teas"'}, "None of the goods"),
        ({"products": "what is this"}, "None of the goods"),
        ({"products": f'together({COFFEE}, category = "TEA")'}, "None of the goods"),
        ({"min_spend": 1001}, "It needs 1001 or more"),
        ({"kind": "percent", "value": 1, "products": 'product = "latte"'}, "Nothing is left"),
        ({"used": -1}, "A return has made it void"),
    ],
)
def test_what_does_not_go_on_these_lines_is_refused(offer: dict[str, object], said: str) -> None:
    coupon = replace(HERS, **offer)  # type: ignore[arg-type]
    refused = take(MIXED, coupon)
    assert isinstance(refused, Refusal)
    assert refused.problem == ("coupon-used" if "used" in offer else "coupon-not-here")
    assert refused.more is not None
    assert said in refused.more.en
    offline = take(MIXED, coupon, offline=True)
    assert isinstance(offline, Taken)
    assert (offline.discount, offline.warnings) == (0, [f"{refused.problem}:{coupon.barcode}"])


def test_one_that_stands_alone_goes_with_no_other_whichever_is_shown_first() -> None:
    with_others, old = another(HERS, 2, stack="with-others"), another(HERS, 3, stack="", campaign="", discount=10)
    for first, second in ((HERS, with_others), (with_others, HERS), (old, HERS), (HERS, old)):
        refused = take(MIXED, first, second)
        assert isinstance(refused, Refusal)
        assert (refused.problem, refused.field) == ("coupon-not-here", "/coupons/1")
    assert taken(MIXED, with_others, old).discount == 60


def test_two_of_one_exclusive_category_do_not_go_together() -> None:
    coffee = another(HERS, 1, stack="with-others:COFFEE")
    refused = take(MIXED, coffee, another(coffee, 2))
    assert isinstance(refused, Refusal)
    assert (refused.problem, refused.field) == ("coupon-not-here", "/coupons/1")
    assert (
        taken(MIXED, coffee, another(coffee, 3, stack="with-others:TEA"), another(coffee, 4, stack="")).discount == 150
    )
    alone = take(MIXED, coffee, another(coffee, 5, stack="alone:TEA"))
    assert isinstance(alone, Refusal)


def test_an_offer_on_goods_sees_what_was_taken_off_them_before_it() -> None:
    half = another(HERS, 1, stack="with-others", kind="percent", products=COFFEE, value=50)
    again, whole = another(half, 2), another(HERS, 3, stack="with-others", value=300)
    found = taken(MIXED, half, again, whole)
    assert [each.discount for each in found.redemptions] == [200, 100, 300]
    net = discounted(request(MIXED), found.discount, found.off)
    assert [each.amount for each in net.lines] == [43, 114, 14, 229]
    assert net.amount == 400


def request(bought: tuple[Line, ...], base: int | None = None) -> PurchaseRequest:
    amount = sum(line.amount for line in bought)
    whole = [LineRequest(*line) for line in bought]
    return PurchaseRequest("1", AT.date(), AT, "29800001", whole, amount, amount if base is None else base)


KINDS = st.sampled_from(["amount", "percent", "free_item", "points", "points_multiplier"])
FILTERS = st.sampled_from(["any", COFFEE, 'category = "BREAD"', 'not brand = "B1"', "basket_total >= 500"])
OFFERS = st.builds(
    lambda number, kind, products, value, most: another(
        HERS, number, kind=kind, products=products, value=value, max_value=most, stack="with-others",
        discount=value if kind == "amount" else 0,
    ),
    st.integers(0, 250), KINDS, FILTERS, st.integers(1, 100), st.integers(0, 60),
)  # fmt: skip
BASKETS = st.lists(
    st.tuples(st.sampled_from(["beans", "latte", "bread", "unknown"]), st.integers(1, 5), st.integers(0, 1000)),
    min_size=1, max_size=8,
)  # fmt: skip


@given(BASKETS, st.lists(OFFERS, min_size=1, max_size=5, unique_by=lambda each: each.barcode))
def test_whatever_is_taken_goes_to_what_it_is_for_and_sums(
    sold: list[tuple[str, int, int]], offers: list[Coupon]
) -> None:
    bought = lines(*sold)
    found = take(bought, *offers, offline=True)
    assert isinstance(found, Taken)
    net = discounted(request(bought), found.discount, found.off)
    assert net.amount == sum(each.amount for each in net.lines) == sum(line.amount for line in bought) - found.discount
    assert all(0 <= after.amount <= before.amount for after, before in zip(net.lines, bought, strict=True))
    assert 0 <= net.base <= net.amount
    limited = [each for each in offers if each.products != "any" or each.kind == "free_item"]
    reached = {number for each in limited for number in lines_meant(each.products, basket(bought))}
    assert all(off == 0 for number, off in enumerate(found.off) if number not in reached)
    by_name = {each.coupon: each for each in offers}
    for each in found.redemptions:
        if each.coupon is not None:
            offer = by_name[each.coupon]
            if offer.max_value and offer.kind == "percent":
                assert each.discount <= offer.max_value
            if offer.kind in ("amount", "free_item"):
                assert each.discount <= offer.value
            assert (offer.kind in ("points", "points_multiplier")) is (each.discount == 0)


@pytest.mark.parametrize(
    ("bonus", "base", "used", "points"),
    [
        (Bonus("fans", 30), 0, 0, 30),
        (Bonus("fans", 0, 3, (0, 1, 2, 3)), 1000, 0, 20),
        (Bonus("fans", 15, 3, (0, 1, 2, 3)), 1000, 0, 15),
        (Bonus("fans", 0, 5, (0, 2)), 1000, 0, 16),
        (Bonus("fans", 0, 5, (0, 2)), 350, 0, 12),
        (Bonus("fans", 0, 5, (0, 2)), 1000, 150, 8),
        (Bonus("fans", 0, 5, ()), 1000, 0, 0),
    ],
)
def test_points_beyond_the_ordinary(bonus: Bonus, base: int, used: int, points: int) -> None:
    assert bonus.of(MIXED, base, used, 100, frozenset()) == points


def test_goods_that_earn_nothing_multiply_nothing() -> None:
    whole = Bonus("fans", 0, 5, (0, 2))
    assert whole.of(MIXED, 1000, 0, 100, frozenset({"beans"})) == 0
    assert whole.of(MIXED, 1000, 0, 100, frozenset({"latte"})) == 12


def test_the_check_digit_is_gs1s() -> None:
    assert check_digit("400638133393") == 1
    assert check_digit("629104150021") == 3
    assert is_checked("4006381333931")
    assert not is_checked("4006381333932")


@given(st.binary(min_size=16, max_size=32))
def test_a_coupons_number_is_an_in_store_ean13(source: bytes) -> None:
    number = ean13(source)
    assert (len(number), number[:2], symbology(number)) == (13, "29", "ean13")
    assert ean13(source) == number
    second = ean13(source, {number})
    assert second != number
    assert is_checked(second)


def test_numbers_tell_nothing_of_each_other() -> None:
    numbers = {ean13(each.to_bytes(16, "big")) for each in range(5_000)}
    assert len(numbers) == 5_000  # of 10^10
    firsts = [int(number[2]) for number in numbers]
    assert all(380 < firsts.count(digit) < 620 for digit in range(10))


def test_a_gs1_coupon_number() -> None:
    number = coupon_number("456789012345", bytes(16))
    assert (number[:3], number[3:15], len(number)) == ("255", "456789012345", 28)
    assert is_checked(number[3:16])
    assert barcode_of(number, ours=True) == {"symbology": "gs1-128", "value": number}
    assert barcode_of(number)["symbology"] == "code128"  # of another system, it may be anything
    assert coupon_number("456789012345", bytes(16), {number}) != number
