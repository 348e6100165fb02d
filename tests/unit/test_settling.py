"""Settlement by itself: every day sums to zero, days add up to months, and a company sees nothing of another's."""

from __future__ import annotations

import random
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from noren.activity.model import PROGRAMME, Kind
from noren.activity.settling import (
    FEW,
    CouponSum,
    Entry,
    OutOfBalance,
    Payment,
    PointSum,
    Source,
    Span,
    Statement,
    What,
    balanced,
    of_company,
    settle,
)

ZONE = ZoneInfo("Asia/Tokyo")
FIRST = date(2026, 9, 15)
DAYS = [FIRST + timedelta(days=n) for n in range(60)]
COMPANIES = ("P1", "P2", "P3")
KINDS = (Kind.EARN, Kind.USE, Kind.TAKE_BACK, Kind.GIVE_BACK, Kind.OPENING)


class Books:
    """Fills ``SettlementFeed``."""

    def __init__(self, points: Sequence[PointSum], coupons: Sequence[CouponSum]) -> None:
        self.points, self.coupons = points, coupons

    def point_sums(self, span: Span) -> list[PointSum]:
        return [each for each in self.points if span.first <= each.day <= span.last]

    def coupon_sums_booked(self, span: Span) -> list[CouponSum]:
        return [each for each in self.coupons if span.first <= each.day <= span.last]


def some_books(chance: random.Random) -> Books:
    def points() -> PointSum:
        kind = chance.choice(KINDS)
        sign = -1 if kind in (Kind.USE, Kind.TAKE_BACK) else 1
        partner = chance.choice((*COMPANIES, PROGRAMME))
        return PointSum(chance.choice(DAYS), partner, kind, sign * chance.randrange(1, 10_000), chance.randrange(1, 9))

    def coupons() -> CouponSum:
        day, taker, issuer = chance.choice(DAYS), chance.choice(COMPANIES), chance.choice((*COMPANIES, PROGRAMME))
        source, returned = chance.choice(list(Source)), chance.random() < 0.2
        count = chance.randrange(1, 4)
        amount = 0 if source is Source.REFUSED else count * chance.randrange(1, 200)
        return CouponSum(day, taker, issuer, source, returned, amount, count)

    return Books([points() for _ in range(200)], [coupons() for _ in range(150)])


@pytest.fixture
def chance() -> random.Random:
    seed = secrets.randbits(32)
    print(f"seed {seed}")
    return random.Random(seed)


def whole(books: Books, first: date = DAYS[0], last: date = DAYS[-1]) -> Statement:
    return settle(books, Span(first, last, ZONE))


def test_each_day_sums_to_zero_and_days_add_up_to_any_span(chance: random.Random) -> None:
    for _ in range(20):
        books = some_books(chance)
        told = whole(books)
        days: Counter[date] = Counter()
        for each in told.entries:
            days[each.day] += each.amount
        assert len(days) > 30
        assert not any(days.values())
        assert [entry for day in DAYS for entry in whole(books, day, day).entries] == list(told.entries)
        paid: Counter[str] = Counter()
        for payment in told.payments:
            assert payment.amount > 0
            paid[payment.payer] -= payment.amount
            paid[payment.payee] += payment.amount
        assert sum(paid.values()) == 0


def test_a_company_sees_its_own_alone_and_the_same_money(chance: random.Random) -> None:
    for _ in range(20):
        told = whole(some_books(chance))
        for company in COMPANIES:
            own = of_company(told, company)
            assert {each.company for each in own.entries} == {company, PROGRAMME}
            names = {name for each in own.entries for name in (each.company, each.other, each.issuer)}
            assert names <= {company, PROGRAMME}
            assert list(own.payments) == [x for x in told.payments if company in (x.payer, x.payee)]


def test_an_entry_without_its_other_side_is_not_told() -> None:
    entries = whole(Books([PointSum(FIRST, "P1", Kind.EARN, 10, 1)], [])).entries
    assert len(entries) == 2
    for broken in (entries[:1], (entries[0], replace(entries[1], amount=entries[1].amount + 1))):
        with pytest.raises(OutOfBalance):
            balanced(Statement(FIRST, FIRST, tuple(broken)))
    moved = (entries[0], replace(entries[1], day=FIRST + timedelta(days=1)))
    with pytest.raises(OutOfBalance):
        balanced(Statement(FIRST, DAYS[1], moved))


