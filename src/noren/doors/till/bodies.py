"""Bodies as tills send them: decoded strictly, refused by name.

The fast path decodes and checks in C. What it refuses is read again, slowly, to say which
field at which place is at fault; an unknown field is named before anything else, because it
is the one thing a shop may never send.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final, TypeVar

import msgspec
from msgspec import UNSET

from noren.doors.till.diagnosis import diagnose
from noren.kernel.say import Say
from noren.register.refusals import Refusal
from noren.register.requests import (
    BARCODE_PATTERN,
    CARD_PATTERN,
    CODE_PATTERN,
    FIRST_YEAR,
    LAST_YEAR,
    BalanceRequest,
    ClockRequest,
    FindRequest,
    PurchaseRequest,
    ReturnRequest,
)

MAX_BODY_BYTES: Final = 1 << 20
_CODES: Final = re.compile(rf"(?:{CODE_PATTERN}\n)+", re.ASCII)
_CODE: Final = re.compile(CODE_PATTERN, re.ASCII)
_CARD: Final = re.compile(CARD_PATTERN, re.ASCII)
_COUPON: Final = re.compile(BARCODE_PATTERN, re.ASCII)
_QUOTE: Final = b'"'

Body = TypeVar("Body", PurchaseRequest, ReturnRequest, FindRequest, BalanceRequest, ClockRequest)

_DECODERS: Final[dict[type, msgspec.json.Decoder[Any]]] = {
    kind: msgspec.json.Decoder(kind)
    for kind in (PurchaseRequest, ReturnRequest, FindRequest, BalanceRequest, ClockRequest)
}


def read_body(kind: type[Body], raw: bytes) -> Body | Refusal:
    """Return the parsed body, or why it is refused."""
    if len(raw) > MAX_BODY_BYTES:
        return Refusal("too-large")
    try:
        body: Body = _DECODERS[kind].decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        return diagnose(kind, raw, str(wrong))
    refused = _check(body)
    if raw.count(_QUOTE) != _quotes(body):
        found = diagnose(kind, raw, "")
        return found if found.problem == "duplicate-key" else refused or found
    return refused or body


def _quotes(body: object) -> int:
    """Return how many quotation marks a body has in which no key stands twice.

    Checked values hold no quotation mark, so keys and text values alone have them, two each:
    one more pair than the parsed body accounts for is a key that was sent twice.
    """
    if isinstance(body, PurchaseRequest):
        optional = (body.points_base is not UNSET) + (body.points_used is not UNSET) + (body.coupons is not UNSET)
        coupons = 0 if body.coupons is UNSET else len(body.coupons)
        return 2 * (6 + 4 + optional + coupons) + 8 * len(body.lines)
    if isinstance(body, ReturnRequest):
        return 2 * (2 + 1 + (body.points_base is not UNSET)) + 6 * len(body.lines)
    if isinstance(body, FindRequest):
        return 16
    return 4


def _check(body: object) -> Refusal | None:
    if isinstance(body, PurchaseRequest):
        return _check_purchase(body)
    if isinstance(body, ReturnRequest):
        return None if _CODE.fullmatch(body.name) else _bad_code("/return")
    if isinstance(body, FindRequest):
        for name in ("shop", "terminal", "receipt"):
            if not _CODE.fullmatch(getattr(body, name)):
                return _bad_code(f"/{name}")
        return None
    if isinstance(body, ClockRequest):
        return _bad_instant(body.at)
    if isinstance(body, BalanceRequest):
        return None if _CARD.fullmatch(body.card) else _bad_card()
    return None


def _bad_instant(at: datetime) -> Refusal | None:
    """Refuse an instant that no clock tells; arithmetic near the ends of the calendar would overflow."""
    if FIRST_YEAR <= at.year <= LAST_YEAR:
        return None
    more = Say(f"{FIRST_YEAR}年から{LAST_YEAR}年までです。", f"Years {FIRST_YEAR} to {LAST_YEAR}.")
    return Refusal("bad-field", "/at", more)


def _check_purchase(body: PurchaseRequest) -> Refusal | None:
    if body.at.year > LAST_YEAR:
        return Refusal("in-the-future", "/at")
    bad_instant = _bad_instant(body.at)
    if bad_instant is not None:
        return bad_instant
    if not _CARD.fullmatch(body.card):
        return _bad_card()
    if not _CODE.fullmatch(body.receipt):
        return _bad_code("/receipt")
    lines = body.lines
    if not _CODES.fullmatch("".join([f"{line.product}\n" for line in lines])):
        for number, line in enumerate(lines):
            if not _CODE.fullmatch(line.product):
                return _bad_code(f"/lines/{number}/product")
    for number, coupon in enumerate(() if body.coupons is UNSET else body.coupons):
        if not _COUPON.fullmatch(coupon):
            return Refusal("bad-field", f"/coupons/{number}", Say("英数字と記号だけです。", "Printable ASCII only."))
    return None


def _bad_code(field: str) -> Refusal:
    return Refusal("bad-field", field, Say("半角英数字と . _ - で32文字までです。", "Up to 32 of 0-9 A-Z a-z . _ -"))


def _bad_card() -> Refusal:
    return Refusal("bad-field", "/card", Say("カード番号は半角数字8〜40桁です。", "A card is 8 to 40 ASCII digits."))
