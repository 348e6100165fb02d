"""Coupons at the register: which of those shown are taken, and what they take off which line. Pure, like ``decide``.

A coupon is taken at most once. What cannot be taken is refused with the contract's word; an
offline till has already honoured it, so there it becomes a warning, and the shop's to bear.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import field
from datetime import date
from typing import Any, Final

import msgspec

from noren.activity.model import Coupon, Line, Redemption
from noren.kernel.say import Say
from noren.kernel.values import value
from noren.register.barcodes import barcode_of
from noren.register.offers import Bonus, Counted, allocate, bonus_of, is_in_points, worth_of
from noren.register.reach import Reach
from noren.register.refusals import Refusal
from noren.register.requests import LineRequest, PurchaseRequest


@value
class Taken:
    """What the coupons of one purchase come to; ``redemptions`` names those refused too (offline only).

    ``off``: what offers on certain goods take off each line, a part of ``discount``; ``bonuses``: what gives points.
    """

    redemptions: tuple[Redemption, ...] = ()
    off: tuple[int, ...] = ()
    bonuses: tuple[Bonus, ...] = ()

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
    """Where and when coupons are shown: the purchase, its company, its local day, amount and lines before discounts.

    ``reach``: the lines that each coupon's filter means, by its text.
    """

    entry: int
    partner: str
    day: int
    amount: int
    lines: tuple[Line, ...] = ()
    reach: Reach = field(default_factory=dict[str, tuple[int, ...]])


def take_coupons(
    barcodes: Sequence[str], held: Sequence[Coupon], counter: Counter, *, offline: bool
) -> Taken | Refusal:
    """Take the coupons shown, in their order; ``held``: what the member has under these barcodes."""
    redemptions: list[Redemption] = []
    bonuses: list[Bonus] = []
    gone: set[bytes] = set()
    basket = Counted(counter.amount, counter.lines, counter.reach)
    for number, barcode in enumerate(barcodes):
        found = [each for each in held if each.barcode == barcode]
        rest = [each for each in found if each.coupon not in gone]
        usable = [each for each in rest if _hindrance(each, counter, basket) is None]
        if usable:
            coupon = min(usable, key=lambda each: (each.valid_until, each.coupon))
            worth, bonus = worth_of(coupon, basket), bonus_of(coupon, basket)
            basket.take(coupon, worth)
            gone.add(coupon.coupon)
            bonuses += [bonus] if bonus else []
            redemptions.append(_redemption(counter, number, barcode, coupon.coupon, worth.discount))
            continue
        refused = _refusal(rest, bool(found), counter, basket)
        if not offline:
            return Refusal(refused.problem, f"/coupons/{number}", refused.more)
        redemptions.append(_redemption(counter, number, barcode, None, 0, refused.problem))
    return Taken(tuple(redemptions), tuple(basket.off), tuple(bonuses))


def _redemption(
    counter: Counter, number: int, barcode: str, coupon: bytes | None, discount: int, problem: str = ""
) -> Redemption:
    return Redemption(counter.entry, number, barcode, coupon, counter.partner, discount, counter.day, problem)


def _refusal(rest: Sequence[Coupon], known: bool, counter: Counter, basket: Counted) -> Refusal:
    """Return the reason that is nearest to being mended: of several coupons with one barcode, the best one's."""
    if not rest:
        return Refusal("coupon-used" if known else "coupon-not-hers")
    reasons = [reason for each in rest if (reason := _hindrance(each, counter, basket)) is not None]
    return min(reasons, key=lambda reason: _NEARNESS.index(reason.problem))


_NEARNESS: Final = ("coupon-not-here", "coupon-expired", "coupon-used")
_VOID: Final = -1


def _hindrance(coupon: Coupon, counter: Counter, basket: Counted) -> Refusal | None:
    """Return why a coupon of hers can not be taken now."""
    if coupon.used == _VOID:
        return Refusal("coupon-used", more=Say("返品で無効になりました。", "A return has made it void."))
    if coupon.used:
        return Refusal("coupon-used")
    if counter.day > coupon.valid_until:
        last = date.fromordinal(coupon.valid_until)
        return Refusal("coupon-expired", more=Say(f"{last}まででした。", f"Its last day was {last}."))
    more = _not_here(coupon, counter) or _not_on_these(coupon, basket)
    return Refusal("coupon-not-here", more=more) if more else None


def _not_here(coupon: Coupon, counter: Counter) -> Say | None:
    """Return why a coupon does not hold for this company, day or amount."""
    if not is_usable_at(coupon, counter.partner):
        return Say("ほかの会社のクーポンです。", "It is another company's coupon.")
    if counter.day < coupon.valid_from:
        first = date.fromordinal(coupon.valid_from)
        return Say(f"{first}から使えます。", f"It is valid from {first}.")
    if counter.amount < coupon.min_spend:
        least = coupon.min_spend
        return Say(f"{least}以上のお買い上げで使えます。", f"It needs {least} or more.")
    return None


def _not_on_these(coupon: Coupon, basket: Counted) -> Say | None:
    """Return why a coupon does not go on these lines, or beside those taken before it."""
    if not basket.goes_with(coupon):
        return Say("ほかのクーポンと一緒には使えません。", "It can not be used together with another coupon.")
    if basket.meant(coupon) == ():
        return Say("対象の商品がありません。", "None of the goods that it is for is among the lines.")
    wants = bool(coupon.discount or coupon.value) and not is_in_points(coupon)
    if wants and not worth_of(coupon, basket).discount:
        return Say("値引きできる金額が残っていません。", "Nothing is left to take a discount off.")
    return None


def is_usable_at(coupon: Coupon, partner: str) -> bool:
    """Whether a company takes this coupon."""
    return not coupon.partners or partner in coupon.partners


def discounted(request: PurchaseRequest, discount: int, off: Sequence[int] = ()) -> PurchaseRequest:
    """Return the purchase net of ``discount``: what ``spend`` and earning see.

    ``off``, a part of it, is taken off each line; the rest is allocated to all lines by largest remainder. The whole is
    allocated to the base that earns in the same way against what does not.
    """
    rest = [line.amount - less for line, less in zip(request.lines, off or [0] * len(request.lines), strict=True)]
    more = allocate(discount - sum(off), rest)
    lines = [
        LineRequest(line.product, line.quantity, left - less)
        for line, left, less in zip(request.lines, rest, more, strict=True)
    ]
    base = request.base - allocate(discount, (request.base, request.amount - request.base))[0]
    return msgspec.structs.replace(request, lines=lines, amount=request.amount - discount, points_base=base)


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
            "barcode": barcode_of(each.barcode, ours=bool(each.campaign)),
        }
        for each in coupons
        if is_usable_at(each, partner) and each.valid_from <= day <= each.valid_until and not each.used
    ]
