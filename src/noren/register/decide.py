"""The decision on a purchase: pure, so that it can be replayed byte for byte from its facts.

Whatever it needs to know is handed in as :class:`Facts` and :class:`Terms`; whatever it
wants written comes out as a :class:`Sale`. Nothing here reads a clock, a store or a key.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from noren.activity.model import CardState, Coupon, Line, Purchase, ReceiptKey, Redemption
from noren.activity.points import Move, Standing, balance, earn, earned_points, lapse, spend, with_purchase
from noren.kernel.clock import local_date, microseconds
from noren.kernel.say import Say
from noren.kernel.values import value
from noren.register.answers import PointsAnswer, PurchaseAnswer
from noren.register.coupons import NO_COUPONS, Counter, Taken, discounted, take_coupons
from noren.register.offers import points_effect
from noren.register.reach import Reach
from noren.register.refusals import Refusal
from noren.register.requests import PurchaseRequest

PROMPT: Final = timedelta(minutes=10)
MAX_AHEAD: Final = timedelta(hours=48)
_ONE_DAY: Final = 1


@value
class Terms:
    """What holds for a terminal at this moment: its company, rates, terms of receipts."""

    shop: str
    terminal: str
    partner: str
    per: int
    expiry_days: int
    keep_days: int
    zone: ZoneInfo
    received: datetime


@value
class Facts:
    """What the store says about one request. ``standing`` None: the card is not known; ``coupons``: of those shown.

    ``reach``: which lines the filters of those coupons mean.
    """

    entry: int
    name: str
    key: ReceiptKey
    body_hash: bytes
    lines: tuple[Line, ...]
    standing: Standing | None
    card: CardState | None
    code_used: bool = False
    excluded: frozenset[str] = frozenset()
    coupons: tuple[Coupon, ...] = ()
    reach: Reach = field(default_factory=dict[str, tuple[int, ...]])


@value
class Sale:
    """An accepted purchase: what to store, the standing after it, the moves, and the answer."""

    purchase: Purchase
    standing: Standing
    moves: tuple[Move, ...]
    day: int
    answer: bytes
    redemptions: tuple[Redemption, ...] = ()


@dataclass(slots=True)
class _Warned:
    """Collects what an offline sale may not be refused for."""

    words: list[str] = field(default_factory=list[str])


def instant_that_counts(at: datetime, received: datetime) -> datetime:
    """Return t: when received within 10 minutes of ``at``, the receipt's own instant; else the earlier of both."""
    return received if abs(received - at) <= PROMPT else min(at, received)


def check_times(request: PurchaseRequest, terms: Terms) -> Refusal | None:
    """Refuse a business date or an instant out of bounds."""
    at_day = local_date(request.at, terms.zone)
    if abs((request.business_date - at_day).days) > _ONE_DAY:
        return Refusal(
            "bad-field",
            "/business_date",
            Say(
                f"business_date は at の現地の日付（{at_day}）の前後1日以内です。",
                f"business_date lies within one day of at's local date ({at_day}).",
            ),
        )
    if request.at > terms.received + MAX_AHEAD:
        return Refusal("in-the-future", "/at")
    if (local_date(terms.received, terms.zone) - request.business_date).days > terms.keep_days:
        return Refusal("too-old", "/business_date")
    return None


def check_amounts(request: PurchaseRequest) -> Refusal | None:
    """Refuse lines that do not add up, or more points base than amount.

    After the receipt was looked up: a known receipt with one amount changed is a conflict first.
    """
    total = sum([line.amount for line in request.lines])
    if total != request.amount:
        more = Say(
            f"明細の合計は{total}、amount は{request.amount}です。",
            f"Lines sum to {total}, amount is {request.amount}.",
        )
        return Refusal("sum-mismatch", "/amount", more)
    if request.base > request.amount:
        more = Say("points_base は amount 以下です。", "points_base is at most amount.")
        return Refusal("bad-field", "/points_base", more)
    return None


