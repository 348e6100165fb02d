"""The instant at which conditions, caps and dates of campaigns see a purchase (the till's contract)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

PROMPT: Final = timedelta(minutes=10)
"""A purchase that is received within so long of its own instant is seen when it was received."""


def when_seen(at: int, received: int) -> int:
    """Return the instant t of a purchase, all in microseconds."""
    prompt = PROMPT // timedelta(microseconds=1)
    return received if abs(received - at) <= prompt else min(at, received)
