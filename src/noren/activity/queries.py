"""What one member may see of her own: balance, what lapses next, purchases. One handle at a time; there is no list.

Names of products come along; names of shops belong to the directory and are added by the
house. Days are counted in the programme's zone, which the caller hands in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from noren.activity.model import MemberState, Purchase
from noren.activity.points import Standing, balance, lapse, next_expiry
from noren.activity.ports import LedgerFeed
from noren.kernel.clock import instant_of, local_date
from noren.kernel.ids import Handle

MAX_PAGE: Final = 100
_STEP: Final = 200
_FAR: Final = 200
"""Pages looked through for one purchase: 40,000 purchases."""


@dataclass(frozen=True, slots=True)
class Lapsing:
    """Points and the last day on which they can be used. ``partner`` empty: anywhere."""

    points: int
    last_day: date
    partner: str = ""


@dataclass(frozen=True, slots=True)
class OwnBalance:
    """A member's points as of a day: usable anywhere, what lapses first, and what one company alone takes."""

    points: int
    next_expiry: Lapsing | None
    restricted: tuple[Lapsing, ...]
    points_only: bool


@dataclass(frozen=True, slots=True)
class OwnLine:
    """One thing bought. ``name`` is None where the product is not (yet) known to us."""

    product: str
    name: str | None
    quantity: int
    amount: int


@dataclass(frozen=True, slots=True)
class OwnPurchase:
    """A purchase as the member sees it. ``lines`` is None where none were kept (points-only mode, or after their time).

    ``returned``: how much of ``amount`` came back; ``points``: earned and still hers; ``is_sum``: all of a day at a
    company, past its term.
    """

    entry: int
    day: date
    partner: str
    shop: str
    amount: int
    returned: int
    points: int
    points_used: int
    lines: tuple[OwnLine, ...] | None
    is_sum: bool = False


@dataclass(frozen=True, slots=True)
class OwnPage:
    """Some purchases, newest first; ``more`` when there are older ones."""

    purchases: tuple[OwnPurchase, ...]
    more: bool


def own_balance(*, feed: LedgerFeed, handle: Handle, today: date, expiry_days: int) -> OwnBalance | None:
    """Return a member's balance on ``today``; None when the ledger knows no such member (any more)."""
    member = feed.member(handle.reveal())
    if member is None or member.state is not MemberState.ACTIVE:
        return None
    standing = Standing(member, tuple(feed.member_lots(handle.reveal())))
    standing, _ = lapse(standing, day=today.toordinal(), expiry_days=expiry_days)
    first = next_expiry(standing, partner="", expiry_days=expiry_days)
    return OwnBalance(
        points=balance(standing, ""),
        next_expiry=Lapsing(first[1], date.fromordinal(first[0])) if first else None,
        restricted=tuple(
            Lapsing(lot.points, date.fromordinal(lot.expires), lot.partner)
            for lot in standing.lots
            if lot.partner and lot.points > 0
        ),
        points_only=member.points_only,
    )


def own_purchases(*, feed: LedgerFeed, handle: Handle, zone: ZoneInfo, before: int | None, limit: int) -> OwnPage:
    """Return up to ``limit`` purchases from just before entry ``before`` (None: from the newest)."""
    assert 0 < limit <= MAX_PAGE
    found = feed.chain(handle.reveal(), before, limit + 1)
    return OwnPage(_told(feed, found[:limit], zone), more=len(found) > limit)


def own_purchase(*, feed: LedgerFeed, handle: Handle, zone: ZoneInfo, entry: int) -> OwnPurchase | None:
    """Return one of her purchases by its entry; None where it is not hers."""
    before: int | None = None
    for _ in range(_FAR):
        found = feed.chain(handle.reveal(), before, _STEP)
        for each in found:
            if each.entry == entry:
                return _told(feed, [each], zone)[0]
        if len(found) < _STEP:
            return None
        before = found[-1].entry
    return None


def every_own_purchase(*, feed: LedgerFeed, handle: Handle, zone: ZoneInfo, limit: int) -> Iterator[OwnPurchase]:
    """Yield up to ``limit`` purchases, newest first: for the file she takes with her."""
    before: int | None = None
    while limit > 0:
        found = feed.chain(handle.reveal(), before, min(_STEP, limit))
        yield from _told(feed, found, zone)
        if len(found) < _STEP:
            return
        before, limit = found[-1].entry, limit - len(found)


def _told(feed: LedgerFeed, found: Sequence[Purchase], zone: ZoneInfo) -> tuple[OwnPurchase, ...]:
    names = feed.product_names({line.product for purchase in found for line in purchase.lines or ()})
    return tuple(_one(purchase, names, zone) for purchase in found)


def _one(purchase: Purchase, names: dict[str, str], zone: ZoneInfo) -> OwnPurchase:
    lines = purchase.lines
    return OwnPurchase(
        entry=purchase.entry,
        day=local_date(instant_of(purchase.at), zone),
        partner=purchase.partner,
        shop=purchase.shop,
        amount=purchase.amount,
        returned=purchase.amount - purchase.amount_left,
        points=purchase.earned_left,
        points_used=purchase.used_left,
        lines=None
        if lines is None
        else tuple(OwnLine(line.product, names.get(line.product), line.quantity, line.amount) for line in lines),
        is_sum=not purchase.body_hash,
    )
