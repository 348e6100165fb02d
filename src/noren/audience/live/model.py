"""What the live evaluator is told: purchases, goods, traits, messages, points. Values only; no one is named here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from noren.kernel.values import value


@dataclass(frozen=True, slots=True)
class Goods:
    """What is known of a product; None is unknown."""

    category: str | None = None
    department: str | None = None
    brand: str | None = None
    maker: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a purchase was made; None is unknown."""

    shop: str | None = None
    partner: str | None = None
    industry: str | None = None


NOWHERE = Place()


class Line(NamedTuple):
    """A line, after returns; ``amount`` in the smallest currency unit. A ``quantity`` of 0 or less counts nowhere.

    A tuple, as the ledger's is: a till makes nine of them per purchase.
    """

    product: str | None
    quantity: int
    amount: int


@value
class Purchase:
    """A purchase in the amounts that are left. ``at`` is aware; ``recorded``: when it became known, None: at once."""

    at: datetime
    lines: tuple[Line, ...]
    place: Place = NOWHERE
    points: int = 0
    recorded: datetime | None = None


@value
class Traits:
    """A member's coarse traits; None is unknown."""

    sex: str | None = None
    birth_year: int | None = None
    birth_month: int | None = None
    prefecture: str | None = None
    postal3: str | None = None
    tier: str | None = None
    since: date | None = None
    email_ok: bool | None = None
    post_ok: bool | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A coupon of a campaign issued to her, or (``contact``) her place in the set handed to the press for it."""

    campaign: str
    at: datetime
    contact: bool


@dataclass(frozen=True, slots=True)
class Redemption:
    """A purchase used a coupon of the campaign."""

    campaign: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Lot:
    """Points that expire together, at the end of the local date ``expires``; None: never."""

    points: int
    expires: date | None


@value
class History:
    """What else is known of her: messages, redemptions, and the points she has."""

    messages: tuple[Message, ...] = ()
    redemptions: tuple[Redemption, ...] = ()
    lots: tuple[Lot, ...] = ()


UNKNOWN = Traits()
NOTHING = History()
