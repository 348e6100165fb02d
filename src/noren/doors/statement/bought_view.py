"""Which slips came out at her last purchases, by the till's own record: a missing slip is settled by looking here.

Of a purchase at which none came out that alone is told; why stands where every reason stands, once it may be told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Final

from noren.activity.model import Coupon
from noren.activity.own_draws import OwnDrawFeed
from noren.doors.statement.coupon_shapes import BoughtView, CouponState, GaveView, UsedView
from noren.doors.statement.meeting import Visit
from noren.kernel.say import Say
from noren.register.coupons import coupon_name

SHOWN: Final = 10


def slips_by_purchase(
    visits: Sequence[Visit],
    coupons: Iterable[Coupon],
    state: Callable[[Coupon], CouponState],
    shop_name: Callable[[str], str | None],
) -> tuple[BoughtView, ...]:
    """Return her last purchases at which a till could draw, the newest first, each with the slips that it gave."""
    gave: dict[int, list[Coupon]] = {}
    for each in coupons:
        gave.setdefault(each.issued_by, []).append(each)
    return tuple(
        BoughtView(
            date=visit.day,
            company=visit.partner,
            shop=shop_name(visit.shop) or visit.shop,
            gave=tuple(_gave(each, state(each)) for each in gave.get(visit.entry, ())),
        )
        for visit in visits[:SHOWN]
    )


def used_at(feed: OwnDrawFeed, coupon: Coupon) -> UsedView | None:
    """Return where and when a coupon of hers was used; None: it was not, or that is kept no more."""
    found = feed.use_of(coupon.coupon) if coupon.used > 0 else None
    return None if found is None else UsedView(found[0], date.fromordinal(found[1]))


def _gave(coupon: Coupon, state: CouponState) -> GaveView:
    return GaveView(coupon_name(coupon.coupon), Say(coupon.title_ja, coupon.title_en or coupon.title_ja), state)
