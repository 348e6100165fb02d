"""What a coupon is worth and on which terms, in a member's words. Pure: the coupon's own row says it all.

Of a campaign that she may still enter, its public terms say it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol, assert_never

from noren.audience.language import Refused, nodes
from noren.audience.language.parsing import parse
from noren.audience.language.speech import Wording, goods_said
from noren.campaign.spec import OfferKind, Stack
from noren.kernel.say import Say

ANY: Final = "any"


class Offered(Protocol):
    """What is said of a coupon. ``discount``: the amount off where nothing else says its ``value``."""

    # fmt: off
    @property
    def kind(self) -> str: ...  # noqa: D102 - as the campaign's file says it
    @property
    def value(self) -> int: ...  # noqa: D102
    @property
    def discount(self) -> int: ...  # noqa: D102
    @property
    def max_value(self) -> int: ...  # noqa: D102
    @property
    def min_spend(self) -> int: ...  # noqa: D102
    @property
    def products(self) -> str: ...  # noqa: D102
    @property
    def stack(self) -> str: ...  # noqa: D102
    # fmt: on


@dataclass(frozen=True, slots=True)
class TermsOffer:
    """An offer as public terms have it; fills ``Offered``."""

    kind: str
    value: int
    max_value: int
    min_spend: int
    products: str
    stack: str
    discount: int = 0


def offered_in(terms: Mapping[str, Any]) -> TermsOffer:
    """Return the offer of public terms (``noren.campaign.terms``)."""
    said = terms["offer"]
    return TermsOffer(
        said["kind"], said["value"], said.get("max_value", 0), said["min_spend"], said["products"], said["stack"]
    )


def offer_words(coupon: Offered, wording: Wording) -> tuple[Say, ...]:
    """Return what a coupon does, then what it asks, a sentence each."""
    return (_worth(coupon, wording), *_asks(coupon, wording))


def _worth(coupon: Offered, wording: Wording) -> Say:
    kind, value = OfferKind(coupon.kind), coupon.value or coupon.discount
    match kind:
        case OfferKind.AMOUNT:
            said = _money(value, wording)
            return Say(f"{said.ja}引き", f"{said.en} off")
        case OfferKind.PERCENT:
            return _at_most(Say(f"{value}%引き", f"{value} % off"), coupon, wording)
        case OfferKind.FREE_ITEM:
            said = _money(value, wording)
            return Say(f"1点無料({said.ja}まで)", f"One for free (up to {said.en})")
        case OfferKind.POINTS:
            return Say(f"{value:,}ポイントがつきます", f"{value:,} points")
        case OfferKind.POINTS_MULTIPLIER:
            most = coupon.max_value
            more = Say(f"(上乗せは{most:,}ポイントまで)", f" (up to {most:,} more)") if most else Say("", "")
            return Say(f"ポイント{value}倍{more.ja}", f"{value} times the points{more.en}")
        case _:
            assert_never(kind)


def _at_most(said: Say, coupon: Offered, wording: Wording) -> Say:
    if not coupon.max_value:
        return said
    most = _money(coupon.max_value, wording)
    return Say(f"{said.ja}(最大{most.ja})", f"{said.en} ({most.en} at most)")


def _asks(coupon: Offered, wording: Wording) -> Iterator[Say]:
    goods = _goods(coupon.products, wording)
    if goods is not None:
        yield Say(f"対象: {goods.ja}", f"On {goods.en}")
    if coupon.min_spend:
        least = _money(coupon.min_spend, wording)
        yield Say(f"{least.ja}以上のお買い物で", f"With a purchase of {least.en} or more")
    if coupon.stack.partition(":")[0] == Stack.ALONE.value:
        yield Say("ほかのクーポンと一緒には使えません", "Not together with other coupons")


def _goods(products: str, wording: Wording) -> Say | None:
    """Return which goods it is for; None: any, or a filter that can not be read (then the register takes none)."""
    if products == ANY:
        return None
    read = parse(f"visits({products}) >= 1")
    if isinstance(read, Refused) or not isinstance(read.root, nodes.Count):
        return None
    return Say(goods_said(read.root.filter, "ja", wording), goods_said(read.root.filter, "en", wording))


def _money(amount: int, wording: Wording) -> Say:
    return Say(wording.money(amount, "ja"), wording.money(amount, "en"))
