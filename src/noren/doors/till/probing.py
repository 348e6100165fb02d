"""Key probing: many different keys that are not valid, from one place, for one shop, or all in all.

A till that repeats one wrong key is a till that was set up wrongly; whoever tries many is
looking for one that opens. What is remembered (places, keys) is remembered in this process
alone, for some minutes, as marks under a key that dies with it; the alert tells counts only.
"""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final

from noren.governance.alerts import Alert, AlertWord

MAX_SCOPES: Final = 4_096
EVERYWHERE_FACTOR: Final = 10
"""Keys from many places must be so many times more before they are an alert together."""

_MARK_BYTES: Final = 8
_SITE_BITS: Final = 64
_EVERYWHERE: Final = b""


def place_of(client: str) -> str:
    """Return the place that a peer's ``address:port`` stands for: the address; of IPv6 its /64, one site's."""
    host = client.rpartition(":")[0].strip("[]") or client
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 6:
        mapped = address.ipv4_mapped
        return str(mapped or ipaddress.ip_network((address, _SITE_BITS), strict=False))
    return host


class Marker:
    """Makes marks that mean nothing outside this process: keyed hashes under a key that is never written."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def __call__(self, text: str) -> bytes:
        """Return the mark of a text."""
        return blake2b(text.encode("utf-8", "replace"), digest_size=_MARK_BYTES, key=self._key).digest()


@dataclass(slots=True)
class _Scope:
    """What was tried within one scope since ``begun``."""

    begun: float
    keys: set[bytes] = field(default_factory=set[bytes])


class Probing:
    """Sees each key that is refused; raises an alert at each ``threshold`` different ones within ``window_seconds``."""

    def __init__(
        self,
        *,
        threshold: int,
        window_seconds: float,
        mark: Callable[[str], bytes],
        raise_alert: Callable[[Alert], None],
    ) -> None:
        self._threshold = threshold
        self._window = window_seconds
        self._mark = mark
        self._raise = raise_alert
        self._scopes: dict[bytes, _Scope] = {}

    def saw(self, key: str, place: str, shop: str, now: float) -> None:
        """Count a refused key. ``shop``: whose it was, when it is a revoked or misplaced one; else empty."""
        if not self._threshold:
            return
        mark = self._mark(key)
        if shop:
            if self._count(b"shop" + self._mark(shop), mark, self._threshold, now):
                self._raise(Alert(AlertWord.KEY_PROBING, shop))
            return
        found = self._count(self._mark(place), mark, self._threshold, now)
        if self._count(_EVERYWHERE, mark, self._threshold * EVERYWHERE_FACTOR, now) or found:
            self._raise(Alert(AlertWord.KEY_PROBING))

    def _count(self, name: bytes, key: bytes, threshold: int, now: float) -> bool:
        scope = self._scopes.get(name)
        if scope is None or now - scope.begun > self._window:
            self._scopes.pop(name, None)
            if len(self._scopes) >= MAX_SCOPES:
                del self._scopes[next(iter(self._scopes))]
            scope = self._scopes[name] = _Scope(now)
        scope.keys.add(key)
        if len(scope.keys) < threshold:
            return False
        scope.keys.clear()
        return True
