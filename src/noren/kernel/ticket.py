"""The one-use ticket with which the vault sends a signed-in member to her own ledger door.

It carries her link token, signed by the vault and sealed to the statement door's public key
(HPKE, RFC 9180), so that her browser carries it and reads nothing. It lives 60 seconds,
opens once, and only in the browser that the statement door gave the nonce to.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Final

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from noren.kernel.ids import LINK_TOKEN_BYTES, LinkToken
from noren.kernel.say import Say

LIFE_SECONDS: Final = 60
MAX_TICKET_CHARACTERS: Final = 1024
MAX_USED_TICKETS: Final = 1_000_000
_SKEW_SECONDS: Final = 5
_SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
# The audience stands in both the signature's and the seal's context: a ticket is for the statement door alone.
_CONTEXT: Final = b"noren ticket 1\x00vault\x00statement"
_BODY: Final = struct.Struct(f">16sq32s{LINK_TOKEN_BYTES}s")
_SIGNATURE_BYTES: Final = 64


@dataclass(frozen=True, slots=True)
class TicketRefused:
    """A ticket does not open this door."""

    reason: Say


NOT_A_TICKET: Final = TicketRefused(
    Say(
        "このご利用券は確認できません。もう一度サインインしてください。",
        "This ticket can not be verified. Please sign in again.",
    )
)
OTHER_BROWSER: Final = TicketRefused(
    Say(
        "このご利用券は別の画面で発行されたものです。この画面からもう一度サインインしてください。",
        "This ticket was made for another window. Please sign in again from this one.",
    )
)
TOO_LATE: Final = TicketRefused(
    Say(
        "ご利用券の有効時間(60秒)が過ぎました。もう一度お進みください。",
        "The ticket's 60 seconds have passed. Please go through once more.",
    )
)
ALREADY_USED: Final = TicketRefused(
    Say(
        "このご利用券は使用済みです。もう一度お進みください。",
        "This ticket has been used. Please go through once more.",
    )
)


class UsedTickets:
    """Remembers tickets while they live; those made before it was opened are refused, so a restart forgets none."""

    def __init__(self, opened: datetime) -> None:
        self._opened = int(opened.timestamp())
        self._used: dict[bytes, int] = {}

    def admit(self, name: bytes, made: int, now: int) -> bool:
        """Return whether the ticket ``name`` made at ``made`` (seconds) is new here; from then on it is used."""
        self._forget(now)
        if made < self._opened or name in self._used or len(self._used) >= MAX_USED_TICKETS:
            return False
        self._used[name] = made + LIFE_SECONDS + _SKEW_SECONDS
        return True

    def _forget(self, now: int) -> None:
        # Insertion order is nearly the order of expiry: looking at the oldest is enough.
        while self._used and next(iter(self._used.values())) < now:
            self._used.pop(next(iter(self._used)))


def make_ticket(*, token: LinkToken, nonce: str, signing: Ed25519PrivateKey, sealing: bytes, now: datetime) -> str:
    """Return a ticket (base64url text) for the browser that holds ``nonce``.

    Args:
        token: the member's link token.
        nonce: what the statement door gave this browser.
        signing: the vault's signing key.
        sealing: the statement zone's raw X25519 public key.
        now: the present instant.
    """
    body = _BODY.pack(secrets.token_bytes(16), int(now.timestamp()), _hash(nonce), token.reveal())
    signed = signing.sign(_CONTEXT + body) + body
    sealed = _SUITE.encrypt(signed, X25519PublicKey.from_public_bytes(sealing), _CONTEXT)
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


def open_ticket(
    ticket: str,
    *,
    nonce: str,
    openings: Sequence[X25519PrivateKey],
    verifying: Sequence[bytes],
    now: datetime,
    used: UsedTickets,
) -> LinkToken | TicketRefused:
    """Return the link token of a ticket that is right, fresh, of this browser and not yet used.

    Args:
        ticket: what :func:`make_ticket` returned.
        nonce: the nonce of the browser that brings it.
        openings: the statement zone's private keys: more than one while they rotate.
        verifying: the vault's raw Ed25519 public keys, likewise.
        now: the present instant.
        used: tickets this door has admitted; the ticket is used up by this call.
    """
    pairs = product(openings, verifying)
    body = next((body for pair in pairs if (body := _verified(ticket, *pair)) is not None), None)
    if body is None:
        return NOT_A_TICKET
    name, made, of_nonce, token = _BODY.unpack(body)
    instant = int(now.timestamp())
    if not secrets.compare_digest(of_nonce, _hash(nonce)):
        return OTHER_BROWSER
    if not made - _SKEW_SECONDS <= instant <= made + LIFE_SECONDS:
        return TOO_LATE
    return LinkToken(token) if used.admit(name, made, instant) else ALREADY_USED


def _verified(ticket: str, opening: X25519PrivateKey, verifying: bytes) -> bytes | None:
    if len(ticket) > MAX_TICKET_CHARACTERS:
        return None
    try:
        sealed = base64.b64decode(ticket + "=" * (-len(ticket) % 4), altchars=b"-_", validate=True)
        signed = _SUITE.decrypt(sealed, opening, _CONTEXT)
        signature, body = signed[:_SIGNATURE_BYTES], signed[_SIGNATURE_BYTES:]
        Ed25519PublicKey.from_public_bytes(verifying).verify(signature, _CONTEXT + body)
    except (binascii.Error, ValueError, InvalidTag, InvalidSignature):
        return None
    return body if len(body) == _BODY.size else None


def _hash(nonce: str) -> bytes:
    return hashlib.sha256(nonce.encode()).digest()
