"""Working ``curl`` commands for whoever looks on: a purchase with real products, and one that redeems a coupon."""

from __future__ import annotations

import secrets
import shlex
from datetime import datetime
from typing import Final

import msgspec

_AMOUNT: Final = 730
_EACH_TIME: Final = "@@"
_NOW: Final = "'$(date +%s%N)'"
"""In the shell, between the quotes of the body: each time the command is given, another receipt."""


def trial_curl(till: str, key: str, card: str, products: tuple[str, str], at: datetime) -> str:
    """Return the command: given again, it is the same purchase. ``at``: the programme's present, aware."""
    return _curl(till, key, _body(f"demo-{secrets.token_hex(4)}", card, products, at))


def coupon_curl(till: str, key: str, card: str, products: tuple[str, str], at: datetime, barcode: str) -> str:
    """Return the command that shows a coupon: given again, it is another purchase, and the coupon has been used."""
    body = {**_body(f"coupon-{_EACH_TIME}", card, products, at), "coupons": [barcode]}
    return _curl(till, key, body).replace(_EACH_TIME, _NOW)


def _body(receipt: str, card: str, products: tuple[str, str], at: datetime) -> dict[str, object]:
    first, second = products
    lines = [
        {"product": first, "quantity": 1, "amount": 298},
        {"product": second, "quantity": 2, "amount": 432},
    ]
    return {
        "receipt": receipt,
        "business_date": at.date().isoformat(),
        "at": at.replace(microsecond=0).isoformat(),
        "card": card,
        "lines": lines,
        "amount": _AMOUNT,
    }


def _curl(till: str, key: str, body: dict[str, object]) -> str:
    words = [
        "curl", "-sS", f"{till}/v1/purchases", "-H", f"Authorization: Bearer {key}",
        "-H", "Content-Type: application/json", "-d", msgspec.json.encode(body).decode(),
    ]  # fmt: skip
    return shlex.join(words)
