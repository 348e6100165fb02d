"""A company's provider without a network, which signs whatever it is told to: for tests of what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from noren.governance.signing_in.provider import ProviderWrong, Tokens

ISSUER: Final = "https://login.company.example"
CLIENT: Final = "noren-desk"
LIFE_SECONDS: Final = 300


@dataclass
class FakeProvider:
    """Gives one token for one code. ``token`` overrides what it signs; ``down``: it does not answer."""

    now: datetime
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, auto_kid=True))
    published: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    claims: dict[str, Any] = field(default_factory=dict[str, Any])
    token: str = ""
    down: bool = False
    document: dict[str, Any] = field(default_factory=dict[str, Any])
    asked: list[str] = field(default_factory=list[str])
    used: set[str] = field(default_factory=set[str])

    def metadata(self) -> Mapping[str, Any]:
        """Return its document."""
        self._answer("metadata")
        return {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
            **self.document,
        }

    def keys(self, address: str) -> Mapping[str, Any]:
        """Return its key set."""
        self._answer(address)
        return {"keys": self.published or [self.key.as_dict(private=False)]}

    def exchange(self, address: str, *, code: str, verifier: str) -> Tokens:
        """Give the token once."""
        self._answer(address)
        if code in self.used or not verifier:
            raise ProviderWrong("it answered 400")
        self.used.add(code)
        return Tokens(self.token or self.signed(), "access")

    def signed(self, key: Any = None, **header: Any) -> str:
        """Return a token that says ``claims`` over what a good one says; a claim of None is left out."""
        at = int(self.now.timestamp())
        good = {"iss": ISSUER, "sub": "hanako", "aud": CLIENT, "iat": at, "exp": at + LIFE_SECONDS}
        said = {name: value for name, value in (good | self.claims).items() if value is not None}
        head: dict[str, Any] = {"alg": "RS256", "kid": self.key.kid, **header}
        return jwt.encode(head, said, key or self.key, algorithms=[head["alg"]])

    def _answer(self, what: str) -> None:
        if self.down:
            raise ProviderWrong("it does not answer")
        self.asked.append(what)


def asked_for(address: str) -> dict[str, str]:
    """Return what the desk asked in the address to which it sent the browser."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
