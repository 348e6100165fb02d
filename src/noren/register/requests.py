"""What a till may send, exactly: any other field is refused by name (brief M1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Final, cast

import msgspec
from msgspec import UNSET, Meta, UnsetType

from noren.activity.model import Line
from noren.kernel.discreet import Discreet

MAX_AMOUNT: Final = 1_000_000_000
MAX_QUANTITY: Final = 999_999
MAX_LINES: Final = 500
MAX_COUPONS: Final = 50
MAX_CODE: Final = 32
FIRST_YEAR: Final = 1971
LAST_YEAR: Final = 2999
CODE_PATTERN: Final = "[0-9A-Za-z._-]{1,32}"
CARD_PATTERN: Final = "[0-9]{8,40}"
BARCODE_PATTERN: Final = "[!-~]{1,128}"

# A NamedTuple's own constructor takes twice as long, and a till makes nine lines per purchase.
_NEW: Final = cast("Callable[[type[Line], tuple[str, int, int]], Line]", tuple.__new__)  # pyright: ignore[reportUnknownMemberType]

Amount = Annotated[int, Meta(ge=0, le=MAX_AMOUNT)]
Quantity = Annotated[int, Meta(ge=1, le=MAX_QUANTITY)]
Code = Annotated[str, Meta(min_length=1, max_length=MAX_CODE)]
Barcode = Annotated[str, Meta(min_length=1, max_length=128)]
CardText = Annotated[str, Meta(min_length=8, max_length=40)]
Instant = Annotated[datetime, Meta(tz=True)]


class LineRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """A line: product code, quantity (thousandths for things sold by measure), amount in minor units."""

    product: Code
    quantity: Quantity
    amount: Amount


class PurchaseRequest(Discreet, msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of ``POST /v1/purchases``, of its preview, and of each line of a batch."""

    receipt: Code
    business_date: date
    at: Instant
    card: CardText
    lines: Annotated[list[LineRequest], Meta(min_length=1, max_length=MAX_LINES)]
    amount: Amount
    points_base: Amount | UnsetType = UNSET
    points_used: Amount | UnsetType = UNSET
    coupons: Annotated[list[Barcode], Meta(max_length=MAX_COUPONS)] | UnsetType = UNSET

    @property
    def base(self) -> int:
        """The part that earns points; the whole amount by default."""
        return self.amount if self.points_base is UNSET else self.points_base

    def as_lines(self) -> tuple[Line, ...]:
        """Return the lines as they are stored; made once a request, for its hash and its row."""
        return tuple([_NEW(Line, (x.product, x.quantity, x.amount)) for x in self.lines])

    @property
    def used(self) -> int:
        """Points the member pays with."""
        return 0 if self.points_used is UNSET else self.points_used


class ReturnLineRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """What comes back of line number ``line`` (from 0) of the purchase."""

    line: Annotated[int, Meta(ge=0, lt=MAX_LINES)]
    quantity: Quantity
    amount: Amount


class ReturnRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"name": "return"}):
    """Body of ``POST /v1/purchases/{purchase}/returns``."""

    name: Code
    lines: Annotated[list[ReturnLineRequest], Meta(min_length=1, max_length=MAX_LINES)]
    points_base: Amount | UnsetType = UNSET


class FindRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of ``POST /v1/purchases/find``."""

    shop: Code
    terminal: Code
    business_date: date
    receipt: Code


class BalanceRequest(Discreet, msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of ``POST /v1/balance``."""

    card: CardText


class ClockRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of ``POST /v1/sandbox/clock``: sandbox programmes only."""

    at: Instant
