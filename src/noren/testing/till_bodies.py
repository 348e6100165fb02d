"""Bodies that a till would send, for tests: a plain purchase, and the same one in other bytes.

Amounts and points are integers; ``at`` is a local time of Japan with its offset.
"""

from __future__ import annotations

import itertools
import secrets
from datetime import datetime, timedelta, timezone
from typing import Any, Final, cast

import msgspec

JAPAN: Final = timezone(timedelta(hours=9))
Body = dict[str, Any]
_run = secrets.token_hex(4)
_receipts = itertools.count(1)


def receipt_number() -> str:
    """Return a receipt number that no other test process uses."""
    return f"{_run}-{next(_receipts)}"


def spoken(at: datetime) -> str:
    """Return an instant as RFC 3339 to the second, in Japan's offset."""
    return at.astimezone(JAPAN).isoformat(timespec="seconds")


def line(product: str = "4901777018888", quantity: int = 1, amount: int = 300) -> Body:
    """Return one line."""
    return {"product": product, "quantity": quantity, "amount": amount}


def purchase(card: str, *lines: Body, at: datetime | None = None, **changes: object) -> Body:
    """Return a purchase of ``lines`` (default: one line of 300), sold a minute ago unless said otherwise."""
    at = (at or datetime.now(JAPAN) - timedelta(minutes=1)).astimezone(JAPAN)
    sold = list(lines or (line(quantity=2),))
    body: Body = {
        "receipt": receipt_number(),
        "business_date": at.date().isoformat(),
        "at": spoken(at),
        "card": card,
        "lines": sold,
        "amount": sum(each["amount"] for each in sold),
    }
    return body | changes


def shuffled(body: Body) -> bytes:
    """Return the same parsed body as other bytes: keys the other way round, spaces, escapes and line breaks."""
    turned = _turned(body)
    loose = msgspec.json.format(msgspec.json.encode(turned), indent=3)
    return loose.replace(b'"receipt"', b'"\\u0072eceipt"').replace(b"\n", b"\r\n\t")


def _turned(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _turned(each) for name, each in reversed(cast("Body", value).items())}
    return [_turned(each) for each in cast("list[Any]", value)] if isinstance(value, list) else value
