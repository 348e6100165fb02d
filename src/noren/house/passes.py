"""Passes: short-lived signed tokens with which one zone calls another's inner door; deny by default.

A pass names who calls, whom, for which operation, and lives 30 seconds. The called zone
checks signature, audience, age and its own table of who may do what.
"""

from __future__ import annotations

import base64
import secrets
import time
from typing import Final, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from noren.house.home import Home, Zone
from noren.house.keys import ZoneKeys, trusted
from noren.house.keys.trust import trust_path

LIFE_SECONDS: Final = 30
_SKEW_SECONDS: Final = 5
_ALGORITHMS: Final = ["Ed25519"]

# called zone -> operation -> zones that may call it. What is not listed is refused.
MAY_CALL: Final[dict[Zone, dict[str, tuple[Zone, ...]]]] = {
    "ledger-worker": {
        "enrol": ("vault",),
        "cards": ("vault",),
        "choices": ("vault",),
        "erase": ("vault",),
        "dormant": ("vault",),
        "forget": ("statement",),
        "entries": ("statement",),
        "erasures": ("operator",),
        "backup": ("operator",),
        "reference": ("operator",),
        "terminals": ("operator",),
        "purchases": ("operator",),
        "cutover": ("operator",),
        "alerts": ("operator",),
        "audiences": ("operator",),
        "campaigns": ("operator",),
        "tiers": ("operator",),
        "published": ("front",),
        "settlement": ("operator",),
        "claims": ("operator",),
        "copies": ("operator",),
        "provide": ("operator",),
        "disclose": ("statement",),
        "export": ("operator",),
        "summary": ("front", "operator"),
        "check": ("operator",),
        "keys": ("operator",),
    },
    "vault": {
        "enrol": ("operator",),
        "cards": ("operator",),
        "choices": ("operator",),
        "copies": ("operator",),
        "erase": ("operator",),
        "dormant": ("operator",),
        "backup": ("operator",),
        "retell": ("operator",),
        "agreed": ("operator",),
        "rights": ("operator",),
        "glass": ("operator",),
        "export": ("operator",),
        "summary": ("operator",),
        "check": ("operator",),
        "keys": ("operator",),
    },
    "desk": {
        "register": ("operator", "vault", "front"),
        "announce": ("operator",),
        "clear": ("operator",),
        "staff": ("operator",),
        "standing": ("ledger-worker", "vault"),
        "glass": ("vault",),
        "incidents": ("operator",),
        "requests": ("operator",),
        "transparency": ("operator", "front"),
        "backup": ("operator",),
        "copies": ("operator",),
        "check": ("operator",),
    },
    "till": {},
    "statement": {},
    "front": {},
}


class PassRefused(Exception):
    """A call came without a pass that allows it."""


class Porter:
    """Makes passes for one zone and checks those that come to it."""

    def __init__(self, home: Home, keys: ZoneKeys) -> None:
        self._zone: Zone = keys.zone
        self._keys = keys
        self._signing: tuple[Ed25519PrivateKey, OKPKey] | None = None
        self._home = home
        self._verifying: dict[Zone, tuple[int, list[OKPKey]]] = {}

    @property
    def zone(self) -> Zone:
        """The zone whose passes it makes."""
        return self._zone

    def make(self, audience: Zone, operation: str) -> str:
        """Return a pass for one operation at another zone."""
        now = int(time.time())
        claims = {
            "iss": self._zone,
            "aud": audience,
            "act": operation,
            "iat": now,
            "exp": now + LIFE_SECONDS,
            "jti": secrets.token_hex(8),
        }
        return jwt.encode({"alg": "Ed25519"}, claims, self._signer(), algorithms=_ALGORITHMS)

    def _signer(self) -> OKPKey:
        """The zone's signing key of now: a command that runs for hours outlives one."""
        self._keys.look()
        signing = self._keys.signing
        if self._signing is None or self._signing[0] is not signing:
            pem = signing.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            self._signing = signing, OKPKey.import_key(pem, {"alg": "Ed25519"})
        return self._signing[1]

    def check(self, token: str, operation: str) -> Zone:
        """Return the calling zone when the pass allows ``operation`` here.

        Raises:
            PassRefused: no pass, a wrong one, too old, or not for this operation.
        """
        for caller in MAY_CALL.get(self._zone, {}).get(operation, ()):
            if self._fits(token, caller, operation):
                return caller
        raise PassRefused(f"no pass for {operation} at {self._zone}")

    def _fits(self, token: str, caller: Zone, operation: str) -> bool:
        return any(self._says(token, key, caller, operation) for key in self.publics(caller))

    def _says(self, token: str, key: OKPKey, caller: Zone, operation: str) -> bool:
        try:
            claims = jwt.decode(token, key, algorithms=_ALGORITHMS).claims
        except (JoseError, ValueError):
            return False
        now = time.time()
        return (
            claims.get("iss") == caller
            and claims.get("aud") == self._zone
            and claims.get("act") == operation
            and now - _SKEW_SECONDS <= float(cast(int, claims.get("exp", 0))) <= now + LIFE_SECONDS + _SKEW_SECONDS
        )

    def publics(self, zone: Zone) -> list[OKPKey]:
        """Return the keys that verify what a zone signs now; its file of them is exchanged when they rotate."""
        try:
            written = trust_path(self._home, zone).stat().st_mtime_ns
        except OSError:
            written = 0
        if zone not in self._verifying or self._verifying[zone][0] != written:
            keys = [
                OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": _b64url(raw)})
                for raw in trusted(self._home, zone).verifying
            ]
            self._verifying[zone] = written, keys
        return self._verifying[zone][1]


def _b64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
