"""Terminals at the door: who asks follows from the key alone; rates are limited per key."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from noren.activity.exclusion import parse_exclusion
from noren.governance.model import Terminal
from noren.governance.store import Directory
from noren.governance.terminals import key_hashes
from noren.kernel.keyring import KeyRing
from noren.register.jobs import Seller
from noren.register.refusals import Refusal

RATE_PER_SECOND: Final = 5_000
_KNOWN_SECONDS: Final = 20.0  # revocation must work within 60 s
_MAX_KNOWN: Final = 200_000
_BEARER: Final = "bearer "  # a scheme's letters may be large or small (RFC 9110 §11.1)
_MAX_HEADER: Final = 200


@dataclass(slots=True)
class Pass:
    """A terminal let in: whose it is, until when that was looked up, and its allowance."""

    seller: Seller
    good_until: float
    tokens: float
    filled: float


class Doorkeeper:
    """Lets terminals in. Knows keys for a short while, so that a revoked one is refused soon."""

    def __init__(
        self,
        *,
        directory: Directory,
        ring: KeyRing,
        sandbox: bool,
        default_per: int,
        today: Callable[[], date],
        real_today: Callable[[], date],
    ) -> None:
        self._directory = directory
        self._ring = ring
        self._sandbox = sandbox
        self._default_per = default_per
        self._today = today
        self._real_today = real_today
        self._known: dict[str, Pass] = {}

    def let_in(self, authorization: str | None) -> Pass | Refusal:
        """Return the terminal's pass, or why it is refused; takes one from its allowance."""
        now = time.monotonic()
        key = _bearer(authorization)
        if key is None:
            return Refusal("bad-key")
        known = self._known.get(key)
        if known is None or now > known.good_until:
            looked_up = self._look_up(key, now)
            if isinstance(looked_up, Refusal):
                self._known.pop(key, None)
                return looked_up
            if known is not None:
                looked_up.tokens, looked_up.filled = known.tokens, known.filled
            elif len(self._known) >= _MAX_KNOWN:
                del self._known[next(iter(self._known))]
            known = self._known[key] = looked_up
        return known if _take_token(known, now) else Refusal("slow-down")

    def partner_of(self, shop: str) -> str | None:
        """Return the company of a shop."""
        found = self._directory.shop(shop)
        return found.partner if found else None

    def _look_up(self, key: str, now: float) -> Pass | Refusal:
        found = (self._directory.terminal(hashed) for hashed in key_hashes(self._ring, key))
        terminal = next((t for t in found if t is not None), None)
        if terminal is None:
            return Refusal("bad-key")
        if terminal.revoked or terminal.expires < self._real_today():
            return Refusal("revoked-key")
        if terminal.test != self._sandbox:
            return Refusal("not-allowed")
        return self._admit(terminal, now)

    def _admit(self, terminal: Terminal, now: float) -> Pass | Refusal:
        rules = self._directory.rules(terminal.shop, on=self._today(), default_per=self._default_per)
        if rules is None:
            return Refusal("not-allowed")
        exclusions = parse_exclusion(rules.exclude) if rules.exclude else ()
        seller = Seller(terminal.shop, terminal.terminal, rules.partner, rules.per, exclusions, balance=rules.balance)
        return Pass(seller, now + _KNOWN_SECONDS, RATE_PER_SECOND, now)


def _bearer(authorization: str | None) -> str | None:
    """Return the key of a header, whichever way the scheme is spelled (RFC 9110): one key, one allowance."""
    if authorization is None or len(authorization) > _MAX_HEADER:
        return None
    return authorization[len(_BEARER) :] if authorization[: len(_BEARER)].lower() == _BEARER else None


def _take_token(known: Pass, now: float) -> bool:
    """Token bucket: refilled by the second's rate, holding at most one second's worth."""
    known.tokens = min(RATE_PER_SECOND, known.tokens + (now - known.filled) * RATE_PER_SECOND)
    known.filled = now
    if known.tokens < 1:
        return False
    known.tokens -= 1
    return True
