"""Members' lives through the real ledger, and beside it what a plain mind remembers of them: a naive world."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import msgspec
from tests.crash.ledger_orders import KEYS, decide
from tests.property import naive_world as w
from tests.property.naive_random import VALUES, Conditions
from tests.property.naive_till import TillConditions

from noren.activity import enrolment, model
from noren.activity.sweeping import Broom, drop_receipts
from noren.activity.tiering import work_out
from noren.activity.tiers import Rules as TierRules
from noren.activity.tiers import RulesRow, RulesState, text_of
from noren.audience.judging import has_basket
from noren.audience.language import Condition
from noren.audience.live import Place
from noren.audience.standings import LiveCondition, Rules
from noren.identity.traits import age_band, band_year
from noren.kernel.clock import microseconds
from noren.register.campaigns import CampaignBook
from noren.register.history import Past, import_purchases
from noren.register.jobs import Answered, Moment, PurchaseJob, ReturnJob, Seller
from noren.register.names import read_name
from noren.register.requests import LineRequest, PurchaseRequest, ReturnLineRequest, ReturnRequest
from noren.register.till_keys import ReceiptKeys
from noren.testing.ledger_engines import LedgerPlace
from noren.testing.standings import FakeConditions, FakeOldLines, FakeShops

EXPIRY_DAYS, KEEP_DAYS = 60, 45
SELLERS = (Seller("s1", "1", "P", 100), Seller("s2", "1", "P", 100), Seller("s3", "1", "Q", 50))
SHOPS = {"s1": Place("s1", "P", "grocery"), "s2": Place("s2", "P", "books"), "s3": Place("s3", "Q", None)}
RECEIPT_KEYS = ReceiptKeys(KEYS.card_index, KEYS.receipt_index, KEYS.body_hash, KEYS.purchase_id, edition=KEYS.edition)
PRODUCTS = ["p0", "p1", "p2", "p3", "p4", "p5"]
ATTRIBUTES = ("category", "department", "brand", "maker")
Back = tuple[datetime, list[tuple[int, int, int]]]


@dataclass
class Holder:
    name: str
    card: str
    handle: bytes
    traits: w.Member
    told_year: int
    points_only: bool = False


@dataclass
class Bought:
    owner: Holder
    name: str
    entry: int
    request: PurchaseRequest
    seller: Seller
    received: datetime
    points: int
    kept: bool
    back: list[Back] = field(default_factory=list)
    imported: bool = False
    gone: list[tuple[datetime, int]] = field(default_factory=list)

    def lines(self, now: datetime) -> tuple[w.Line, ...]:
        left = [[one.product, one.quantity, one.amount] for one in self.request.lines]
        for at, lines in self.back:
            for line, quantity, amount in lines if at <= now else ():
                left[line][1] -= quantity
                left[line][2] -= amount
        return tuple(w.Line(*one) for one in left)


class Life:
    """One ledger, some members, and what happens to them.

    ``baskets``: so many conditions in force speak of the basket in hand.
    """

    def __init__(
        self,
        rng: Random,
        place: LedgerPlace,
        zone: str = "Asia/Tokyo",
        members: int = 5,
        allowed: Callable[[Condition], bool] = lambda _: True,
        baskets: int = 0,
    ) -> None:
        self.rng, self.place, self.zone, self.allowed, self.baskets = rng, place, ZoneInfo(zone), allowed, baskets
        day = rng.choice(
            [date(2026, 1, 20), date(2026, 2, 24), date(2026, 3, 20), date(2026, 10, 10), date(2028, 2, 10)]
        )
        self.now = datetime.combine(day, time(10, 30), tzinfo=self.zone).astimezone(UTC)
        self.store, self.feed = place.store(), place.feed()
        self.rules = Rules(self.zone, EXPIRY_DAYS)
        self.conditions, self.shops, self.old = FakeConditions(), FakeShops(dict(SHOPS)), FakeOldLines()
        self.products: dict[str, dict[str, str | None]] = {}
        self.lists = {"l1": ["A", "p1", "s1"], "l2": ["B", "Private", "Q"]}
        self.holders: list[Holder] = []
        self.bought: list[Bought] = []
        self.horizon: date | None = None
        self.numbers = itertools.count(1)
        self.tiers: tuple[TierRules, datetime] | None = None
        self.book: CampaignBook | None = None
        self._room()
        for number in range(members):
            self.enrol(f"m{number}")
        self.change_products(PRODUCTS[:4])

    # --- what happens

    def step(self) -> str:
        """Let something happen; return what it was."""
        rng = self.rng
        names = [
            *[self.sell] * 9, self.sell_late, self.sell_late, self.resend, self.bring_back, self.bring_back, self.merge,
            self.change_traits, self.change_products, self.change_conditions, self.choose_points_only,
            self.bring_history, self.thin, self.wait, self.wait, self.wait_for_midnight, self.change_lists, self.redeem,
            *[self.publish_tiers] * 3 * (self.tiers is None),
        ]  # fmt: skip
        done = rng.choice(names)
        done()
        self.work_out_tiers()
        return done.__name__

    def sell(self, ago: timedelta | None = None, offline: bool = False) -> None:
        rng = self.rng
        at = self.now - (timedelta(seconds=rng.choice([0, 5, 40])) if ago is None else ago)
        if ago is None and rng.random() < 0.4:
            at = at.replace(second=0, microsecond=0)  # a register that knows minutes: two purchases have one instant
        lines = [
            (rng.choice(VALUES["product"]), rng.choice([1, 1, 2, 3]), rng.choice([0, 10, 50, 100, 100, 250]))
            for _ in range(rng.randint(1, 4))
        ]
        self.buy(rng.choice(self.holders), lines, at, rng.choice(SELLERS), offline)

    def buy(
        self,
        holder: Holder,
        lines: Sequence[tuple[str, int, int]],
        at: datetime | None = None,
        seller: Seller = SELLERS[0],
        offline: bool = False,
    ) -> Bought:
        when = self.now if at is None else at
        request = PurchaseRequest(
            receipt=str(next(self.numbers)),
            business_date=when.astimezone(self.zone).date(),
            at=when,
            card=holder.card,
            lines=[LineRequest(*line) for line in lines],
            amount=sum(amount for _, _, amount in lines),
        )
        (outcome,) = self._decide(PurchaseJob(request, seller, KEYS, offline))
        assert isinstance(outcome, Answered), outcome
        said = msgspec.json.decode(outcome.body)
        entry = read_name(KEYS.purchase_id, said["purchase"])
        assert entry is not None
        kept, points = not holder.points_only, said["points"]["earned"]
        bought = Bought(holder, said["purchase"], entry, request, seller, self.now, points, kept)
        self.bought.append(bought)
        self.now += timedelta(seconds=1)
        if self.rng.random() < 0.3:
            self.fill_lake()
        return bought

    def fill_lake(self) -> None:
        """Let the lake know who bought what until now: it is a little behind, and so are its handles."""
        there = {entry for entry, _, _ in self.old.buyers}
        self.old.buyers += [
            (one.entry, one.owner.handle, line.product)
            for one in self.bought
            for line in one.request.lines
            if one.entry not in there and one.kept
        ]

    def sell_late(self) -> None:
        rng = self.rng
        self.sell(timedelta(days=rng.choice([0, 1, 3, 20]), hours=rng.randint(0, 23), minutes=1), offline=True)

    def resend(self) -> None:
        if self.bought:
            one = self.rng.choice(self.bought)
            if not one.imported:
                self._decide(PurchaseJob(one.request, one.seller, KEYS, True))

    def bring_back(self) -> None:
        if not self.bought:
            return
        one = self.rng.choice(self.bought[-4:])
        left = one.lines(self.now)
        what = [(n, line) for n, line in enumerate(left) if line.quantity > 0 and one.kept]
        if not what:
            return
        number, line = self.rng.choice(what)
        quantity = self.rng.randint(1, line.quantity)
        self.give_back(one, number, quantity, line.amount if quantity == line.quantity else line.amount // 2)

    def give_back(self, one: Bought, number: int, quantity: int, amount: int) -> None:
        request = ReturnRequest(f"r-{next(self.numbers)}", [ReturnLineRequest(number, quantity, amount)])
        (outcome,) = self._decide(ReturnJob(one.name, request, one.seller, KEYS))
        if isinstance(outcome, Answered):
            kept = [] if one.owner.points_only else [(number, quantity, amount)]
            one.back.append((self.now, kept))
            one.gone.append((self.now, amount))
        self.now += timedelta(seconds=1)

    def merge(self) -> None:
        if len(self.holders) < 3:
            return
        old, new = self.rng.sample(self.holders, 2)
        self.join(old, new)

    def join(self, old: Holder, new: Holder) -> None:
        self.holders.remove(old)
        day = self.now.astimezone(self.zone).date().toordinal()
        assert enrolment.merge(self.store, source=old.handle, target=new.handle, day=day, expiry_days=EXPIRY_DAYS)
        for one in self.bought:
            if one.owner is old:
                one.owner = new
        new.points_only = new.points_only or old.points_only

    def change_traits(self) -> None:
        holder = self.rng.choice(self.holders)
        holder.traits, holder.told_year = self._invent(holder.name), band_year(self._today())
        with self.store.batch() as batch:
            batch.set_traits(holder.handle, self.told(holder.traits))

    def change_products(self, which: list[str] | None = None) -> None:
        rng = self.rng
        for product in which or rng.sample(PRODUCTS, 2):
            self.products[product] = {name: rng.choice([*VALUES[name], None]) for name in ATTRIBUTES}
        self.put_products()

    def put_products(self) -> None:
        rows = [(name, None, *(held[each] for each in ATTRIBUTES), None) for name, held in self.products.items()]
        with self.store.batch() as batch:
            batch.put_products(rows)

    def change_conditions(self) -> None:
        if self.conditions.now:
            some = self.rng.sample(self.conditions.now, len(self.conditions.now) // 2)
            self.put_conditions(len(self.conditions.now), some)

    def put_conditions(self, count: int, kept: Sequence[LiveCondition] = ()) -> None:
        """Put so many conditions in force, some of them those of before."""
        plain, of_baskets = Conditions(self.rng, self.world()), TillConditions(self.rng, self.world())
        found = list(kept)
        lacking = self.baskets - sum(has_basket(one.condition) for one in found)
        while len(found) < count:
            condition = (of_baskets if lacking > 0 else plain).condition()
            if self.allowed(condition):
                found.append(LiveCondition(f"c{next(self.numbers)}", condition))
                lacking -= has_basket(condition)
        self.conditions.put(found, {name: frozenset(values) for name, values in self.lists.items()})

    def change_lists(self) -> None:
        self.lists["l1"] = self.rng.sample(["A", "B", "p1", "p2", "s1", "s3", "P", "Private"], 3)
        self.conditions.put(lists={name: frozenset(values) for name, values in self.lists.items()})

    def choose_points_only(self) -> None:
        holder = self.rng.choice(self.holders)
        holder.points_only = not holder.points_only and self.rng.random() < 0.5
        self.set_points_only(holder, on=holder.points_only)

    def set_points_only(self, holder: Holder, *, on: bool) -> None:
        holder.points_only = on
        assert enrolment.set_points_only(self.store, handle=holder.handle, on=on)

    def wait_days(self, days: int) -> None:
        self.go(self.now + timedelta(days=days))

    def bring_history(self) -> None:
        rng = self.rng
        at = self.now - timedelta(days=rng.randint(1, 90), hours=rng.randint(0, 23))
        lines = [LineRequest(rng.choice(VALUES["product"]), 1, rng.choice([10, 100])) for _ in range(2)]
        self.bring_in(rng.choice(self.holders), lines, at, rng.choice(SELLERS))

    def bring_in(self, holder: Holder, lines: list[LineRequest], at: datetime, seller: Seller) -> None:
        amount = sum(line.amount for line in lines)
        request = PurchaseRequest(
            str(next(self.numbers)), at.astimezone(self.zone).date(), at, holder.card, lines, amount
        )
        past = Past(seller.shop, seller.terminal, seller.partner, request)
        before = self.feed.last_entry()
        assert import_purchases(self.store, keys=RECEIPT_KEYS, purchases=[past], received=self.now) == ["imported"]
        entry = self.feed.last_entry()
        assert entry == before + 1
        self.bought.append(
            Bought(holder, "", entry, request, seller, self.now, 0, not holder.points_only, imported=True)
        )

    def redeem(self) -> None:
        """Give a coupon of a campaign; perhaps it was used with one of her purchases."""
        holder = self.rng.choice(self.holders)
        mine = [one for one in self.bought if one.owner is holder and not one.imported]
        day, campaign = self._today().toordinal(), self.rng.choice(["c1", "c2"])
        coupon = model.Coupon(
            self.rng.randbytes(16), holder.handle, "2990", "割引", "off", 10, 0, (),
            day - self.rng.randint(0, 3), day + 9, campaign=campaign,
        )  # fmt: skip
        changes = model.Changes(coupons=[coupon])
        if mine and self.rng.random() < 0.6:
            entry = self.rng.choice(mine).entry
            changes.redemptions.append(model.Redemption(entry, next(self.numbers), "2990", coupon.coupon, "P", 10, day))
        with self.store.batch() as batch:
            batch.write(changes)

    def thin(self) -> None:
        """Let the lines past their term go; the lake has them."""
        now = self.now + timedelta(days=3650)
        for one in self.bought:
            if one.kept:
                left = one.lines(now)
                self.old.known[one.entry] = [model.Line(x.product or "", x.quantity, x.amount) for x in left]
        broom = Broom(self.store, self.feed, nullcontext(), lambda _: None)
        before = self._today().toordinal() - KEEP_DAYS
        drop_receipts(broom, before_day=before, up_to_entry=10**9, up_to_return=10**9)

    def publish_tiers(self) -> None:
        """Publish rules of tiers that hold from today on."""
        levels = [
            {"id": name, "title": {"ja": name, "en": name}, "threshold": least}
            for name, least in (("bronze", 0), ("silver", 150), ("gold", 500))
        ]
        said = {"from": self._today(), "measure": "spend", "window": "last-months", "months": 2, "level": levels}
        self.tiers = msgspec.convert(said, TierRules), self.now
        now = microseconds(self.now)
        with self.store.batch() as batch:
            batch.put_tier_rules(RulesRow(1, RulesState.PUBLISHED, text_of(self.tiers[0]), "a", "b", now, now))

    def work_out_tiers(self) -> None:
        """Do the ledger-worker's pass over months that are due."""
        broom = Broom(self.store, self.feed, nullcontext(), lambda _: None)
        work_out(broom, self.feed, now_us=microseconds(self.now), today=self._today(), zone=self.zone)

    def tier(self, holder: Holder) -> str | None:
        """Return her tier as a plain mind works it out."""
        if self.tiers is None:
            return None
        rules, published = self.tiers
        first = self._today().replace(day=1)
        begin, end = (first - timedelta(days=1)).replace(day=1), first
        begin = (begin - timedelta(days=1)).replace(day=1)
        as_of = max(datetime.combine(first, time(), tzinfo=self.zone), published)
        spent = 0
        for one in self.bought:
            day = one.request.at.astimezone(self.zone).date()
            if one.owner is holder and begin <= day < end and one.received < as_of:
                spent += one.request.amount - sum(amount for at, amount in one.gone if at < as_of)
        return [level.id for level in rules.level if spent >= level.threshold][-1]

    def wait(self) -> None:
        self.go(self.now + timedelta(hours=self.rng.choice([1, 5, 24, 24, 72, 300, 700]), microseconds=1))

    def wait_for_midnight(self) -> None:
        midnight = datetime.combine(self._today() + timedelta(days=1), time(), tzinfo=self.zone).astimezone(UTC)
        self.go(midnight - self.rng.choice([timedelta(), timedelta(microseconds=1)]))

    def enrol(self, name: str) -> None:
        card = f"29800000000{len(self.holders):05d}"
        traits = self._invent(name)
        arrival = enrolment.Arrival((KEYS.cards(card),), self.told(traits))
        (handle,) = enrolment.enrol(self.store, arrivals=[arrival])
        assert handle is not None
        self.holders.append(Holder(name, card, handle, traits, band_year(self._today())))

    # --- what a plain mind knows of it

    def world(self) -> w.World:
        """Everything as of now."""
        local = self.now.astimezone(self.zone)
        world = w.World(self.zone, local, [self._member(one) for one in self.holders], dict(self.products), [])
        world.horizon = self.horizon
        world.lists = {name: list(values) for name, values in self.lists.items()}
        world.purchases = [
            w.Purchase(
                one.owner.name, str(one.entry), one.request.at.astimezone(self.zone), one.seller.shop,
                one.seller.partner,
                self.shops.known[one.seller.shop].industry, one.lines(self.now), one.points,
                one.received.astimezone(self.zone),
            )
            for one in self.bought
            if one.kept
        ]  # fmt: skip
        for holder in self.holders:
            self._add_points_and_coupons(world, holder)
        return world

    def _add_points_and_coupons(self, world: w.World, holder: Holder) -> None:
        member = self.feed.member(holder.handle)
        assert member is not None
        if member.pool:
            last = date.fromordinal(member.last_movement + EXPIRY_DAYS) if member.pool > 0 else None
            world.lots.append(w.Lot(holder.name, member.pool, last))
        ats = {one.entry: one.request.at for one in self.bought}
        for each in self.feed.campaign_coupons(holder.handle):
            first = datetime.combine(date.fromordinal(each.first_day), time(), tzinfo=self.zone)
            world.messages.append(w.Message(holder.name, each.campaign, first, "coupon"))
        with self.store.batch() as batch:
            for coupon in batch.coupons(holder.handle, ["2990"]):
                if coupon.used:
                    at = ats[coupon.used].astimezone(self.zone)
                    world.redemptions.append(w.Message(holder.name, coupon.campaign, at, "redeemed"))

    def _member(self, holder: Holder) -> w.Member:
        traits = replace(holder.traits, tier=self.tier(holder))
        if traits.birth_year is None or traits.birth_month is None:
            return traits
        band = age_band(date(traits.birth_year, traits.birth_month, 1), holder.told_year)
        return replace(traits, birth_year=holder.told_year - band - (traits.birth_month >= 4))

    def _invent(self, name: str) -> w.Member:
        rng = self.rng
        known = rng.random() < 0.7
        return w.Member(
            name,
            rng.choice([*VALUES["sex"], None]),
            rng.randint(1930, 2019) if known else None,
            rng.randint(1, 12) if known else None,
            rng.choice([*VALUES["prefecture"], None]),
            rng.choice([*VALUES["postal3"], None]),
            None,
            date(2024, rng.randint(1, 12), 1) if known else None,
            rng.choice([True, False, None]),
            rng.choice([True, False, None]),
        )

    def told(self, member: w.Member) -> model.Traits:
        """What the vault would tell."""
        year, band = band_year(self._today()), None
        if member.birth_year is not None and member.birth_month is not None:
            band = age_band(date(member.birth_year, member.birth_month, 1), year)
        return model.Traits(
            member.sex, band, None if band is None else year, member.birth_month, member.prefecture, member.postal3,
            None if member.since is None else f"{member.since:%Y-%m}", member.email_ok, member.post_ok,
        )  # fmt: skip

    def _today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def go(self, now: datetime) -> None:
        self.now = max(now, self.now)
        self._room()

    def _room(self) -> None:
        day = self._today().toordinal()
        with self.store.batch() as batch:
            batch.turn_days(day - 1, day + 1, before=0)

    def _decide(self, *jobs: PurchaseJob | ReturnJob) -> list:
        return decide(self.store, jobs, Moment(self.now, self.zone, EXPIRY_DAYS, KEEP_DAYS), self.book)

    def close(self) -> None:
        self.feed.close()
        self.store.close()


def conditions_of(life: Life) -> dict[str, Condition]:
    """Return what is in force, without what speaks of the basket in hand: of that nothing is true elsewhere."""
    return {one.name: one.condition for one in life.conditions.now if not has_basket(one.condition)}


__all__ = ["ATTRIBUTES", "EXPIRY_DAYS", "SHOPS", "Holder", "Life", "conditions_of"]
