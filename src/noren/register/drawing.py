"""The draws of one purchase: who is drawn for, what is issued, and what is written of it, in the purchase's own batch.

A draw is decided by ``noren.campaign``; here its facts are read in the transaction that will write the outcome, so a
cap that is counted here is never passed, whatever breaks.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from noren.activity.about import AboutTogether
from noren.activity.campaigns import DrawCount, DrawRow, MemberDraws, Undrawn
from noren.activity.entered import Entered
from noren.activity.model import Changes, Coupon, Purchase
from noren.activity.ports import LedgerBatch
from noren.campaign.deciding import (
    At,
    Counted,
    Drawn,
    Hers,
    Running,
    after,
    draw_all,
    hers_after,
    may_draw,
    most_within,
)
from noren.campaign.draw import DrawNumber, Outcome, Unit, Visit
from noren.campaign.leaves import leaf_of
from noren.campaign.slips import seq_shown, sign_slip
from noren.campaign.spec import OfferKind, beside
from noren.kernel.clock import instant_of, local_date, microseconds
from noren.register.answers import PurchaseAnswer
from noren.register.barcodes import barcode_of
from noren.register.campaigns import CampaignBook, Fatigue, Here, LiveCampaign, NotTold
from noren.register.coupons import coupon_name
from noren.register.decide import Sale, instant_that_counts
from noren.register.held import HeldCoupons
from noren.register.paper import Paper, barcode_for, checking, lines_of

LATEST: Final = timedelta(hours=24)
"""A purchase that comes later than this takes part in no draw."""

SALT_BYTES: Final = 16
_COUPON_BYTES: Final = 16
_BARCODE_BYTES: Final = 16
_SETTLED: Final = (None, Outcome.ISSUED, Outcome.LOST, Outcome.HOLDOUT, Outcome.CAPPED)
_CODES: Final = {outcome: code for code, outcome in enumerate(_SETTLED)}


class Draws:
    """Counts and members' draws of one batch: what the store said, overlaid with what the batch has drawn.

    ``handles``: the batch's members as far as they are known; what all of them surely need is read together.
    """

    def __init__(self, store: LedgerBatch, changes: Changes, handles: Collection[bytes]) -> None:
        self._store, self._changes, self._handles = store, changes, handles
        about = store.about()
        self.about = None if about is None else AboutTogether(about, handles)
        self._hers: dict[bytes, dict[int, MemberDraws]] = {}
        self._days_drawn: dict[tuple[int, int], list[int]] = {}
        self._counts: dict[int, DrawCount] = {}
        self._days: dict[tuple[int, int], int] = {}
        self._numbers: dict[bytes, bytes | None] = {}
        self._entered: dict[bytes, dict[int, Entered]] = {}

    def number_of(self, handle: bytes) -> DrawNumber | None:
        """Return a member's draw number."""
        if handle not in self._numbers:
            self._numbers[handle] = self._store.draw_numbers([handle]).get(handle)
        found = self._numbers[handle]
        return None if found is None else DrawNumber(found)

    def hers(self, handle: bytes) -> dict[int, MemberDraws]:
        """Return what campaigns did for a member so far, by campaign."""
        if handle not in self._hers:
            found = self._store.draws_of_some(self._unread(handle, self._hers))
            self._hers.update({whose: {each.number: each for each in hers} for whose, hers in found.items()})
        return self._hers[handle]

    def _unread(self, handle: bytes, read: Container[bytes]) -> list[bytes]:
        return [handle, *(each for each in self._handles if each != handle and each not in read)]

    def has_entered(self, campaign: LiveCampaign, purchase: Purchase, t: datetime) -> bool:
        """Return whether a purchase's member had entered by then, where a campaign asks for that."""
        if not campaign.file.issue.entry:
            return True
        handle = purchase.handle
        if handle not in self._entered:
            self._entered.update(self._store.entered_of_some(self._unread(handle, self._entered)))
        found = self._entered[handle].get(campaign.number)
        return found is not None and found.holds(microseconds(t), purchase.entry)

    def read_counts(self, numbers: Sequence[int], day: int) -> None:
        """Read what is counted of campaigns, where it was not read before."""
        unread = [number for number in numbers if (number, day) not in self._days]
        found = self._store.draw_counts(unread, day) if unread else {}
        for number in unread:
            count, on_day = found.get(number, (DrawCount(), 0))
            self._counts.setdefault(number, count)
            self._days[number, day] = on_day

    def of_day(self, hers: MemberDraws | None, unit: Unit, day: int, zone: ZoneInfo) -> Hers:
        """Return what a campaign did for a member, with her draws of a day; it may be before that of her latest.

        Of a campaign that draws by member nobody asks on which days it did.
        """
        if hers is None:
            return Hers()
        drawn = hers.drawn if hers.day == day else 0
        if hers.day > day and unit is Unit.VISIT:
            drawn = self._days_of(hers, zone).count(day)
        return Hers(_SETTLED[hers.settled], hers.issued, drawn)

    def _days_of(self, hers: MemberDraws, zone: ZoneInfo) -> list[int]:
        """Return the days of all draws of a member, which her row does not tell."""
        key = hers.number, hers.last
        if key not in self._days_drawn:
            seen = self._store.instants_drawn(*key)
            counted = (instant_that_counts(instant_of(at), instant_of(received)) for at, received in seen)
            self._days_drawn[key] = [local_date(t, zone).toordinal() for t in counted]
        return self._days_drawn[key]

    def counted(self, number: int, day: int) -> Counted:
        """Return what is counted of a campaign; it was read before."""
        count = self._counts[number]
        return Counted(count.issued, self._days[number, day], count.spent, count.leaves)

    def put(self, number: int, day: int, counted: Counted, hers: MemberDraws, row: DrawRow) -> None:
        """Note a draw, for those that come after it in this batch and for the store."""
        self._counts[number] = DrawCount(counted.issued, counted.spent, counted.leaves)
        self._days[number, day] = counted.on_day
        self.hers(hers.handle)[number] = hers
        changes = self._changes
        changes.draws.append(row)
        changes.draw_counts[number] = self._counts[number]
        changes.draw_days[number, day] = counted.on_day
        changes.draw_members[hers.handle, number] = hers