def decide_purchase(request: PurchaseRequest, facts: Facts, terms: Terms, *, offline: bool = False) -> Sale | Refusal:
    """Decide on a purchase whose receipt is new.

    ``offline``: the sale has already happened at the shop, so short points become debt and
    what else can not be honoured is named in ``warnings``.
    """
    warned = _Warned()
    t = instant_that_counts(request.at, terms.received)
    day = local_date(t, terms.zone).toordinal()
    if facts.standing is None or facts.card is None:
        return Refusal("unknown-card", "/card")
    if facts.code_used:
        return Refusal("code-used", "/card")
    if facts.card is not CardState.ACTIVE:
        if not offline:
            return Refusal("blocked-card", "/card")
        warned.words.append("blocked-card")
    standing, lapsed = lapse(facts.standing, day=day, expiry_days=terms.expiry_days)
    refused = _check_use(request, balance(standing, terms.partner), warned, offline=offline)
    if refused is not None:
        return refused
    taken = NO_COUPONS
    if request.coupons:
        counter = Counter(facts.entry, terms.partner, day, request.amount, facts.lines, facts.reach)
        took = take_coupons(request.coupons, facts.coupons, counter, offline=offline)
        if isinstance(took, Refusal):
            return took
        taken, request = took, discounted(request, took.discount, took.off)
        facts = replace(facts, lines=tuple(Line(x.product, x.quantity, x.amount) for x in request.lines))
        warned.words += taken.warnings
        if request.used > request.amount and not offline:
            more = Say("クーポンの値引き後の金額までです。", "At most what is left after the coupons.")
            return Refusal("bad-field", "/points_used", more)
    return _settle(request, facts, terms, warned, standing, lapsed, day, taken)


def _check_use(request: PurchaseRequest, usable: int, warned: _Warned, *, offline: bool) -> Refusal | None:
    used = request.used
    if used > max(0, usable):
        if not offline:
            more = Say(f"使えるのは{max(0, usable)}ポイントまでです。", f"At most {max(0, usable)} points can be used.")
            return Refusal("points-short", "/points_used", more)
        if used <= request.amount:
            warned.words.append("points-short")
    if used > request.amount:
        more = Say("points_used は amount 以下です。", "points_used is at most amount.")
        return Refusal("bad-field", "/points_used", more)
    return None


def _settle(
    request: PurchaseRequest,
    facts: Facts,
    terms: Terms,
    warned: _Warned,
    standing: Standing,
    lapsed: tuple[Move, ...],
    day: int,
    taken: Taken,
) -> Sale:
    """Settle a purchase whose coupons are off already."""
    base = request.base
    if facts.excluded:
        base = min(base, sum(x.amount for x in request.lines if x.product not in facts.excluded))
    earned = earned_points(base=base, used=request.used, per=terms.per)
    standing, spent = spend(standing, partner=terms.partner, points=request.used, day=day)
    standing, gained = earn(standing, partner=terms.partner, points=earned, day=day)
    bonus_effects: list[dict[str, Any]] = []
    for bonus in taken.bonuses:
        points = bonus.of(facts.lines, base, request.used, terms.per, facts.excluded)
        standing, more = earn(standing, partner=terms.partner, points=points, day=day)
        gained += more
        bonus_effects += [points_effect(bonus.campaign, points)] if points else []
    gained_in_all = sum(move.points for move in gained)
    member = standing.member
    answer = msgspec.json.encode(
        PurchaseAnswer(
            facts.name,
            PointsAnswer(earned, request.used, balance(standing, terms.partner)),
            taken.effects + bonus_effects,
            tuple(warned.words),
        )
    )
    purchase = Purchase(
        entry=facts.entry,
        handle=member.handle,
        key=facts.key,
        body_hash=facts.body_hash,
        shop=terms.shop,
        partner=terms.partner,
        terminal=terms.terminal,
        receipt=request.receipt,
        at=microseconds(request.at),
        received=microseconds(terms.received),
        amount=request.amount,
        amount_left=request.amount,
        base_left=base,
        used_left=request.used,
        earned=gained_in_all,
        earned_left=gained_in_all,
        per=terms.per,
        previous=member.last_purchase,
        imported=False,
        lines=None if member.points_only else facts.lines,
        answer=answer,
    )
    linked = Standing(with_purchase(member, facts.entry), standing.lots)
    return Sale(purchase, linked, lapsed + spent + gained, day, answer, taken.redemptions)


def receipt_day(business_date: date) -> int:
    """Return the day by which receipts are kept together."""
    return business_date.toordinal()
