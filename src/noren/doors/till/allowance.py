"""How much one caller may take of the till: a token bucket each, and a share of what is under way.

Rates are whole numbers from one a second, so whoever has to wait need never wait longer than
one second: that is what ``Retry-After`` says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

RETRY_AFTER_SECONDS: Final = 1
MAX_UNDER_WAY: Final = 512
"""Requests of one terminal, and lines of its batches, that may wait for the writer at a time: two of its commits each,
so that others wait no longer than that for a terminal that floods."""

MAX_PLACES: Final = 10_000


@dataclass(slots=True)
class Allowance:
    """Token bucket refilled by the second's ``rate``, holding at most one second's worth; and what is under way."""

    rate: int
    tokens: float
    filled: float
    under_way: int = 0
    lines_under_way: int = 0

    @classmethod
    def full(cls, rate: int, now: float) -> Allowance:
        """Return the allowance of a caller not seen before."""
        return cls(rate, rate, now)

    def has_one(self, now: float) -> bool:
        """Whether there is one request's worth left."""
        tokens = self.tokens + (now - self.filled) * self.rate
        self.filled = now
        self.tokens = min(self.rate, tokens)
        return self.tokens >= 1

    def take(self, now: float) -> bool:
        """Take one request's worth; False when there is none left."""
        tokens = self.tokens + (now - self.filled) * self.rate
        self.filled = now
        if tokens > self.rate:
            tokens = self.rate
        self.tokens = tokens - 1 if tokens >= 1 else tokens
        return tokens >= 1


class Strangers:
    """How many keys that are not valid may come from one place.

    Looking one up is what is paid for: a good key takes nothing, so a thousand tills behind one address may all
    come at once. ``mark`` turns a place into something that says nothing outside this process. At most
    ``MAX_PLACES`` are remembered; the one that came first is forgotten first.
    """

    def __init__(self, *, rate: int, mark: Callable[[str], bytes]) -> None:
        self._rate = rate
        self._mark = mark
        self._places: dict[bytes, Allowance] = {}

    def may_ask(self, place: str, now: float) -> bool:
        """Whether a key that is not known may be looked up for that place."""
        allowance = self._places.get(self._mark(place))
        return allowance is None or allowance.has_one(now)

    def failed(self, place: str, now: float) -> None:
        """Count a key that was no good."""
        mark = self._mark(place)
        allowance = self._places.get(mark)
        if allowance is None:
            if len(self._places) >= MAX_PLACES:
                del self._places[next(iter(self._places))]
            allowance = self._places[mark] = Allowance.full(self._rate, now)
        allowance.take(now)