def test_points_cost_who_gave_them_and_pay_who_took_them() -> None:
    sums = [
        PointSum(FIRST, "P1", Kind.EARN, 100, 5),
        PointSum(FIRST, "P1", Kind.TAKE_BACK, -10, 1),
        PointSum(FIRST, "P2", Kind.USE, -70, 2),
        PointSum(FIRST, "P2", Kind.GIVE_BACK, 20, 1),
        PointSum(FIRST, "P3", Kind.OPENING, 500, 1),
        PointSum(FIRST, PROGRAMME, Kind.OPENING, 900, 1),
    ]
    assert whole(Books(sums, [])).payments == (
        Payment("P1", PROGRAMME, 90),
        Payment(PROGRAMME, "P2", 50),
        Payment("P3", PROGRAMME, 500),
    )


def took(day: date, count: int, **other: object) -> CouponSum:
    return replace(CouponSum(day, "P2", "P1", Source.CAMPAIGN, False, 50 * count, count), **other)


def amounts(told: Statement) -> dict[tuple[str, What], int]:
    sums: Counter[tuple[str, What]] = Counter()
    for each in told.entries:
        sums[each.company, each.what] += each.amount
    return {key: amount for key, amount in sums.items() if key[0] != PROGRAMME}


def test_who_took_a_slip_is_paid_on_the_day_and_who_gave_it_charged_by_the_month() -> None:
    days = [date(2026, 9, 16), date(2026, 9, 29)]
    books = Books([], [took(days[0], 4), took(days[1], 6), took(days[1], 1, returned=True)])
    assert amounts(whole(books, last=date(2026, 9, 29))) == {
        ("P2", What.COUPON_TAKEN): 500,
        ("P2", What.COUPON_RETURNED): -50,
    }
    told = whole(books, last=date(2026, 9, 30))
    assert amounts(told)["P1", What.COUPON_CHARGED] == -450
    assert {each.day for each in told.entries if each.what is What.COUPON_CHARGED} == {date(2026, 9, 30)}
    assert told.payments == (Payment("P1", PROGRAMME, 450), Payment(PROGRAMME, "P2", 450))
    only_end = whole(books, date(2026, 9, 30), date(2026, 9, 30))
    assert amounts(only_end) == {("P1", What.COUPON_CHARGED): -450}, "the whole month, whatever is asked for"


def test_fewer_slips_than_a_shop_may_learn_of_are_the_programmes_to_bear() -> None:
    few = Books([], [took(FIRST, FEW - 1)])
    assert whole(few).payments == (Payment(PROGRAMME, "P2", 50 * (FEW - 1)),)
    assert not of_company(whole(few), "P1").entries
    assert whole(Books([], [took(FIRST, FEW)])).payments[0] == Payment("P1", PROGRAMME, 50 * FEW)


@pytest.mark.parametrize(
    "own",
    [
        took(FIRST, 20, issuer="P2"),
        took(FIRST, 20, issuer=PROGRAMME, source=Source.OTHER_SYSTEM),
        took(FIRST, 20, issuer=PROGRAMME, source=Source.REFUSED, amount=0),
    ],
)
def test_what_is_a_shops_own_to_bear_is_told_and_moves_nothing(own: CouponSum) -> None:
    told = whole(Books([], [own]))
    assert [each.count for each in told.entries] == [20, 20]
    assert not told.payments


def test_what_no_company_gave_or_nobody_knows_is_the_programmes() -> None:
    unknown = took(FIRST, 20, issuer=PROGRAMME, source=Source.UNKNOWN)
    for sums in ([took(FIRST, 20, issuer=PROGRAMME)], [unknown]):
        told = whole(Books([], sums))
        assert told.payments == (Payment(PROGRAMME, "P2", 1_000),)
        assert {each.what for each in told.entries} == {What.COUPON_TAKEN}
        assert isinstance(told.entries[0], Entry)
