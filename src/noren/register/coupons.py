"""Coupons at the register: which of those shown are taken, and what they take off which line. Pure, like ``decide``.

A coupon is taken at most once. What cannot be taken is refused with the contract's word; an
offline till has already honoured it, so there it becomes a warning, and the shop's to bear.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

import msgspec

from noren.activity.model import Coupon, Redemption
from noren.kernel.say import Say
from noren.kernel.values import value
from noren.register.refusals import Refusal
from noren.register.requests import LineRequest, PurchaseRequest

_EAN13_DIGITS: Final = 13


@value
class Taken:
    """What the coupons of one purchase come to; ``redemptions`` names those refused too (offline only)."""

    redemptions: tuple[Redemption, ...] = ()

    @property
    def discount(self) -> int:
        """What the till takes off."""
        return sum(each.discount for each in self.redemptions if not each.problem)

    @property
    def effects(self) -> list[dict[str, Any]]:
        """What the till is told to do."""
        return [
            {"type": "redeem_coupon", "coupon": coupon_name(each.coupon), "discount": each.discount}
            for each in self.redemptions
            if each.coupon is not None and not each.problem
        ]

    @property
    def warnings(self) -> list[str]:
        """What an offline sale could not be refused for."""
        return [f"{each.problem}:{each.barcode}" for each in self.redemptions if each.problem]


NO_COUPONS: Final = Taken()


@value
class Counter:
    """Where and when coupons are shown: the purchase, its company, its local day and its amount before discounts."""

    entry: int
    partner: str
    day: int
    amount: int


def take_coupons(
    barcodes: Sequence[str], held: Sequence[Coupon], counter: Counter, *, offline: bool
) -> Taken | Refusal:
    """Take the coupons shown, in their order; ``held``: what the member has under these barcodes."""
    redemptions: list[Redemption] = []
    gone: set[bytes] = set()
    left = counter.amount
    for number, barcode in enumerate(barcodes):
        found = [each for each in held if each.barcode == barcode]
        usable = [each for each in found if each.coupon not in gone and _hindrance(each, counter, left) is None]
        if usable:
            coupon = min(usable, key=lambda each: (each.valid_until, each.coupon))
            discount = min(coupon.discount, left)
            gone.add(coupon.coupon)
            left -= discount
            redemptions.append(_redemption(counter, number, barcode, coupon.coupon, discount))
            continue
        refused = _refusal([each for each in found if each.coupon not in gone], bool(found), counter, left)
        if not offline:
            return Refusal(refused.problem, f"/coupons/{number}", refused.more)
        redemptions.append(_redemption(counter, number, barcode, None, 0, refused.problem))
    return Taken(tuple(redemptions))


def _redemption(
    counter: Counter, number: int, barcode: str, coupon: bytes | None, discount: int, problem: str = ""
) -> Redemption:
    return Redemption(counter.entry, number, barcode, coupon, counter.partner, discount, counter.day, problem)


def _refusal(rest: Sequence[Coupon], known: bool, counter: Counter, left: int) -> Refusal:
    """Return the reason that is nearest to being mended: of several coupons with one barcode, the best one's."""
    if not rest:
        return Refusal("coupon-used" if known else "coupon-not-hers")
    reasons = [reason for each in rest if (reason := _hindrance(each, counter, left)) is not None]
    return min(reasons, key=lambda reason: _NEARNESS.index(reason.problem))


_NEARNESS: Final = ("coupon-not-here", "coupon-expired", "coupon-used")


def _hindrance(coupon: Coupon, counter: Counter, left: int) -> Refusal | None:
    """Return why a coupon of hers can not be taken now."""
    if coupon.used:
        return Refusal("coupon-used")
    if counter.day > coupon.valid_until:
        last = date.fromordinal(coupon.valid_until)
        return Refusal("coupon-expired", more=Say(f"{last}まででした。", f"Its last day was {last}."))
    if not is_usable_at(coupon, counter.partner):
        more = Say("ほかの会社のクーポンです。", "It is another company's coupon.")
        return Refusal("coupon-not-here", more=more)
    if counter.day < coupon.valid_from:
        first = date.fromordinal(coupon.valid_from)
        return Refusal("coupon-not-here", more=Say(f"{first}から使えます。", f"It is valid from {first}."))
    if counter.amount < coupon.min_spend:
        least = coupon.min_spend
        return Refusal(
            "coupon-not-here", more=Say(f"{least}以上のお買い上げで使えます。", f"It needs {least} or more.")
        )
    if left == 0 and coupon.discount:
        more = Say("値引きできる金額が残っていません。", "Nothing is left to take a discount off.")
        return Refusal("coupon-not-here", more=more)
    return None


def is_usable_at(coupon: Coupon, partner: str) -> bool:
    """Whether a company takes this coupon."""
    return not coupon.partners or partner in coupon.partners


def discounted(request: PurchaseRequest, discount: int) -> PurchaseRequest:
    """Return the purchase net of ``discount``: what ``spend`` and earning see.

    It is allocated to the lines by largest remainder, and to the base that earns in the same way against the rest.
    """
    off = allocate(discount, [line.amount for line in request.lines])
    lines = [
        LineRequest(line.product, line.quantity, line.amount - less)
        for line, less in zip(request.lines, off, strict=True)
    ]
    base = request.base - allocate(discount, (request.base, request.amount - request.base))[0]
    return msgspec.structs.replace(request, lines=lines, amount=request.amount - discount, points_base=base)


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


def coupon_name(coupon: bytes) -> str:
    """Return the outer name of a coupon."""
    return f"cp_{coupon.hex()}"


def coupons_here(coupons: Iterable[Coupon], *, partner: str, day: int) -> list[dict[str, Any]]:
    """Return the coupons usable at a company on a day, as a balance shows them."""
    return [
        {
            "coupon": coupon_name(each.coupon),
            "title": {"ja": each.title_ja, "en": each.title_en},
            "valid_until": date.fromordinal(each.valid_until).isoformat(),
            "barcode": {"symbology": symbology(each.barcode), "value": each.barcode},
        }
        for each in coupons
        if is_usable_at(each, partner) and each.valid_from <= day <= each.valid_until and not each.used
    ]


def symbology(barcode: str) -> str:
    """Return how a barcode is drawn: ``ean13`` where its check digit holds, else ``code128``."""
    if len(barcode) != _EAN13_DIGITS or not (barcode.isascii() and barcode.isdigit()):
        return "code128"
    digits = list(map(int, barcode))
    return "ean13" if (sum(digits[0::2]) + 3 * sum(digits[1::2])) % 10 == 0 else "code128"
