"""One working ``curl`` for whoever looks on: a fresh purchase with a real product, by a card of the demo."""

from __future__ import annotations

import secrets
import shlex
from datetime import datetime

import msgspec


def trial_curl(till: str, key: str, card: str, products: tuple[str, str], at: datetime) -> str:
    """Return the command. ``till``: origin of the till; ``at``: the programme's present, aware."""
    first, second = products
    lines = [
        {"product": first, "quantity": 1, "amount": 298},
        {"product": second, "quantity": 2, "amount": 432},
    ]
    body = {
        "receipt": f"demo-{secrets.token_hex(4)}",
        "business_date": at.date().isoformat(),
        "at": at.replace(microsecond=0).isoformat(),
        "card": card,
        "lines": lines,
        "amount": 730,
    }
    words = [
        "curl", "-sS", f"{till}/v1/purchases", "-H", f"Authorization: Bearer {key}",
        "-H", "Content-Type: application/json", "-d", msgspec.json.encode(body).decode(),
    ]  # fmt: skip
    return shlex.join(words)
