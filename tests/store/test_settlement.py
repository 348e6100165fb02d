"""Settlement of the real ledger, on both engines, against an accountant who only read what the tills were told.

Random sales, offline ones of days before, returns whole and in part, slips used at home and elsewhere, coupons of
another system and ones that are refused. Every statement sums to zero, is the ledger's own accounts, and a day that
was settled stays as it was.
"""

from __future__ import annotations

import itertools
import random
import secrets
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from tests.crash.ledger_orders import BEGIN, KEYS, SELLERS, TOKYO, decide

from noren.activity import enrolment, erasing, forgetting, thinning
from noren.activity.model import PROGRAMME, Changes, Coupon, Kind, Traits
from noren.activity.ports import AuditFeed
from noren.activity.settling import FEW, Payment, Span, Statement, What, settle
from noren.kernel.clock import local_date, microseconds
from noren.register.jobs import Answered, Moment, PurchaseJob, ReturnJob, Seller
from noren.register.names import read_name
from noren.register.requests import LineRequest, PurchaseRequest, ReturnLineRequest, ReturnRequest
from noren.testing.ledger_engines import LedgerPlace

DAYS = 12
KINDS = (Kind.EARN, Kind.TAKE_BACK, Kind.USE, Kind.GIVE_BACK, Kind.OPENING)
Account = tuple[date, str, What]


@dataclass
class Sold:
    """A purchase that a till made, and the coupons that were taken with it."""

    name: str
    seller: Seller
    lines: list[int]
    taken: list[tuple[str, str, int]] = field(default_factory=list[tuple[str, str, int]])
    gone: bool = False


