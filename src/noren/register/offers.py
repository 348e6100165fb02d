"""What a coupon's offer comes to on a basket: an amount off certain lines, or points. Pure, whole numbers only.

A discount goes to the lines that its filter means, and never exceeds what is left of them. Offers of the old system are
amounts off the whole basket.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from noren.activity.model import Coupon, Line
from noren.activity.points import earned_points
from noren.campaign.spec import OfferKind, Stack
from noren.kernel.values import value
from noren.register.reach import ANY, Reach

_PERCENT: Final = 100
_IN_POINTS: Final = frozenset({OfferKind.POINTS, OfferKind.POINTS_MULTIPLIER})


@value
class Worth:
    """What an offer takes off: ``discount`` in all, ``lines`` (numbers) it is taken off, empty: the whole basket."""

    discount: int
    lines: tuple[int, ...] = ()


@value
class Bonus:
    """Points that a coupon gives: ``points`` as they are, or what ``lines`` earn so many times (``factor``), capped."""

    campaign: str
    points: int
    factor: int = 0
    lines: tuple[int, ...] = ()

    def of(self, lines: Sequence[Line], base: int, used: int, per: int, excluded: frozenset[str]) -> int:
        """Return the points beyond what is earned anyway. ``lines``: net of discounts; ``base``: what earns."""
        if not self.factor:
            return self.points
        meant = sum(lines[number].amount for number in self.lines if lines[number].product not in excluded)
        more = (self.factor - 1) * earned_points(base=min(base, meant), used=used, per=per)
        return min(more, self.points) if self.points else more


def points_effect(campaign: str, points: int) -> dict[str, Any]:
    """Return what a till is told of points beyond the ordinary."""
    return {"type": "points", "campaign": campaign, "points": points}


@dataclass(slots=True)
class Counted:
    """A basket while coupons are taken off it. ``left``: of the whole; ``off``: by line, of offers on certain goods."""

    amount: int
    lines: Sequence[Line]
    reach: Reach
    left: int = field(init=False)
    off: list[int] = field(init=False)
    taken: int = 0
    closed: bool = False
    """Whether a coupon was taken that stands alone."""
    categories: set[str] = field(default_factory=set[str])
    """Of the coupons taken: two of one exclusive category do not go together."""

    def __post_init__(self) -> None:
        self.left = self.amount
        self.off = [0] * len(self.lines)

    def meant(self, coupon: Coupon) -> tuple[int, ...] | None:
        """Return the lines that a coupon means; None: all of them."""
        return None if coupon.products == ANY else self.reach.get(coupon.products, ())

    def room(self, lines: tuple[int, ...] | None) -> int:
        """Return what can still be taken off lines."""
        return self.left if lines is None else min(self.left, sum(self.rest(number) for number in lines))

    def rest(self, number: int) -> int:
        """Return what is left of a line."""
        return self.lines[number].amount - self.off[number]

    def goes_with(self, coupon: Coupon) -> bool:
        """Whether a coupon may be taken beside those taken so far."""
        stack, _, category = coupon.stack.partition(":")
        return not self.closed and not (self.taken and stack == Stack.ALONE) and category not in self.categories

    def take(self, coupon: Coupon, worth: Worth) -> None:
        """Take a coupon's worth off."""
        self.left -= worth.discount
        self.taken += 1
        stack, _, category = coupon.stack.partition(":")
        self.closed = self.closed or stack == Stack.ALONE
        self.categories |= {category} if category else set()
        shares = allocate(worth.discount, [self.rest(number) for number in worth.lines]) if worth.lines else []
        for number, share in zip(worth.lines, shares, strict=True):
            self.off[number] += share


def is_in_points(coupon: Coupon) -> bool:
    """Whether a coupon gives points, and takes nothing off."""
    return coupon.kind in _IN_POINTS


def worth_of(coupon: Coupon, basket: Counted) -> Worth:
    """Return what a coupon takes off a basket as it stands."""
    lines = basket.meant(coupon)
    room = basket.room(lines)
    match OfferKind(coupon.kind):
        case OfferKind.AMOUNT:
            return Worth(min(coupon.discount or coupon.value, room), lines or ())
        case OfferKind.PERCENT:
            most = coupon.max_value or room
            return Worth(min(room * coupon.value // _PERCENT, most, room), lines or ())
        case OfferKind.FREE_ITEM:
            return _free_item(coupon, basket, lines)
        case OfferKind.POINTS | OfferKind.POINTS_MULTIPLIER:
            return Worth(0)


def _free_item(coupon: Coupon, basket: Counted, lines: tuple[int, ...] | None) -> Worth:
    """Return one piece of the dearest line that is meant, at most ``value``: to the member's favour."""
    numbers = range(len(basket.lines)) if lines is None else lines
    pieces = [(min(basket.rest(number) // basket.lines[number].quantity, coupon.value), -number) for number in numbers]
    price, number = max(pieces, default=(0, 0))
    return Worth(min(price, basket.left), (-number,)) if price else Worth(0)


def bonus_of(coupon: Coupon, basket: Counted) -> Bonus | None:
    """Return the points that a coupon gives; None: it takes something off instead."""
    if not is_in_points(coupon):
        return None
    if coupon.kind == OfferKind.POINTS:
        return Bonus(coupon.campaign, coupon.value)
    lines = basket.meant(coupon)
    meant = tuple(range(len(basket.lines))) if lines is None else lines
    return Bonus(coupon.campaign, coupon.max_value, coupon.value, meant)


def allocate(discount: int, amounts: Sequence[int]) -> list[int]:
    """Split ``discount`` over ``amounts`` in proportion, by largest remainder; of equal remainders the first is served.

    No share exceeds its amount; the shares sum to the discount.
    """
    total = sum(amounts)
    assert 0 <= discount <= total, "more is taken off than there is"
    if total == 0:
        return [0] * len(amounts)
    shares = [discount * amount // total for amount in amounts]
    rest = discount - sum(shares)
    by_remainder = sorted(range(len(amounts)), key=lambda place: (-(discount * amounts[place] % total), place))
    for place in by_remainder[:rest]:
        shares[place] += 1
    return shares
