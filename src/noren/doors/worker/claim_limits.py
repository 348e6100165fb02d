"""How often slips may be claimed: by one member, and for receipts of one terminal. In this process' memory only.

Without it a counter that tries receipt numbers one after the other would learn at which of them slips came out.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Final

A_MEMBER: Final = 10
A_TERMINAL: Final = 100
DAY_SECONDS: Final = 86_400.0
MAX_COUNTED: Final = 100_000
"""Of so many members and terminals claims are counted; the one longest quiet is forgotten first."""


class ClaimLimits:
    """Counts claims of the last 24 hours; threads may share it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, Lock()
        self._claims: dict[object, deque[float]] = {}

    def take(self, limits: Mapping[object, int]) -> bool:
        """Count a claim for each of whom it is of; False, and nothing counted, where one of them has no more today."""
        with self._lock:
            now = self._clock()
            if any(len(self._lately(each, now)) >= most for each, most in limits.items()):
                return False
            for each in limits:
                claims = self._lately(each, now)
                claims.append(now)
                self._claims.pop(each, None)
                self._claims[each] = claims
            while len(self._claims) > MAX_COUNTED:
                del self._claims[next(iter(self._claims))]
            return True

    def _lately(self, whose: object, now: float) -> deque[float]:
        claims = self._claims.get(whose) or deque[float]()
        while claims and now - claims[0] >= DAY_SECONDS:
            claims.popleft()
        return claims
