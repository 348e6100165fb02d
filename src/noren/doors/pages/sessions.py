"""Who is signed in: a short session per browser, in memory only. What is kept is whose it is and an end, no history.

Whose a session is, each door says in its own type: a row of the vault, a handle of the ledger.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

from noren.kernel.clock import Clock

LIFE: Final = timedelta(minutes=15)
MAX_SESSIONS: Final = 100_000

Whose = TypeVar("Whose")


class Sessions(Generic[Whose]):
    """Open sessions of this process; a restart ends them all. Keyed by a hash: memory holds no usable cookie.

    Begun and ended on the event loop alone; threads only look.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: dict[bytes, tuple[Whose, datetime]] = {}

    def begin(self, whose: Whose) -> str:
        """Open a session of 15 minutes; return the secret for the cookie. The oldest makes room when all is full."""
        self._forget()
        secret = secrets.token_urlsafe(32)
        self._open[_key(secret)] = (whose, self._clock.now() + LIFE)
        return secret

    def whose(self, secret: str | None) -> Whose | None:
        """Return whose session this is; None when there is none or its time is over."""
        found = self._open.get(_key(secret)) if secret else None
        return found[0] if found and self._clock.now() < found[1] else None

    def end(self, secret: str | None) -> None:
        """Close a session."""
        if secret:
            self._open.pop(_key(secret), None)

    def _forget(self) -> None:
        # All live equally long, so the oldest entries are the first to end.
        now = self._clock.now()
        while self._open:
            oldest = next(iter(self._open))
            if self._open[oldest][1] > now and len(self._open) < MAX_SESSIONS:
                return
            del self._open[oldest]


def _key(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
