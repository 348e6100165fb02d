"""Settlement between the companies (精算): who pays whom for a day's points and coupons, as double entry. Pure.

The programme is the clearing house: every movement is booked twice, at a company and at the programme, so that each
day sums to zero. A company pays for points that it gave, at face, and is paid for those it took: its entry is the
ledger's own account of (company, kind). The company whose purchase gave a slip bears the discount; who took it off
is paid by the programme on the day, and the programme charges the one who bears it once a month: a single slip used
elsewhere on a day would tell where one of its customers shopped. A day is the day of booking, so that what comes late
goes into a day that is not settled yet. Decision 0043 says why.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from noren.activity.model import PROGRAMME, Kind
from noren.kernel.values import value

FEW: Final = 10
"""Fewer of a company's slips than this, used elsewhere in a month, are not charged to it: the programme bears them."""


class Source(StrEnum):
    """Where a coupon that was shown came from, as settlement asks."""

    CAMPAIGN = "campaign"
    OTHER_SYSTEM = "other-system"
    UNKNOWN = "unknown"
    REFUSED = "refused"


class What(StrEnum):
    """What an entry is for. ``COUPON_OWN``, ``COUPON_REFUSED``: the shop's own to bear, so that nothing is paid."""

    POINTS_ISSUED = "points-issued"
    POINTS_TAKEN_BACK = "points-taken-back"
    POINTS_USED = "points-used"
    POINTS_GIVEN_BACK = "points-given-back"
    POINTS_BROUGHT_IN = "points-brought-in"
    COUPON_TAKEN = "coupon-taken"
    COUPON_RETURNED = "coupon-returned"
    COUPON_CHARGED = "coupon-charged"
    COUPON_OWN = "coupon-own"
    COUPON_REFUSED = "coupon-refused"


_OF_POINTS: Final = {
    Kind.EARN: What.POINTS_ISSUED,
    Kind.TAKE_BACK: What.POINTS_TAKEN_BACK,
    Kind.USE: What.POINTS_USED,
    Kind.GIVE_BACK: What.POINTS_GIVEN_BACK,
    Kind.OPENING: What.POINTS_BROUGHT_IN,
}


class OutOfBalance(Exception):
    """A day's entries do not sum to zero: nothing may be paid by them."""


@value
class Span:
    """Days, both included, in the programme's zone."""

    first: date
    last: date
    zone: ZoneInfo


@value
class PointSum:
    """What one company's points moved by, of one kind and day. ``points`` as members see them: positive came to her."""

    day: date
    partner: str
    kind: Kind
    points: int
    count: int


@value
class CouponSum:
    """Coupons that ``taker`` took on a day, or (``returned``) whose goods all came back on that day.

    ``issuer``: the company whose purchase gave them; the programme where none did.
    """

    day: date
    taker: str
    issuer: str
    source: Source
    returned: bool
    amount: int
    count: int


@value
class Entry:
    """One side of a movement: ``company`` is to get ``amount`` (negative: to pay it) from ``other``.

    The programme is the empty name. ``issuer``: whose slips were taken. ``count``: how many movements.
    """

    day: date
    company: str
    other: str
    what: What
    issuer: str
    count: int
    amount: int


@value
class Payment:
    """What is to be paid over all days together."""

    payer: str
    payee: str
    amount: int


@value
class Statement:
    """A settlement. ``entries`` by day and company; they sum to zero, on each day and in all."""

    first: date
    last: date
    entries: tuple[Entry, ...]

    @property
    def payments(self) -> tuple[Payment, ...]:
        """Who pays whom, over all days: one payment a company."""
        net: defaultdict[str, int] = defaultdict(int)
        for each in self.entries:
            net[each.company] += each.amount
        found = sorted((company, amount) for company, amount in net.items() if company != PROGRAMME and amount)
        return tuple(
            Payment(PROGRAMME, company, amount) if amount > 0 else Payment(company, PROGRAMME, -amount)
            for company, amount in found
        )


class SettlementFeed(Protocol):
    """What settlement reads of the ledger: sums by day and company, no member in them."""

    def point_sums(self, span: Span) -> Sequence[PointSum]:
        """Return what points were booked in a span, by day, company and kind."""
        ...

    def coupon_sums_booked(self, span: Span) -> Sequence[CouponSum]:
        """Return what coupons were taken, and taken back, in a span, by day and companies."""
        ...


