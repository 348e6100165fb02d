"""A campaign as its file states it. Values alone: what a file may hold, and nothing else.

Amounts are whole minor units; days are local to the programme; shares are decimal text, exact.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

import msgspec

from noren.campaign.draw import Unit
from noren.kernel.say import Say

CampaignId = Annotated[str, msgspec.Meta(pattern=r"\A[a-z0-9-]{3,40}\Z")]
Share = Annotated[str, msgspec.Meta(pattern=r"\A(0(\.[0-9]{1,18})?|1(\.0{1,18})?)\Z")]
Count = Annotated[int, msgspec.Meta(ge=1, le=10**9)]
Amount = Annotated[int, msgspec.Meta(ge=0, le=10**12)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class Channel(StrEnum):
    """By what a campaign reaches a member."""

    TILL = "till"
    EMAIL = "email"
    POST = "post"


class OfferKind(StrEnum):
    """What is offered."""

    AMOUNT = "amount"
    PERCENT = "percent"
    FREE_ITEM = "free_item"
    POINTS = "points"
    POINTS_MULTIPLIER = "points_multiplier"


class Stack(StrEnum):
    """Whether a coupon may be taken beside others."""

    ALONE = "alone"
    WITH_OTHERS = "with-others"


class Pace(StrEnum):
    """How a total is spread over the days."""

    EVEN = "even"
    NONE = "none"


class AfterReturn(StrEnum):
    """What becomes of a used coupon when all that it was used for is returned."""

    KEEP = "keep"
    GIVE_BACK = "give-back"


class Form(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What every table of the file has: unknown keys are errors."""


class Both(Form, frozen=True):
    """A text in both languages; English may be left out."""

    ja: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
    en: Annotated[str, msgspec.Meta(max_length=120)] = ""

    def say(self) -> Say:
        """Return it as a text for people."""
        return Say(self.ja, self.en or self.ja)


class Lines(Form, frozen=True):
    """What is printed, line by line."""

    ja: Annotated[list[str], msgspec.Meta(min_length=1, max_length=20)]
    en: Annotated[list[str], msgspec.Meta(max_length=20)] = []


class Issue(Form, frozen=True, rename={"first": "from"}):
    """Where and when slips come out, and by which draw. ``first`` and ``until`` are both included."""

    first: date
    until: date
    draw: Unit
    rate: Share
    holdout: Share
    partners: list[Name] = []
    shops: list[Name] = []
    entry: bool = False
    counts_this_purchase: bool = True


class PerMember(Form, frozen=True):
    """So many slips a member within so many days."""

    count: Count
    days: Annotated[int, msgspec.Meta(ge=1, le=400)]


class Caps(Form, frozen=True):
    """At most so many. ``budget``: minor units of face value, of ``max_value`` each where the offer has no face."""

    total: Count | None = None
    per_day: Count | None = None
    per_member: PerMember | None = None
    draws_per_day: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1
    budget: Annotated[int, msgspec.Meta(ge=1, le=10**12)] | None = None
    pace: Pace = Pace.NONE


class Offer(Form, frozen=True):
    """What a coupon is worth, on which goods, where and for how long. ``priority``: the smallest number goes first."""

    kind: OfferKind
    value: Annotated[int, msgspec.Meta(ge=1, le=10**9)]
    min_spend: Amount
    redeem_at: Annotated[list[Name], msgspec.Meta(min_length=1)]
    valid_days: Annotated[int, msgspec.Meta(ge=1, le=400)]
    max_value: Annotated[int, msgspec.Meta(ge=1, le=10**9)] | None = None
    products: str = "any"
    stack: Stack = Stack.ALONE
    priority: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 100
    exclusive_category: Name | None = None
    returns: AfterReturn = AfterReturn.KEEP


class Text(Form, frozen=True):
    """What the member reads."""

    slip: Lines


class Campaign(Form, frozen=True):
    """A campaign of the till."""

    id: CampaignId
    title: Both
    purpose: Name
    condition: Annotated[str, msgspec.Meta(min_length=1, max_length=20_000)]
    issue: Issue
    offer: Offer
    text: Text
    channel: Channel = Channel.TILL
    caps: Caps = Caps()


def beside(offer: Offer) -> str:
    """Return what a coupon keeps of beside which others it may be taken: the word, then after ":" its category."""
    return f"{offer.stack.value}:{offer.exclusive_category}" if offer.exclusive_category else offer.stack.value


def face_value(offer: Offer) -> int | None:
    """Return what one coupon costs at most in minor units; None: its file does not bound it."""
    bounded = offer.kind in {OfferKind.PERCENT, OfferKind.POINTS_MULTIPLIER}
    return offer.max_value if bounded else offer.value