class Shops:
    """Tills that sell at random, and an accountant who writes down what they answered."""

    def __init__(self, place: LedgerPlace, chance: random.Random) -> None:
        self.chance, self.store, self.till, self.now = chance, place.store(), place.till_store(), BEGIN
        self.numbers = itertools.count(1)
        self.cards = {f"2980{n:012d}": self._enrol(f"2980{n:012d}") for n in range(4)}
        self.sold: list[Sold] = []
        self.issuers: dict[str, tuple[str, str]] = {}
        self.book: Counter[Account] = Counter()
        self.elsewhere: defaultdict[tuple[int, int, str], list[int]] = defaultdict(lambda: [0, 0])
        with self.store.batch() as batch:
            batch.turn_days(self.today.toordinal() - 9, self.today.toordinal() + 60, before=0)

    @property
    def today(self) -> date:
        return local_date(self.now, TOKYO)

    @property
    def moment(self) -> Moment:
        return Moment(self.now, TOKYO, 365, 400)

    def _enrol(self, card: str) -> bytes:
        arrival = enrolment.Arrival((KEYS.cards(card),), Traits())
        (handle,) = enrolment.enrol(self.store, arrivals=[arrival])
        assert handle is not None
        return handle

    def give(self, card: str, issuer: str, issued_by: int, campaign: str = "coffee", returns: str = "keep") -> str:
        """Give a member a slip of 30 off, good everywhere."""
        barcode, day = f"29{next(self.numbers):011d}", self.today.toordinal()
        made = Coupon(
            secrets.token_bytes(16), self.cards[card], barcode, "券", "slip", 30, 0, (), day - 30, day + 60,
            campaign=campaign, issued_by=issued_by, value=30, stack="with-others" if campaign else "", returns=returns,
        )  # fmt: skip
        with self.store.batch() as batch:
            batch.write(Changes(coupons=[made]))
        self.issuers[barcode] = (issuer, campaign)
        return barcode

    def sell(self, seller: Seller, card: str, coupons: list[str], *, used: int = 0, late: int = 0) -> Sold:
        """Sell three things; late: the shop was offline for so many days."""
        at = self.now - timedelta(days=late, minutes=1)
        lines = [LineRequest(f"p{n}", 1, self.chance.randrange(100, 900)) for n in range(3)]
        amount = sum(each.amount for each in lines)
        request = PurchaseRequest(
            str(next(self.numbers)), at.astimezone(TOKYO).date(), at, card, lines, amount, points_used=used,
            coupons=coupons,
        )  # fmt: skip
        said = self._decide(PurchaseJob(request, seller, KEYS, offline=late > 0))
        points, made = said["points"], Sold(said["purchase"], seller, [each.amount for each in lines])
        self._write(seller.partner, What.POINTS_ISSUED, -points["earned"])
        self._write(seller.partner, What.POINTS_USED, points["used"])
        refused = {each.partition(":")[2] for each in said.get("warnings", [])}
        effects = [each["discount"] for each in said["effects"] if each["type"] == "redeem_coupon"]
        taken = [each for each in coupons if each not in refused]
        for barcode, discount in zip(taken, effects, strict=True):
            issuer, campaign = self.issuers[barcode]
            if campaign and issuer != seller.partner:
                made.taken.append((barcode, issuer, discount))
                self._claim(seller.partner, issuer, discount, What.COUPON_TAKEN)
        self.sold.append(made)
        return made

    def bring_back(self, sold: Sold, *, whole: bool) -> None:
        """Bring one thing back, or all that is left of it."""
        left = self._left(sold)
        lines = left if whole else left[:1]
        said = self._decide(ReturnJob(sold.name, ReturnRequest(f"r{next(self.numbers)}", lines), sold.seller, KEYS))
        points = said["points"]
        self._write(sold.seller.partner, What.POINTS_TAKEN_BACK, points["taken_back"])
        self._write(sold.seller.partner, What.POINTS_GIVEN_BACK, -points["given_back"])
        sold.gone = len(lines) == len(left)
        for _, issuer, discount in sold.taken if sold.gone else ():
            self._claim(sold.seller.partner, issuer, -discount, What.COUPON_RETURNED)

    def _left(self, sold: Sold) -> list[ReturnLineRequest]:
        from noren.register.returning import lines_left

        entry = read_name(KEYS.purchase_id, sold.name)
        assert entry is not None
        with self.store.batch() as batch:
            left = lines_left(batch.purchases([entry])[entry], batch.returns(entry))
        return [ReturnLineRequest(x.line, x.quantity_left, x.amount_left) for x in left if x.quantity_left]

    def _claim(self, taker: str, issuer: str, discount: int, what: What) -> None:
        self._write(taker, what, discount)
        if issuer != PROGRAMME:
            both = self.elsewhere[self.today.year, self.today.month, issuer]
            both[0] += 1
            both[1] += discount

    def _write(self, partner: str, what: What, amount: int) -> None:
        self.book[self.today, partner, what] += amount

    def _decide(self, job: PurchaseJob | ReturnJob) -> dict[str, Any]:
        (outcome,) = decide(self.till, [job], self.moment)
        assert isinstance(outcome, Answered), outcome
        return msgspec.json.decode(outcome.body, type=dict[str, Any])

    def a_day(self) -> None:
        """Do some things, and let it be the next day."""
        for _ in range(self.chance.randrange(4, 9)):
            self._something()
        self.now += timedelta(days=1)

    def _something(self) -> None:
        chance, seller, card = self.chance, self.chance.choice(SELLERS), self.chance.choice(list(self.cards))
        back = [each for each in self.sold if not each.gone]
        if back and chance.random() < 0.25:
            self.bring_back(chance.choice(back), whole=chance.random() < 0.6)
            return
        slips: list[str] = []
        for _ in range(chance.choice((0, 1, 1, 2))):
            giver = self.sell(self.chance.choice(SELLERS), card, [])
            issued_by = chance.choice((read_name(KEYS.purchase_id, giver.name), 0)) or 0
            issuer = giver.seller.partner if issued_by else PROGRAMME
            campaign, after = chance.choice(("coffee", "coffee", "")), chance.choice(("keep", "give-back"))
            slips.append(self.give(card, issuer, issued_by, campaign, after))
        late = chance.choice((0, 0, 0, 2, 5))
        shown = (
            [*slips, "2900000000000"] if late else slips[:1] if any(not self.issuers[x][1] for x in slips) else slips
        )
        self.sell(seller, card, shown, used=chance.choice((0, 0, 1, 3)) if late else 0, late=late)

    def expected(self, first: date, last: date) -> dict[Account, int]:
        """Return what the accountant says of some days."""
        told = {key: amount for key, amount in self.book.items() if first <= key[0] <= last}
        for (year, month, issuer), (count, amount) in self.elsewhere.items():
            end = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
            if count >= FEW and first <= end <= last:
                told[end, issuer, What.COUPON_CHARGED] = -amount
        return {key: amount for key, amount in told.items() if amount}


