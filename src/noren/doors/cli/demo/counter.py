"""The demo at a till's counter: it sets the sandbox's clock, and asks what a member has."""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime
from typing import Any

import httpx
import msgspec


class LiveCoupon(msgspec.Struct, frozen=True):
    """A coupon that the register would take now."""

    barcode: str
    title_ja: str
    title_en: str
    valid_until: str


def set_clock(till: str, key: str, at: datetime) -> None:
    """Set the sandbox's clock to ``at`` (aware)."""
    _post(till, key, "/v1/sandbox/clock", {"at": at.isoformat()})


def live_coupon(till: str, key: str, card: str, but: Container[str]) -> LiveCoupon | None:
    """Return the coupon of a member that ends first, None when she has none that is not used.

    ``but``: titles in Japanese of the coupons that are not meant.
    """
    for found in _post(till, key, "/v1/balance", {"card": card})["coupons"]:
        title = found["title"]
        if title["ja"] in but:
            continue
        return LiveCoupon(found["barcode"]["value"], title["ja"], title["en"], found["valid_until"])
    return None


def _post(till: str, key: str, path: str, body: dict[str, str]) -> Any:
    answer = httpx.post(f"{till}{path}", json=body, headers={"Authorization": f"Bearer {key}"}, trust_env=False)
    return answer.raise_for_status().json()