def drawn(sale: Sale, draws: Draws, book: CampaignBook, changes: Changes, held: HeldCoupons, zone: ZoneInfo) -> Sale:
    """Return an accepted sale with what it was drawn: effects in its answer, coupons among the batch's changes."""
    purchase = sale.purchase
    at, received = instant_of(purchase.at), instant_of(purchase.received)
    here = book.at(purchase.shop, purchase.partner, sale.day)
    if not here.campaigns or received - at > LATEST or sale.standing.member.points_only:
        return sale
    t = instant_that_counts(at, received)
    over = _over(here, draws, purchase.handle, sale.day, zone)
    over.update(each.number for each in here.with_entry if not draws.has_entered(each, purchase, t))
    if len(over) == len(here.campaigns):
        return sale
    asked = book.eligible(purchase, t, here, over, draws.about)
    if isinstance(asked, NotTold):
        changes.undrawn.append(Undrawn(purchase.handle, purchase.entry, asked.why))
        return sale
    number = draws.number_of(purchase.handle) if asked else None
    if number is None:
        return sale
    effects = [
        effect
        for campaign, one, row in _draw(asked, number, sale, draws, book, zone)
        if one.outcome is Outcome.ISSUED
        for effect in _issued(campaign, one, sale, row.salt, book, changes, held)
    ]
    return _with_effects(sale, effects) if effects else sale


def _draw(
    asked: Collection[LiveCampaign], number: DrawNumber, sale: Sale, draws: Draws, book: CampaignBook, zone: ZoneInfo
) -> list[tuple[LiveCampaign, Drawn, DrawRow]]:
    purchase, day = sale.purchase, sale.day
    by_name = {each.running.id: each for each in asked}
    known = draws.hers(purchase.handle)
    draws.read_counts([each.number for each in asked], day)

    def hers(running: Running) -> Hers:
        return draws.of_day(known.get(by_name[running.id].number), running.unit, day, zone)

    def counted(running: Running) -> Counted:
        return draws.counted(by_name[running.id].number, day)

    visit = Visit(purchase.shop, purchase.terminal, date.fromordinal(purchase.key.day).isoformat(), purchase.receipt)
    at = At(day, number, visit, _slips_left(known, day, book.fatigue))
    out: list[tuple[LiveCampaign, Drawn, DrawRow]] = []
    for one in draw_all([each.running for each in asked], at, counted, hers):
        campaign = by_name[one.campaign]
        which, before = campaign.number, known.get(campaign.number)
        row = _row(campaign, one, purchase, -1 if before is None else before.last, book.random(SALT_BYTES))
        now = hers_after(hers(campaign.running), one, day)
        latest = (day, now.drawn) if before is None or before.day <= day else (before.day, before.drawn)
        after_it = MemberDraws(purchase.handle, which, _CODES[now.settled], *latest, one.seq, now.issued)
        draws.put(which, day, after(campaign.running, draws.counted(which, day), one), after_it, row)
        out.append((campaign, one, row))
    return out


