"""Settling a missing-coupon claim from the ledger: the receipt, whose it is, and the slips that it gave.

It reads and changes nothing, so asking again gives the same answer: no slip is ever issued here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from datetime import date
from typing import Any, Protocol

import msgspec

from noren.activity.model import Card, CardState, Coupon, Purchase, ReceiptKey
from noren.campaign.claims import Claim, Fate, Settled, Slip, fate_of
from noren.kernel.say import Say
from noren.kernel.values import value
from noren.register.answers import PurchaseAnswer
from noren.register.barcodes import barcode_of
from noren.register.coupons import coupon_name
from noren.register.paper import PRINT_QR
from noren.register.till_keys import ReceiptKeys

_Told = tuple[Mapping[str, Any], str]
"""A slip's effect, and the link of its code for phones."""


class Known(Protocol):
    """Reads receipts, cards and purchases."""

    def receipts(self, keys: Iterable[ReceiptKey]) -> dict[ReceiptKey, int | None]:
        """Return the purchases of known receipts; None: it is gone."""
        ...

    def cards(self, indexes: Iterable[bytes]) -> dict[bytes, Card]:
        """Return known cards."""
        ...

    def purchases(self, entries: Iterable[int]) -> dict[int, Purchase]:
        """Return purchases."""
        ...


class Held(Protocol):
    """Reads a member's coupons."""

    def coupons_held(self, handle: bytes) -> Sequence[Coupon]:
        """Return all coupons of a member."""
        ...


@value
class Receipt:
    """What is claimed for."""

    shop: str
    terminal: str
    business_date: date
    receipt: str


@value
class Shown:
    """The card that is shown. ``card`` None: nobody's."""

    card: Card | None = field(repr=False)


@value
class Found:
    """A claim, settled, and of which member it is; None: of nobody's that is told."""

    claim: Claim
    handle: bytes | None = field(default=None, repr=False)


def card_shown(keys: ReceiptKeys, batch: Known, number: str) -> Shown:
    """Return whose card it is."""
    return Shown(next(iter(batch.cards(keys.cards(number)).values()), None))


def settle_claim(
    keys: ReceiptKeys, batch: Known, held: Held, receipt: Receipt, shown: Shown | None, today: date
) -> Found:
    """Settle a claim; ``shown`` None: no card is."""
    known = batch.receipts(keys.receipts(receipt.shop, receipt.terminal, receipt.business_date, receipt.receipt))
    purchase = _purchase(batch, known.values())
    if shown is None:
        return Found(_came_out(purchase, held))
    card = shown.card
    if card is not None and card.state is not CardState.ACTIVE:
        return Found(Claim(Settled.CARD_STOPPED))
    if purchase is None or card is None or purchase.handle != card.handle:
        return Found(Claim(Settled.UNKNOWN))
    return Found(_hers(purchase, held, today), purchase.handle)


def _purchase(batch: Known, entries: Iterable[int | None]) -> Purchase | None:
    named = [entry for entry in entries if entry is not None]
    return next(iter(batch.purchases(named).values()), None) if named else None


def _gave(purchase: Purchase, held: Held) -> list[Coupon]:
    return [each for each in held.coupons_held(purchase.handle) if each.issued_by == purchase.entry]


def _came_out(purchase: Purchase | None, held: Held) -> Claim:
    """Return what the shop's own till was told at that receipt, and nothing of what became of it."""
    gave = [] if purchase is None else _gave(purchase, held)
    return Claim(Settled.SLIPS, tuple(_slip(each) for each in gave)) if gave else Claim(Settled.NO_SLIP)


def _hers(purchase: Purchase, held: Held, today: date) -> Claim:
    gave = _gave(purchase, held)
    if not gave:
        return Claim(Settled.NO_SLIP)
    effects = _effects(purchase)
    return Claim(Settled.SLIPS, tuple(_shown(each, effects, today) for each in gave))


def _shown(coupon: Coupon, effects: Mapping[str, _Told], today: date) -> Slip:
    """Return a slip with how it stands; the slip itself only where it can still be used."""
    fate = fate_of(coupon, today)
    effect, link = effects.get(coupon_name(coupon.coupon)) or (_without_proof(coupon), "")
    return _slip(coupon, fate, effect, link) if fate is Fate.OPEN else _slip(coupon, fate)


def _without_proof(coupon: Coupon) -> dict[str, Any]:
    """Return a slip whose till's answer is not kept any more: it can be used, and not be checked."""
    until = date.fromordinal(coupon.valid_until).isoformat()
    return {
        "type": "issue_coupon",
        "coupon": coupon_name(coupon.coupon),
        "campaign": coupon.campaign,
        "title": {"ja": coupon.title_ja, "en": coupon.title_en},
        "print": [coupon.title_ja, f"有効期限 {until}"],
        "barcode": barcode_of(coupon.barcode, ours=True),
        "valid_from": date.fromordinal(coupon.valid_from).isoformat(),
        "valid_until": until,
    }


def _slip(coupon: Coupon, fate: Fate | None = None, effect: Mapping[str, Any] | None = None, link: str = "") -> Slip:
    title = Say(coupon.title_ja, coupon.title_en or coupon.title_ja)
    return Slip(title, date.fromordinal(coupon.valid_until), fate, effect, link)


def _effects(purchase: Purchase) -> dict[str, _Told]:
    """Return the slips of a purchase as its till was told them, by their names; none where that is not kept."""
    if not purchase.answer:
        return {}
    told = msgspec.json.decode(purchase.answer, type=PurchaseAnswer).effects
    links = {each["coupon"]: each["value"] for each in told if each["type"] == PRINT_QR}
    slips = [each for each in told if each["type"] == "issue_coupon"]
    return {each["coupon"]: (each, links.get(each["coupon"], "")) for each in slips}