@pytest.fixture
def shops(place: LedgerPlace) -> Iterator[Shops]:
    seed = secrets.randbits(32)
    print(f"seed {seed}")
    made = Shops(place, random.Random(seed))
    yield made
    made.store.close()
    made.till.close()


def span(first: date, last: date) -> Span:
    return Span(first, last, TOKYO)


def told(statement: Statement) -> dict[Account, int]:
    sums: Counter[Account] = Counter()
    for each in statement.entries:
        if each.company != PROGRAMME:
            sums[each.day, each.company, each.what] += each.amount
    return {key: amount for key, amount in sums.items() if amount}


def is_zero(statement: Statement) -> bool:
    return not sum(each.amount for each in statement.entries)


def closed(place: LedgerPlace) -> Counter[tuple[str, int]]:
    return Counter({(row[0], row[1]): row[2] for row in place.rows()["closing"]})


def assert_ties_out(place: LedgerPlace, statement: Statement) -> None:
    """What was settled, with the erased members' part, is what stands in the companies' accounts."""
    accounts = {(row[0], row[1]): row[2] for row in place.rows()["account"] if row[0] and row[1] in KINDS}
    settled: Counter[tuple[str, int]] = Counter()
    of = dict(zip(KINDS, (What.POINTS_ISSUED, What.POINTS_TAKEN_BACK, What.POINTS_USED, What.POINTS_GIVEN_BACK,
                          What.POINTS_BROUGHT_IN), strict=True))  # fmt: skip
    for (_, company, what), amount in told(statement).items():
        settled.update({(company, kind): amount for kind, named in of.items() if named is what})
    gone = closed(place)
    assert accounts == {key: settled[key] - gone[key] for key in accounts}
    assert accounts


def test_what_the_tills_answered_is_what_is_settled(shops: Shops, place: LedgerPlace, feed: AuditFeed) -> None:
    first, settled = shops.today, dict[date, Statement]()
    for _ in range(DAYS):
        shops.a_day()
        yesterday = shops.today - timedelta(days=1)
        settled[yesterday] = settle(feed, span(yesterday, yesterday))
    last = shops.today - timedelta(days=1)
    whole = settle(feed, span(first, last))
    assert is_zero(whole)
    assert told(whole) == shops.expected(first, last)
    assert_ties_out(place, whole)
    for day, before in settled.items():
        assert settle(feed, span(day, day)) == before, "a day that was settled has changed"
    assert {What.COUPON_TAKEN, What.POINTS_TAKEN_BACK} <= {each.what for each in whole.entries}


def test_a_day_that_was_settled_stays_when_a_purchase_is_forgotten(shops: Shops, feed: AuditFeed) -> None:
    card = next(iter(shops.cards))
    entry = read_name(KEYS.purchase_id, shops.sell(SELLERS[0], card, [], late=3).name)
    assert entry is not None
    days = span(shops.today - timedelta(days=9), shops.today)
    before = settle(feed, days)
    assert {each.day for each in before.entries} == {shops.today}, "what comes late is booked on the day it comes"
    assert forgetting.ask(
        shops.store, handle=shops.cards[card], entry=entry, line=forgetting.WHOLE, now_us=microseconds(shops.now)
    )
    with shops.store.batch() as batch:
        assert forgetting.forget(batch, feed.forgetting(), thinning.day_of(TOKYO))
    assert settle(feed, days) == before


