"""How often somebody may try to sign in: per account and for all together. In memory only; accounts by keyed index.

Guessing one member's password and trying one password on many members both end here. A
locked account opens again by itself, so that nobody can be kept out for long by a stranger.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from typing import Final

from noren.kernel.clock import Clock

WINDOW: Final = timedelta(minutes=15)
MISSES_PER_ACCOUNT: Final = 5
ATTEMPTS_PER_MINUTE: Final = 300
MAX_ACCOUNTS: Final = 100_000
_MINUTE: Final = timedelta(minutes=1)


class Attempts:
    """Counts tries of this process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._misses: dict[bytes, deque[datetime]] = {}
        self._all: deque[datetime] = deque()

    def may_try(self, account: bytes) -> bool:
        """Return whether a try may go on; it counts among all tries."""
        now = self._clock.now()
        _forget(self._all, now - _MINUTE)
        misses = self._misses.get(account)
        if misses is not None:
            _forget(misses, now - WINDOW)
        if len(self._all) >= ATTEMPTS_PER_MINUTE or len(misses or ()) >= MISSES_PER_ACCOUNT:
            return False
        self._all.append(now)
        return True

    def missed(self, account: bytes) -> None:
        """Count a wrong password."""
        while len(self._misses) >= MAX_ACCOUNTS and account not in self._misses:
            self._misses.pop(next(iter(self._misses)))
        self._misses.setdefault(account, deque()).append(self._clock.now())

    def succeeded(self, account: bytes) -> None:
        """Forget the misses of an account."""
        self._misses.pop(account, None)


def _forget(times: deque[datetime], before: datetime) -> None:
    while times and times[0] <= before:
        times.popleft()
