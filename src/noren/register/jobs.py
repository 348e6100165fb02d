"""What a till may ask of the ledger, each run inside one batch. Reads see exactly what the batch has decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Final, Protocol
from zoneinfo import ZoneInfo

import msgspec

from noren.activity.exclusion import Exclusion
from noren.activity.model import CardState, Coupon, Line, Purchase, ReceiptKey
from noren.activity.points import Standing, balance, lapse, next_expiry
from noren.activity.ports import Asked
from noren.kernel.clock import instant_of, local_date
from noren.kernel.say import Say
from noren.kernel.values import value
from noren.register.answers import BalanceAnswer, Expiry, FindAnswer, PreviewAnswer, PurchaseAnswer
from noren.register.codes import read_code
from noren.register.coupons import coupons_here
from noren.register.decide import Facts, Terms, check_amounts, check_times, decide_purchase, instant_that_counts
from noren.register.drawing import drawn
from noren.register.names import name_purchase, read_name
from noren.register.offers import is_in_points
from noren.register.reach import ANY, Basket, Reach, reach_of
from noren.register.refusals import Refusal
from noren.register.requests import BalanceRequest, FindRequest, PurchaseRequest, ReturnRequest
from noren.register.returning import OfCoupons, decide_return, lines_left
from noren.register.till_keys import TillKeys, used_code
from noren.register.work import Work


@value
class Answered:
    """An answer to send once the batch is durable."""

    status: int
    body: bytes
    replayed: bool = False


class Later(Enum):
    """What goes into the next batch: conditions must see what this one did for the same member, at another instant."""

    LATER = "later"


LATER: Final = Later.LATER
Outcome = Answered | Refusal

_CREATED: Final = 201
_OK: Final = 200


@value
class Seller:
    """The terminal that asks, from its key alone, with its company's rules.

    ``balance``: whether the company's tills may ask for balances.
    """

    shop: str
    terminal: str
    partner: str
    per: int
    exclusions: tuple[Exclusion, ...] = ()
    balance: bool = True


@value
class Moment:
    """The programme's rules of time, and the instant of this batch."""

    received: datetime
    zone: ZoneInfo
    expiry_days: int
    keep_days: int

    def terms(self, seller: Seller) -> Terms:
        """Return what holds for ``seller`` now."""
        return Terms(
            seller.shop, seller.terminal, seller.partner, seller.per,
            self.expiry_days, self.keep_days, self.zone, self.received,
        )  # fmt: skip


class Job(Protocol):
    """One request: what it surely reads, and what it comes to."""

    def wants(self, asked: Asked) -> None:
        """Add what is to be fetched ahead."""
        ...

    def run(self, work: Work, moment: Moment) -> Outcome | Later:
        """Decide, and put what is to be written into ``work``."""
        ...


@value
class Holder:
    """Who a card number or one-time code stands for."""

    standing: Standing | None
    card: CardState | None
    code_hash: bytes | None = None


def find_holder(work: Work, keys: TillKeys, card: str, indexes: Sequence[bytes], at: datetime) -> Holder:
    """Look a card up, then, when there is no such card, a one-time code valid at ``at``."""
    for index in indexes:
        found = work.card(index)
        if found is not None:
            return Holder(work.standing(found.handle), found.state)
    read = read_code(keys.one_time_code, card, at)
    handle = work.handle_starting(read[0]) if read is not None else None
    if read is None or handle is None:
        return Holder(None, None)
    return Holder(work.standing(handle), CardState.ACTIVE, used_code(read[1], card))


def _want_holder(asked: Asked, keys: TillKeys, card: str, indexes: Sequence[bytes], at: datetime) -> None:
    asked.cards.update(indexes)
    read = read_code(keys.one_time_code, card, at)
    if read is not None:
        asked.prefixes.add(read[0])
        asked.codes.add(used_code(read[1], card))


