"""Sign-ins that were begun: each is taken once, by the browser that began it, within ten minutes. In memory only."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Final, Generic, TypeVar

from noren.kernel.clock import Clock

LIFE: Final = timedelta(minutes=10)
MAX_PENDING: Final = 10_000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Begun(Generic[T]):
    what: T = field(repr=False)
    browser: bytes = field(repr=False)
    until: datetime


class Pending(Generic[T]):
    """What was begun and not finished; threads may share it. The oldest makes room when all is full."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._begun: dict[str, _Begun[T]] = {}

    def begin(self, what: T, *, browser: str) -> str:
        """Keep ``what`` for the browser with that secret; return the name under which it is taken."""
        name = secrets.token_urlsafe(32)
        with self._lock:
            now = self._clock.now()
            self._forget(now)
            self._begun[name] = _Begun(what, _hash(browser), now + LIFE)
        return name

    def take(self, name: str, *, browser: str) -> T | None:
        """Return what was begun under a name and forget it; None: never begun, over, taken, or another browser's.

        Another browser's try takes nothing away: its owner may still finish.
        """
        with self._lock:
            found = self._begun.get(name)
            if found is None or not secrets.compare_digest(found.browser, _hash(browser)):
                return None
            del self._begun[name]
            return found.what if self._clock.now() < found.until else None

    def _forget(self, now: datetime) -> None:
        while self._begun:
            oldest = next(iter(self._begun))
            if self._begun[oldest].until > now and len(self._begun) < MAX_PENDING:
                return
            del self._begun[oldest]


def _hash(browser: str) -> bytes:
    return hashlib.sha256(browser.encode()).digest()
