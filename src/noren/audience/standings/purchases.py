"""From the ledger's rows to what the live evaluator is told: purchases in the amounts left, traits, coupons, points."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from noren.activity import about
from noren.activity import model as ledger
from noren.audience.ledger_readings import birth_year, day_of, pool_lapses, received_from
from noren.audience.live import History, Line, Lot, Message, Place, Purchase, Redemption, Traits
from noren.kernel.clock import instant_of


def lines_left(link: about.Link, until: int | None = None) -> tuple[ledger.Line, ...]:
    """Return what is left of a purchase's lines after the returns made until an instant (None: all of them).

    A return whose lines were not kept (points-only mode) takes nothing off them, as in the lake.
    """
    if link.lines is None:
        return ()
    left = list(link.lines)
    for back in link.back:
        if until is not None and back.at > until:
            continue
        for line in back.lines or ():
            held = left[line.line]
            left[line.line] = ledger.Line(held.product, held.quantity - line.quantity, held.amount - line.amount)
    return tuple(left)


def purchase_of(link: about.Link, lines: Iterable[ledger.Line]) -> Purchase:
    """Return a purchase of these lines. Points are those that it earned, as the lake has them."""
    return Purchase(
        instant_of(link.at),
        tuple(Line(line.product, line.quantity, line.amount) for line in lines),
        Place(link.shop, link.partner),
        link.earned,
        instant_of(link.received),
    )


def since_of(links: Iterable[about.Link]) -> int:
    """Return the latest instant at which a purchase was made or something came back."""
    return max((at for link in links for at in (link.at, *(back.at for back in link.back))), default=0)


def traits_of(known: ledger.Traits, tier: str | None = None) -> Traits:
    """Return traits for the evaluator, read as the batch evaluator reads them. ``tier``: of the day that is asked."""
    return Traits(
        sex=known.sex,
        birth_year=birth_year(known),
        birth_month=known.birth_month,
        prefecture=known.prefecture,
        postal3=known.postal3,
        tier=tier,
        since=None if known.since is None else date.fromisoformat(f"{known.since}-01"),
        email_ok=known.email_ok,
        post_ok=known.post_ok,
    )


def history_of(
    place: about.Place,
    lots: Sequence[tuple[int, int]],
    coupons: Sequence[about.CampaignCoupon],
    *,
    zone: ZoneInfo,
    expiry_days: int,
) -> History:
    """Return coupons and points. A coupon counts as received from the beginning of its first valid day."""
    return History(
        tuple(Message(each.campaign, received_from(each.first_day, zone), contact=False) for each in coupons),
        tuple(Redemption(each.campaign, instant_of(each.used_at)) for each in coupons if each.used_at is not None),
        (*_pool(place, expiry_days), *(Lot(points, day_of(last)) for points, last in lots)),
    )


def _pool(place: about.Place, expiry_days: int) -> tuple[Lot, ...]:
    """Return the ordinary points as one lot; a debt does not lapse."""
    if not place.pool:
        return ()
    return (Lot(place.pool, pool_lapses(place.pool, place.last_movement, expiry_days)),)
