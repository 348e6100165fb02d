"""What she is shown of coupons and draws: on the page, and as JSON to programs of her own."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from noren.kernel.say import Say

CouponState = Literal["open", "used", "void", "expired"]


class DrawView(msgspec.Struct, frozen=True):
    """A draw of hers, as the campaign's log has it. ``salt`` opens ``leaf``, whose place in the log is ``number``.

    Before the seed is public these three are not told: between the places of two draws stands how many members were
    drawn for in between, and two of them who stand before and behind a third in a queue would know of her. ``on_slip``:
    the number by which a slip's proof names its draw, 0: it gave none.
    """

    ticket: str
    outcome: str
    on_slip: int
    number: int | None
    leaf: str
    salt: str


class OpeningView(msgspec.Struct, frozen=True):
    """What was committed to before the start, opened: SHA-256(``salt`` ‖ ``condition``) is ``hash``."""

    condition: str
    salt: str
    hash: str


class CheckView(msgspec.Struct, frozen=True):
    """What a draw is checked by. ``seed``, ``shares`` and ``opening``: once they are public."""

    campaign: str
    terms: str
    terms_hash: str
    seed: str
    shares: str
    draws: tuple[DrawView, ...]
    opening: OpeningView | None


class UsedView(msgspec.Struct, frozen=True):
    """Where and when a coupon was used."""

    company: str
    date: date


class CouponView(msgspec.Struct, frozen=True):
    """A coupon.

    ``used``: null unless it was, and where is still kept; ``slip``: the address that checks it; ``why``, ``check``:
    null where no draw of ours gave it.
    """

    coupon: str
    state: CouponState
    title: Say
    terms: tuple[Say, ...]
    companies: tuple[str, ...]
    valid_from: date
    valid_until: date
    barcode: str
    symbology: str
    used: UsedView | None
    why: Say | None
    slip: str
    check: CheckView | None


class NotMeView(msgspec.Struct, frozen=True):
    """A campaign that could have given her a slip, and did not. ``check``: null until its seed is public."""

    campaign: str
    title: Say
    first: date
    until: date
    odds: Say
    revealed: bool
    why: Say
    check: CheckView | None


class GaveView(msgspec.Struct, frozen=True):
    """A slip that came out at a purchase."""

    coupon: str
    title: Say
    state: CouponState


class BoughtView(msgspec.Struct, frozen=True):
    """A purchase, and the slips that the till has on record for it."""

    date: date
    company: str
    shop: str
    gave: tuple[GaveView, ...]


class CouponsView(msgspec.Struct, frozen=True):
    """All of it. ``draw_number``: what her tickets are made of; hers to keep to herself."""

    draw_number: str
    points_only: bool
    coupons: tuple[CouponView, ...]
    not_me: tuple[NotMeView, ...]
    bought: tuple[BoughtView, ...]

    @property
    def open(self) -> tuple[CouponView, ...]:
        """Those that can be used now or later."""
        return tuple(each for each in self.coupons if each.state == "open")

    @property
    def closed(self) -> tuple[CouponView, ...]:
        """Those that can not."""
        return tuple(each for each in self.coupons if each.state != "open")