@dataclass(slots=True)
class PurchaseJob:
    """A purchase; ``offline`` from the batch door; ``preview`` stores nothing."""

    request: PurchaseRequest
    seller: Seller
    keys: TillKeys
    offline: bool = False
    preview: bool = False
    _lines: tuple[Line, ...] = field(init=False)
    _receipts: list[ReceiptKey] = field(init=False)
    _bodies: list[bytes] = field(init=False)
    _cards: list[bytes] = field(init=False)
    _edition: int = field(init=False)

    def __post_init__(self) -> None:
        self._compute()

    def _compute(self) -> None:
        request, seller = self.request, self.seller
        self._edition = self.keys.edition.number  # first: what is renewed meanwhile is computed again
        self._receipts = self.keys.receipts(seller.shop, seller.terminal, request.business_date, request.receipt)
        self._lines = request.as_lines()
        self._bodies = self.keys.purchase_bodies(request, self._lines)
        self._cards = self.keys.cards(request.card)

    def wants(self, asked: Asked) -> None:
        """See ``Job``. What waited while keys were renewed is computed anew: it may look for what has moved."""
        if self._edition != self.keys.edition.number:
            self._compute()
        asked.receipts.update(self._receipts)
        _want_holder(asked, self.keys, self.request.card, self._cards, self.request.at)
        if self.seller.exclusions or self.request.coupons:
            asked.products.update(line.product for line in self._lines)

    def run(self, work: Work, moment: Moment) -> Outcome | Later:
        """See ``Job``."""
        for key in self._receipts:
            seen, entry = work.receipt(key)
            if seen:
                return self._seen_before(work, entry)
        terms = moment.terms(self.seller)
        refused = check_times(self.request, terms) or check_amounts(self.request)
        if refused is not None:
            return refused
        holder = find_holder(work, self.keys, self.request.card, self._cards, self.request.at)
        facts = self._facts(work, holder, terms)
        decision = decide_purchase(self.request, facts, terms, offline=self.offline)
        if isinstance(decision, Refusal):
            return decision
        if self.preview:
            return _previewed(decision.answer)
        if work.book is not None:
            if decision.purchase.handle in work.touched and work.book.at(*self._where, decision.day).campaigns:
                return LATER
            decision = drawn(decision, work.draws, work.book, work.changes, work.held, terms.zone)
        work.accept_sale(decision, code_hash=holder.code_hash)
        return Answered(_CREATED, decision.answer)

    @property
    def _where(self) -> tuple[str, str]:
        return self.seller.shop, self.seller.partner

    def _facts(self, work: Work, holder: Holder, terms: Terms) -> Facts:
        used = holder.code_hash is not None and work.code_used_by(holder.code_hash) is not None
        excluded: frozenset[str] = frozenset()
        for exclusion in self.seller.exclusions:
            products = {line.product for line in self._lines}
            excluded |= work.store.has_attribute(products, exclusion.attribute, exclusion.values)
        entry, coupons, shown = work.entry(), (), self.request.coupons
        if shown and holder.standing is not None:
            coupons = work.held.shown(holder.standing.member.handle, shown)
        return Facts(
            entry, work.name(self.keys.purchase_id, entry), self._receipts[0], self._bodies[0],
            self._lines, holder.standing, holder.card, used, excluded, coupons, self._reach(work, coupons, terms),
        )  # fmt: skip

    def _reach(self, work: Work, coupons: Sequence[Coupon], terms: Terms) -> Reach:
        """Return which lines the coupons' filters mean. Most coupons mean all: then no goods are looked up."""
        filters = {each.products for each in coupons} - {ANY}
        if not filters:
            return {}
        local = instant_that_counts(self.request.at, terms.received).astimezone(terms.zone)
        goods = work.store.goods({line.product for line in self._lines})
        return reach_of(filters, Basket(self._lines, terms.shop, terms.partner, local, goods))

    def _seen_before(self, work: Work, entry: int | None) -> Outcome:
        purchase = None if entry is None else work.purchase(entry)
        if purchase is None:
            return Refusal("erased")
        if purchase.body_hash not in self._bodies:
            return Refusal("receipt-conflict", "/receipt")
        if self.preview:
            return _previewed(purchase.answer)
        work.changes.tally.replays += 1
        return Answered(_CREATED, purchase.answer, replayed=True)


def _previewed(answer: bytes) -> Answered:
    """Turn a purchase's answer into a preview's: points, and redeem and points effects only."""
    whole = msgspec.json.decode(answer, type=PurchaseAnswer)
    effects = [effect for effect in whole.effects if effect["type"] in ("redeem_coupon", "points")]
    return Answered(_OK, msgspec.json.encode(PreviewAnswer(whole.points, effects)))


GONE: Final = Say(
    "このお買い上げの記録は、もう1件としては残っていません。36か月を過ぎて日ごとの合計になったか、会員の記録が消去されました。",
    "This purchase no longer stands by itself: past 36 months it became part of a day's sum, or its member was erased.",
)
PAST: Final = Say(
    "返品を受けられる期間(レシートの保存期間)を過ぎています。",
    "The term in which goods come back (the receipts' term) is over.",
)


