"""What accounts sign in with: passwords as Argon2id hashes, one-time codes by a sealed secret, invitation codes.

Argon2id takes 64 MiB: few hash at once, whoever comes beyond waits her turn.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pyotp import random_base32
from pyotp.totp import TOTP

from noren.kernel.keyring import KeyRing, UnknownKeyVersion
from noren.kernel.sealing import DoesNotOpen, Place, seal, unseal

LEAST: Final = 12
MOST: Final = 200
STEP_SECONDS: Final = 30
SLACK_STEPS: Final = 1
AT_ONCE: Final = 2
"""Argon2id takes 64 MiB each."""
_HASHER: Final = PasswordHasher()  # Argon2id, RFC 9106 low-memory profile: 64 MiB, 3 passes; as the vault's
_TURNS: Final = threading.BoundedSemaphore(AT_ONCE)
_NOBODYS_SECRET: Final = "A" * 32


def hash_password(password: str) -> bytes:
    """Return a password's hash."""
    with _TURNS:
        return _HASHER.hash(password).encode("ascii")


def _verify(hashed: str, password: str) -> bool:
    return _HASHER.verify(hashed, password)


def password_fits(hashed: bytes | None, password: str, verify: Callable[[str, str], bool] = _verify) -> bool:
    """Return whether a password is that of a hash. Where there is none the same work is done.

    ``verify``: the hashing, which tests count.
    """
    with _TURNS:
        try:
            fits = verify((hashed or _nobodys()).decode("ascii"), password[:MOST])
        except (VerificationError, InvalidHashError):
            fits = False
    return fits and hashed is not None


def is_weak(password: str, *about: str) -> bool:
    """Return whether a password is too short, too long, a mere run of signs, or says who she is."""
    folded = password.casefold()
    few = len(set(folded)) < LEAST // 2
    return not LEAST <= len(password) <= MOST or few or any(each and each.casefold() in folded for each in about)


@cache
def _nobodys() -> bytes:
    return _HASHER.hash(secrets.token_hex(16)).encode("ascii")


@dataclass(frozen=True, slots=True)
class Codes:
    """One-time codes of six digits (RFC 6238), each good once. ``ring``: seals their secrets."""

    ring: KeyRing = field(repr=False)

    def new_secret(self, account: str) -> bytes:
        """Return a new secret, sealed for an account."""
        return seal(self.ring, random_base32().encode("ascii"), _place(account))

    def shown(self, account: str, sealed: bytes) -> str:
        """Return the secret for her device."""
        return unseal(self.ring, sealed, _place(account)).decode("ascii")

    def step(self, account: str, sealed: bytes | None, code: str, at: datetime, last: int) -> int | None:
        """Return the step of a code that fits and is later than the last one used; None: it does not fit.

        Where there is no secret the same work is done.
        """
        totp = TOTP(self._secret(account, sealed))
        now = int(at.timestamp()) // STEP_SECONDS
        found: int | None = None
        for step in range(now - SLACK_STEPS, now + SLACK_STEPS + 1):
            fits = hmac.compare_digest(totp.generate_otp(step).encode(), code.encode("utf-8", "replace"))
            found = step if fits and step > last else found
        return None if sealed is None else found

    def _secret(self, account: str, sealed: bytes | None) -> str:
        try:
            return _NOBODYS_SECRET if sealed is None else self.shown(account, sealed)
        except (DoesNotOpen, UnknownKeyVersion):
            return random_base32()  # a key that is no more: no code fits, and a new invitation is due

    def mark(self, name: str) -> bytes:
        """Return the mark under which failures of an id are counted, whether or not there is such an account."""
        return hmac.digest(self.ring.key(), b"staff failure " + name.encode("utf-8", "replace"), "sha256")[:16]


def _place(account: str) -> Place:
    return Place("staff", "staff_credential", "secret", account.encode("ascii"))


def step_over(at: datetime) -> int:
    """Return the last step whose code can have been taken by an instant."""
    return int(at.timestamp()) // STEP_SECONDS + SLACK_STEPS


def new_code() -> str:
    """Return a new invitation code, or a session's id: 256 random bits."""
    return secrets.token_urlsafe(32)


def mark_of(code: str) -> bytes:
    """Return the mark under which a code is kept."""
    return hashlib.sha256(code.encode("utf-8", "replace")).digest()