def _over(here: Here, draws: Draws, handle: bytes, day: int, zone: ZoneInfo) -> set[int]:
    """Return the campaigns here that draw for her no more, or no more on this day."""
    by_number = here.by_number
    return {
        number
        for number, hers in draws.hers(handle).items()
        if (campaign := by_number.get(number)) is not None
        and not may_draw(campaign.running, draws.of_day(hers, campaign.running.unit, day, zone))
    }


def _slips_left(known: dict[int, MemberDraws], day: int, fatigue: Fatigue | None) -> int:
    if fatigue is None:
        return 1_000_000
    issued = (each for one in known.values() for each in one.issued)
    return fatigue.count - most_within(issued, day, fatigue.days)


def _row(campaign: LiveCampaign, one: Drawn, purchase: Purchase, previous: int, salt: bytes) -> DrawRow:
    leaf = leaf_of(
        salt, campaign=one.campaign, seq=one.seq, ticket=one.ticket, terms_hash=campaign.terms_hash, outcome=one.word
    )
    return DrawRow(campaign.number, one.seq, purchase.entry, one.ticket, one.word, salt, previous, leaf)


def _issued(
    campaign: LiveCampaign, one: Drawn, sale: Sale, salt: bytes, book: CampaignBook, changes: Changes, held: HeldCoupons
) -> list[dict[str, Any]]:
    """Issue a coupon, and return the effects that tell the till to print it."""
    taken, paper = held.barcodes(sale.purchase.handle), book.paper(sale.purchase.shop, sale.purchase.partner)
    barcode = barcode_for(paper, book.random(_BARCODE_BYTES), taken)
    coupon = coupon_of(campaign, sale, book.random(_COUPON_BYTES), barcode)
    changes.coupons.append(coupon)
    bare = effect_of(campaign, coupon, paper)
    proof = sign_slip(campaign.key, seq_shown(salt), one.ticket, campaign.terms_hash, bare)
    effect = {**bare, "proof": proof}
    return [effect, *checking(paper, effect)]


def coupon_of(campaign: LiveCampaign, sale: Sale, name: bytes, barcode: str) -> Coupon:
    """Return the coupon that a campaign gives for a purchase: valid from its day on, for so many days in all."""
    file, offer = campaign.file, campaign.file.offer
    title = file.title.say()
    return Coupon(
        coupon=name,
        handle=sale.purchase.handle,
        barcode=barcode,
        title_ja=title.ja,
        title_en=title.en,
        discount=offer.value if offer.kind is OfferKind.AMOUNT else 0,
        min_spend=offer.min_spend,
        partners=tuple(sorted(offer.redeem_at)),
        valid_from=sale.day,
        valid_until=sale.day + offer.valid_days - 1,
        campaign=file.id,
        issued_by=sale.purchase.entry,
        kind=offer.kind.value,
        value=offer.value,
        max_value=offer.max_value or 0,
        products=offer.products,
        stack=beside(offer),
        returns=offer.returns.value,
    )


def effect_of(campaign: LiveCampaign, coupon: Coupon, paper: Paper) -> dict[str, Any]:
    """Return what the till is told, still without its proof."""
    until = date.fromordinal(coupon.valid_until).isoformat()
    return {
        "type": "issue_coupon",
        "coupon": coupon_name(coupon.coupon),
        "campaign": coupon.campaign,
        "title": {"ja": coupon.title_ja, "en": coupon.title_en},
        "print": lines_of(campaign.file, until, paper),
        "barcode": barcode_of(coupon.barcode, ours=True),
        "valid_from": date.fromordinal(coupon.valid_from).isoformat(),
        "valid_until": until,
    }


def _with_effects(sale: Sale, effects: Sequence[dict[str, Any]]) -> Sale:
    said = msgspec.json.decode(sale.answer, type=PurchaseAnswer)
    answer = msgspec.json.encode(msgspec.structs.replace(said, effects=[*said.effects, *effects]))
    return replace(sale, answer=answer, purchase=replace(sale.purchase, answer=answer))