def test_books_still_sum_to_zero_and_tie_out_when_members_are_erased(
    shops: Shops, place: LedgerPlace, feed: AuditFeed
) -> None:
    first = shops.today
    shops.sell(SELLERS[0], next(iter(shops.cards)), [])  # whoever goes has bought something, whatever chance says
    for _ in range(4):
        shops.a_day()
    days = span(first, shops.today)
    before = settle(feed, days)
    gone = shops.cards.pop(next(iter(shops.cards)))
    assert erasing.erase(shops.store, handle=gone, day=shops.today.toordinal(), now_us=microseconds(shops.now))
    after = settle(feed, days)
    assert is_zero(after)
    assert after != before
    assert_ties_out(place, after)


def test_a_whole_return_takes_the_claim_back_and_a_slip_given_back_is_claimed_anew(
    shops: Shops, feed: AuditFeed
) -> None:
    p1, p2 = SELLERS[0], SELLERS[2]
    card, day = next(iter(shops.cards)), shops.today
    for returns in ("keep", "give-back"):
        issued_by = read_name(KEYS.purchase_id, shops.sell(p1, card, []).name)
        assert issued_by is not None
        slip = shops.give(card, "P1", issued_by, returns=returns)
        part = shops.sell(p2, card, [slip])
        shops.bring_back(part, whole=False)
        shops.now += timedelta(days=1)
        shops.bring_back(part, whole=True)
        if returns == "give-back":
            shops.sell(p2, card, [slip])
    coupons = {key: n for key, n in told(settle(feed, span(day, shops.today))).items() if "coupon" in key[2]}
    alone = [settle(feed, span(each, each)) for each in (day + timedelta(days=n) for n in range(3))]
    assert [x for each in alone for x in each.entries] == [*settle(feed, span(day, shops.today)).entries]
    assert coupons == {
        (day, "P2", What.COUPON_TAKEN): 30,
        (day + timedelta(days=1), "P2", What.COUPON_RETURNED): -30,
        (day + timedelta(days=1), "P2", What.COUPON_TAKEN): 30,
        (day + timedelta(days=2), "P2", What.COUPON_RETURNED): -30,
        (day + timedelta(days=2), "P2", What.COUPON_TAKEN): 30,
    }


def test_a_slip_whose_giver_is_not_known_any_more_is_the_programmes(shops: Shops, feed: AuditFeed) -> None:
    card, day = next(iter(shops.cards)), shops.today
    issued_by = read_name(KEYS.purchase_id, shops.sell(SELLERS[0], card, []).name)
    assert issued_by is not None
    shops.sell(SELLERS[2], card, [shops.give(card, "P1", issued_by)])
    with shops.store.batch() as batch:
        batch.drop_coupons(day.toordinal() + 400)
    (taken,) = [x for x in settle(feed, span(day, day)).entries if x.what is What.COUPON_TAKEN and x.company]
    assert (taken.company, taken.issuer, taken.amount) == ("P2", PROGRAMME, 30)


def test_the_accountants_control_fails_when_a_posting_is_lost(
    shops: Shops, place: LedgerPlace, feed: AuditFeed
) -> None:
    first = shops.today
    shops.sell(SELLERS[0], next(iter(shops.cards)), [])
    place.change_by_hand("UPDATE posting SET points = points + 1 WHERE kind = 1")
    whole = settle(feed, span(first, first))
    assert is_zero(whole)
    assert told(whole) != shops.expected(first, first)
    with pytest.raises(AssertionError):
        assert_ties_out(place, whole)
    assert whole.payments[0] != Payment("P1", PROGRAMME, 0)


def test_a_day_begins_at_local_midnight(shops: Shops, feed: AuditFeed) -> None:
    card = next(iter(shops.cards))
    for hour, minute in ((23, 59), (24, 0)):
        shops.now = datetime(2026, 11, 30, tzinfo=TOKYO) + timedelta(hours=hour, minutes=minute)
        shops.sell(SELLERS[0], card, [])
    days = [date(2026, 11, 30), date(2026, 12, 1)]
    whole = settle(feed, span(*days))
    assert [each.day for each in whole.entries if each.company] == days
    assert told(whole) == shops.expected(*days)
