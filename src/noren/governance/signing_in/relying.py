"""The desk as a relying party of the company's provider: code flow with PKCE, state and nonce, each used once."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from noren.governance.signing_in.id_tokens import KeyNotThere, subject_of
from noren.governance.signing_in.pending import Pending
from noren.governance.signing_in.provider import Metadata, Provider, ProviderDoor, ProviderWrong, Tokens, metadata_of
from noren.governance.signing_in.refusals import NotProved, Why
from noren.kernel.clock import Clock

KEPT: Final = timedelta(hours=1)
"""How long what the provider says of itself is believed before it is asked again."""
KEYS_AGAIN: Final = timedelta(minutes=1)
"""A token with a key that we do not know makes us ask for new keys, but strangers' tokens not more often than that."""
AWAY: Final = timedelta(seconds=5)
"""So long a provider that did not answer is not asked again: who waits for it must not hold everybody else."""
MAX_CODE: Final = 4_096


@dataclass(frozen=True, slots=True)
class Asked:
    """A sign-in at the provider that was begun. ``purpose``: the desk's own word for what it is for."""

    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    purpose: str


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom the provider names; ``purpose`` as it was begun."""

    issuer: str
    subject: str = field(repr=False)
    purpose: str


@dataclass(frozen=True, slots=True)
class Back:
    """What a browser brings back from the provider. Nothing of it is an address that is asked."""

    state: str = field(repr=False)
    code: str = field(repr=False)
    error: str = ""
    issuer: str = ""


class RelyingParty:
    """Sends browsers to one provider and reads what they bring back; threads may share it."""

    def __init__(self, provider: Provider, door: ProviderDoor, clock: Clock) -> None:
        self.provider = provider
        self._door, self._clock = door, clock
        self._pending: Pending[Asked] = Pending(clock)
        self._lock = Lock()
        self._metadata: tuple[Metadata, datetime] | None = None
        self._keys: tuple[Mapping[str, Any], datetime] | None = None
        self._away_until: datetime | None = None

    def begin(self, *, browser: str, purpose: str) -> str | NotProved:
        """Return the address to which the browser with that secret goes."""
        try:
            where = self._known()
        except ProviderWrong:
            return NotProved(Why.PROVIDER_AWAY)
        asked = Asked(secrets.token_urlsafe(32), secrets.token_urlsafe(48), purpose)
        query: dict[str, str] = {
            "response_type": "code",
            "scope": "openid",
            "client_id": self.provider.client_id,
            "redirect_uri": self.provider.back_to,
            "state": self._pending.begin(asked, browser=browser),
            "nonce": asked.nonce,
            "code_challenge": _challenge(asked.verifier),
            "code_challenge_method": "S256",
        }
        return f"{where.authorization}{'&' if urlsplit(where.authorization).query else '?'}{urlencode(query)}"

    def finish(self, back: Back, *, browser: str) -> Subject | NotProved:
        """Return whom the provider names for the browser with that secret. A state counts once."""
        asked = self._pending.take(back.state, browser=browser)
        if asked is None:
            return NotProved(Why.NOT_BEGUN_HERE)
        try:
            return self._finished(back, asked)
        except ProviderWrong:
            return NotProved(Why.PROVIDER_AWAY)

    def _finished(self, back: Back, asked: Asked) -> Subject | NotProved:
        where = self._known()
        named = back.issuer or (not where.names_itself and self.provider.issuer)
        if named != self.provider.issuer:
            return NotProved(Why.NOT_PROVED, "another-issuer")
        if back.error or not 0 < len(back.code) <= MAX_CODE:
            return NotProved(Why.PROVIDER_DECLINED)
        tokens = self._door.exchange(where.token, code=back.code, verifier=asked.verifier)
        found = self._subject(where, tokens, asked.nonce)
        return found if isinstance(found, NotProved) else Subject(self.provider.issuer, found, asked.purpose)

    def _subject(self, where: Metadata, tokens: Tokens, nonce: str) -> str | NotProved:
        for again in (False, True):
            try:
                keys = self._key_set(where, again=again)
                return subject_of(tokens, keys, self.provider, nonce=nonce, now=self._clock.now())
            except KeyNotThere:
                continue
        return NotProved(Why.NOT_PROVED, "unknown-key")

    def _known(self) -> Metadata:
        with self._lock:
            now = self._clock.now()
            if self._metadata is None or now - self._metadata[1] >= KEPT:
                self._metadata = self._asked(now), now
            return self._metadata[0]

    def _asked(self, now: datetime) -> Metadata:
        if self._away_until is not None and now < self._away_until:
            raise ProviderWrong("it did not answer just now")
        self._away_until = now + AWAY
        found = metadata_of(self._door.metadata(), self.provider.issuer)
        self._away_until = None
        return found

    def _key_set(self, where: Metadata, *, again: bool) -> Mapping[str, Any]:
        with self._lock:
            now = self._clock.now()
            age = now - self._keys[1] if self._keys else KEPT
            if self._keys is None or age >= KEPT or (again and age >= KEYS_AGAIN):
                self._keys = self._door.keys(where.keys), now
            return self._keys[0]


def _challenge(verifier: str) -> str:
    """Return what RFC 7636 calls S256."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
