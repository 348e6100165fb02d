"""Terminals at the door: who asks follows from the key alone; rates are limited per key.

Keys that are not known are looked up only so often for one place they come from, and are shown
to whoever watches for probing. A key that was good here once never waits for such neighbours.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

from noren.activity.exclusion import parse_exclusion
from noren.doors.till.allowance import Allowance, Strangers
from noren.doors.till.probing import Probing, place_of
from noren.governance.model import Terminal
from noren.governance.store import Directory
from noren.governance.terminals import key_hashes
from noren.kernel.keyring import KeyRing
from noren.register.jobs import Seller
from noren.register.refusals import Refusal

_KNOWN_SECONDS: Final = 20.0  # revocation must work within 60 s
_MAX_KNOWN: Final = 200_000
_BEARER: Final = "bearer "  # a scheme's letters may be large or small (RFC 9110 §11.1)
_MAX_HEADER: Final = 200


class Peer(Protocol):
    """Who asks, by its connection alone: ``address:port``, read only when the key is not known."""

    client: str


@dataclass(slots=True)
class Pass:
    """A terminal let in: whose it is, until when that was looked up, and its allowance."""

    seller: Seller
    good_until: float
    rate: int
    allowance: Allowance


class Doorkeeper:
    """Lets terminals in. Knows keys for a short while, so that a revoked one is refused soon."""

    def __init__(
        self,
        *,
        directory: Directory,
        ring: KeyRing,
        sandbox: bool,
        default_per: int,
        default_rate: int,
        strangers: Strangers,
        probing: Probing,
        today: Callable[[], date],
        real_today: Callable[[], date],
    ) -> None:
        self._directory = directory
        self._ring = ring
        self._sandbox = sandbox
        self._default_per = default_per
        self._default_rate = default_rate
        self._strangers = strangers
        self._probing = probing
        self._today = today
        self._real_today = real_today
        self._known: dict[str, Pass] = {}

    def let_in(self, authorization: str | None, peer: Peer) -> Pass | Refusal:
        """Return the terminal's pass, or why it is refused; takes one from its allowance."""
        now = time.monotonic()
        key = _bearer(authorization)
        if key is None:
            return Refusal("bad-key")
        known = self._known.get(key)
        if known is None or now > known.good_until:
            renewed = self._renew(key, known, place_of(peer.client), now)
            if isinstance(renewed, Refusal):
                return renewed
            known = renewed
        return known if known.allowance.take(now) else Refusal("slow-down")

    def _renew(self, key: str, known: Pass | None, place: str, now: float) -> Pass | Refusal:
        """Look a key up that was not looked at for a while, or never."""
        if known is None and not self._strangers.may_ask(place, now):
            self._probing.saw(key, place, "", now)
            return Refusal("slow-down")
        looked_up = self._look_up(key, place, now)
        if isinstance(looked_up, Refusal):
            self._known.pop(key, None)
            self._strangers.failed(place, now)
            return looked_up
        if known is not None:
            looked_up.allowance = known.allowance
            looked_up.allowance.rate = looked_up.rate
        elif len(self._known) >= _MAX_KNOWN:
            del self._known[next(iter(self._known))]
        self._known[key] = looked_up
        return looked_up

    def partner_of(self, shop: str) -> str | None:
        """Return the company of a shop."""
        found = self._directory.shop(shop)
        return found.partner if found else None

    def _look_up(self, key: str, place: str, now: float) -> Pass | Refusal:
        found = (self._directory.terminal(hashed) for hashed in key_hashes(self._ring, key))
        terminal = next((t for t in found if t is not None), None)
        if terminal is None:
            self._probing.saw(key, place, "", now)
            return Refusal("bad-key")
        admitted = self._admit(terminal, now)
        if isinstance(admitted, Refusal):
            self._probing.saw(key, place, terminal.shop, now)
        return admitted

    def _admit(self, terminal: Terminal, now: float) -> Pass | Refusal:
        if terminal.revoked or terminal.expires < self._real_today():
            return Refusal("revoked-key")
        if terminal.test != self._sandbox:
            return Refusal("not-allowed")
        rules = self._directory.rules(terminal.shop, on=self._today(), default_per=self._default_per)
        if rules is None:
            return Refusal("not-allowed")
        exclusions = parse_exclusion(rules.exclude) if rules.exclude else ()
        seller = Seller(terminal.shop, terminal.terminal, rules.partner, rules.per, exclusions, balance=rules.balance)
        rate = terminal.rate or self._default_rate
        return Pass(seller, now + _KNOWN_SECONDS, rate, Allowance.full(rate, now))


def _bearer(authorization: str | None) -> str | None:
    """Return the key of a header, whichever way the scheme is spelled (RFC 9110): one key, one allowance."""
    if authorization is None or len(authorization) > _MAX_HEADER:
        return None
    return authorization[len(_BEARER) :] if authorization[: len(_BEARER)].lower() == _BEARER else None