def settle(feed: SettlementFeed, span: Span) -> Statement:
    """Return the settlement of a span of days. Raises OutOfBalance."""
    months = Span(span.first.replace(day=1), span.last, span.zone)
    coupons = feed.coupon_sums_booked(months)
    found = [
        *_points(feed.point_sums(span)),
        *_taken(each for each in coupons if each.day >= span.first),
        *_charged(coupons, span),
    ]
    return balanced(Statement(span.first, span.last, tuple(sorted(found, key=_order))))


def balanced(statement: Statement) -> Statement:
    """Return a settlement as it is, when each of its days sums to zero. Raises OutOfBalance."""
    days: defaultdict[date, int] = defaultdict(int)
    for each in statement.entries:
        days[each.day] += each.amount
    wrong = {day: amount for day, amount in days.items() if amount}
    if wrong:
        raise OutOfBalance(", ".join(f"{day}: {amount:+}" for day, amount in sorted(wrong.items())))
    return statement


def of_company(statement: Statement, company: str) -> Statement:
    """Return a company's own part, with the programme's side of it: nothing of another company's is in it."""
    hers = (each for each in statement.entries if company in (each.company, each.other))
    own = tuple(
        Entry(x.day, x.company, x.other, x.what, x.issuer if x.issuer == company else "", x.count, x.amount)
        for x in hers
    )
    return balanced(Statement(statement.first, statement.last, _joined(own)))


def _order(entry: Entry) -> tuple[date, str, str, str, str]:
    return entry.day, entry.company, entry.other, entry.what.value, entry.issuer


def _joined(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Put entries together that differ by a name alone which is not told any more."""
    sums: defaultdict[tuple[date, str, str, What, str], list[int]] = defaultdict(lambda: [0, 0])
    for x in entries:
        both = sums[x.day, x.company, x.other, x.what, x.issuer]
        both[0] += x.count
        both[1] += x.amount
    return tuple(sorted((Entry(*key, *both) for key, both in sums.items()), key=_order))


def _both(day: date, company: str, what: What, issuer: str, count: int, amount: int) -> Iterator[Entry]:
    """Book a movement twice."""
    yield Entry(day, company, PROGRAMME, what, issuer, count, amount)
    yield Entry(day, PROGRAMME, company, what, issuer, count, -amount)


def _points(sums: Iterable[PointSum]) -> Iterator[Entry]:
    for each in sums:
        if each.partner != PROGRAMME:
            yield from _both(each.day, each.partner, _OF_POINTS[each.kind], "", each.count, -each.points)


def _taken(sums: Iterable[CouponSum]) -> Iterator[Entry]:
    """Pay who took a discount off, on the day; what is its own to bear is told and moves nothing."""
    by_what: defaultdict[tuple[date, str, What, str], list[int]] = defaultdict(lambda: [0, 0])
    for each in sums:
        what, pays = _kind_of(each), is_elsewhere(each) or each.source is Source.UNKNOWN
        both = by_what[each.day, each.taker, what, each.issuer if pays else ""]
        both[0] += each.count
        both[1] += (-each.amount if each.returned else each.amount) if pays else 0
    for (day, taker, what, issuer), (count, amount) in by_what.items():
        yield from _both(day, taker, what, issuer, count, amount)


def _kind_of(taken: CouponSum) -> What:
    if taken.source is Source.REFUSED:
        return What.COUPON_REFUSED
    if taken.source is not Source.UNKNOWN and not is_elsewhere(taken):
        return What.COUPON_OWN
    return What.COUPON_RETURNED if taken.returned else What.COUPON_TAKEN


def is_elsewhere(taken: CouponSum) -> bool:
    """Whether another company than the one that took it, or the programme, is to bear a discount."""
    return taken.source is Source.CAMPAIGN and taken.issuer != taken.taker


def _charged(sums: Sequence[CouponSum], span: Span) -> Iterator[Entry]:
    """Charge a month's discounts, on its last day, to the companies whose slips they were: not when they are few."""
    months: defaultdict[tuple[date, str], list[int]] = defaultdict(lambda: [0, 0])
    for each in sums:
        if is_elsewhere(each) and each.issuer != PROGRAMME:
            both = months[_month_end(each.day), each.issuer]
            both[0] += each.count
            both[1] += -each.amount if each.returned else each.amount
    for (day, issuer), (count, amount) in months.items():
        if count >= FEW and day <= span.last:
            yield from _both(day, issuer, What.COUPON_CHARGED, issuer, count, -amount)


def _month_end(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
