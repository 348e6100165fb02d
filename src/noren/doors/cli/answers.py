"""A zone's refusal as a text for people."""

from __future__ import annotations

import contextlib
from typing import Any, cast

import msgspec

from noren.kernel.say import Say


def refusal_text(status: int, body: bytes) -> Say:
    """Return the zone's own words when it gives any, else its status."""
    found: object = None
    with contextlib.suppress(msgspec.DecodeError):
        found = msgspec.json.decode(body)
    if isinstance(found, dict):
        given = cast("dict[str, Any]", found)
        if isinstance(given.get("extra"), dict):
            given = {**given, **given["extra"]}
        for ja, en in (("reason_ja", "reason_en"), ("reason", "reason"), ("detail", "detail")):
            if isinstance(given.get(ja), str) and isinstance(given.get(en), str):
                return Say(given[ja], given[en])
    return Say(f"ゾーンが断りました(状態 {status})。", f"The zone refused (status {status}).")