@dataclass(slots=True)
class ReturnJob:
    """Goods brought back to any terminal of the company that sold them."""

    name: str
    request: ReturnRequest
    seller: Seller
    keys: TillKeys

    def wants(self, asked: Asked) -> None:
        """See ``Job``."""
        entry = read_name(self.keys.purchase_id, self.name)
        if entry is not None:
            asked.purchases.add(entry)

    def run(self, work: Work, moment: Moment) -> Outcome | Later:
        """See ``Job``."""
        entry = read_name(self.keys.purchase_id, self.name)
        if entry is None:
            return Refusal("unknown-purchase")
        purchase = work.purchase(entry)
        if purchase is None:
            return Refusal("too-old", more=GONE)  # its name is of our making: there was one
        if purchase.partner != self.seller.partner:
            return Refusal("unknown-purchase")
        if purchase.answer == b"":
            return Refusal("too-old", more=PAST)  # past the receipts' term: lines and answers are gone
        bodies = self.keys.return_bodies(self.request)
        returns = work.returns(purchase.entry)
        for known in returns:
            if known.name == self.request.name:
                return self._seen_before(work, known.body_hash in bodies, known.answer)
        standing = work.standing(purchase.handle)
        if standing is None:
            return Refusal("unknown-purchase")
        if work.book is not None and purchase.handle in work.touched:
            return LATER
        decision = decide_return(
            self.request,
            entry=work.entry(),
            body_hash=bodies[0],
            purchase=purchase,
            returns=returns,
            used=work.postings([purchase.entry, *(known.entry for known in returns)]) if purchase.used_left else (),
            standing=standing,
            terms=moment.terms(self.seller),
            coupons=_coupons_of(work, purchase, moment.zone),
        )
        if isinstance(decision, Refusal):
            return decision
        work.accept_return(decision)
        return Answered(_CREATED, decision.answer)

    def _seen_before(self, work: Work, same: bool, answer: bytes) -> Outcome:
        if not same:
            return Refusal("receipt-conflict", "/return")
        work.changes.tally.replays += 1
        return Answered(_CREATED, answer, replayed=True)


def _coupons_of(work: Work, purchase: Purchase, zone: ZoneInfo) -> OfCoupons:
    """Return the coupons that a purchase gave, and those that it took."""
    taken = work.held.taken_with(purchase.entry)
    # A coupon whose own purchase came back does not come back: it would have cost nothing.
    standing = tuple(each for each in taken if not (each.issued_by and work.returns(each.issued_by)))
    filters = {each.products for each in taken if is_in_points(each)}
    meant = None
    if filters and ANY not in filters and purchase.lines is not None:
        goods = work.store.goods({line.product for line in purchase.lines})
        t = instant_that_counts(instant_of(purchase.at), instant_of(purchase.received))
        reach = reach_of(filters, Basket(purchase.lines, purchase.shop, purchase.partner, t.astimezone(zone), goods))
        meant = tuple(sorted({number for lines in reach.values() for number in lines}))
    return OfCoupons(tuple(work.held.issued_by(purchase.handle, purchase.entry)), standing, meant)


@dataclass(slots=True)
class FindJob:
    """Finds a purchase of the same company by its receipt."""

    request: FindRequest
    partner_of_shop: str | None
    seller: Seller
    keys: TillKeys

    def wants(self, asked: Asked) -> None:
        """See ``Job``."""
        if self.partner_of_shop == self.seller.partner:
            ask = self.request
            asked.receipts.update(self.keys.receipts(ask.shop, ask.terminal, ask.business_date, ask.receipt))

    def run(self, work: Work, moment: Moment) -> Outcome:
        """See ``Job``."""
        ask = self.request
        if self.partner_of_shop != self.seller.partner:
            return Refusal("unknown-purchase")
        for key in self.keys.receipts(ask.shop, ask.terminal, ask.business_date, ask.receipt):
            seen, entry = work.receipt(key)
            if seen:
                purchase = None if entry is None else work.purchase(entry)
                return Refusal("erased") if purchase is None else self._found(work, purchase)
        # A receipt that stands is found whatever the time.
        if (local_date(moment.received, moment.zone) - ask.business_date).days > moment.keep_days:
            return Refusal("too-old", "/business_date", PAST)
        return Refusal("unknown-purchase")

    def _found(self, work: Work, purchase: Purchase) -> Answered:
        left = lines_left(purchase, work.returns(purchase.entry))
        answer = FindAnswer(name_purchase(self.keys.purchase_id, purchase.entry), left)
        return Answered(_OK, msgspec.json.encode(answer))


@dataclass(slots=True)
class BalanceJob:
    """Points usable here. Never a name or an attribute."""

    request: BalanceRequest
    seller: Seller
    keys: TillKeys

    def wants(self, asked: Asked) -> None:
        """See ``Job``."""
        asked.cards.update(self.keys.cards(self.request.card))

    def run(self, work: Work, moment: Moment) -> Outcome:
        """See ``Job``."""
        if not self.seller.balance:
            return Refusal("not-allowed")
        indexes = self.keys.cards(self.request.card)
        holder = find_holder(work, self.keys, self.request.card, indexes, moment.received)
        if holder.standing is None:
            return Refusal("unknown-card", "/card")
        if holder.code_hash is not None and work.code_used_by(holder.code_hash) is not None:
            return Refusal("code-used", "/card")
        if holder.card is not CardState.ACTIVE:
            return Refusal("blocked-card", "/card")
        day = local_date(moment.received, moment.zone).toordinal()
        standing, _ = lapse(holder.standing, day=day, expiry_days=moment.expiry_days)
        coming = next_expiry(standing, partner=self.seller.partner, expiry_days=moment.expiry_days)
        expiry = None if coming is None else Expiry(date.fromordinal(coming[0]), coming[1])
        coupons = coupons_here(work.held.open(standing.member.handle), partner=self.seller.partner, day=day)
        answer = BalanceAnswer(balance(standing, self.seller.partner), expiry, coupons)
        return Answered(_OK, msgspec.json.encode(answer))
