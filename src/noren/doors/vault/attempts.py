"""How often somebody may try to sign in with one number. In memory only; accounts by keyed index.

A try counts when it is let through, before its password is looked at, so tries side by side
gain nothing; a right password wipes the count away. After a few free tries each further one
must wait since the last that counted, twice as long every time, at most a quarter of an hour.
A refused try counts for nothing and prolongs nothing: when the wait is over, whoever tries
next is let through, the owner like anybody else. One number's tries never touch another's;
what strangers may cost us all together, ``hashing.py`` bounds.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from noren.kernel.clock import Clock

FREE_TRIES: Final = 3
LONGEST_WAIT: Final = timedelta(minutes=15)
FORGOTTEN_AFTER: Final = timedelta(days=1)
MAX_ACCOUNTS: Final = 100_000
"""Counts kept. Beyond it the account longest untried is forgotten: each one that pushes it out costs a hash."""
_DOUBLINGS: Final = 10  # 2 ** 10 s is over the longest wait


class Attempts:
    """Counts tries of this process; threads may share it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._tries: dict[bytes, tuple[int, datetime]] = {}  # how many, and when the last; longest untried first

    def wait(self, account: bytes) -> int:
        """Return how many seconds a try must wait, 0 when it may go on. Counts nothing."""
        with self._lock:
            return self._wait(account, self._clock.now())

    def count(self, account: bytes) -> int:
        """Count a try that goes on now and return 0; or return how many seconds it must wait, uncounted."""
        with self._lock:
            now = self._clock.now()
            wait = self._wait(account, now)
            if not wait:
                tries, _ = self._tries.pop(account, (0, now))
                self._tries[account] = (tries + 1, now)
                if len(self._tries) > MAX_ACCOUNTS:
                    del self._tries[next(iter(self._tries))]
            return wait

    def succeeded(self, account: bytes) -> None:
        """Forget an account's tries: its owner was here."""
        with self._lock:
            self._tries.pop(account, None)

    def _wait(self, account: bytes, now: datetime) -> int:
        tries, last = self._tries.get(account, (0, now))
        if now - last >= FORGOTTEN_AFTER:
            del self._tries[account]
            return 0
        if tries < FREE_TRIES:
            return 0
        wait = min(timedelta(seconds=2 ** min(tries - FREE_TRIES, _DOUBLINGS)), LONGEST_WAIT)
        return max(0, math.ceil((last + wait - now).total_seconds()))
