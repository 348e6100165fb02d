"""Sealing of values at rest (AES-256-GCM-SIV) and the deterministic link token (AES-SIV).

Every sealed value is bound to its place, so a ciphertext moved to another row, column or
store does not open. Layout: version u16 big-endian | nonce 12 | ciphertext and tag.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV, AESSIV

from noren.kernel.ids import Handle, LinkToken
from noren.kernel.keyring import KeyRing

_NONCE: Final = 12
_HEAD: Final = 2 + _NONCE


class DoesNotOpen(Exception):
    """A sealed value does not open: wrong key, wrong place, or its bytes were changed."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value lives; it is authenticated with the value (house.md: store/table/column/row)."""

    store: str
    table: str
    column: str
    row: bytes

    def bytes(self, version: int) -> bytes:
        """Return the associated data of this place under a key version."""
        return b"/".join(
            (
                self.store.encode(),
                self.table.encode(),
                self.column.encode(),
                self.row.hex().encode(),
                str(version).encode(),
            )
        )


def seal(ring: KeyRing, plain: bytes, place: Place) -> bytes:
    """Seal ``plain`` for ``place`` under the ring's current key."""
    nonce = secrets.token_bytes(_NONCE)
    version, key = ring.newest()
    body = AESGCMSIV(key).encrypt(nonce, plain, place.bytes(version))
    return version.to_bytes(2, "big") + nonce + body


def unseal(ring: KeyRing, sealed: bytes, place: Place) -> bytes:
    """Open what :func:`seal` made.

    Raises:
        DoesNotOpen: wrong key, wrong place or changed bytes.
        UnknownKeyVersion: the ring no longer holds the version named.
    """
    if len(sealed) < _HEAD:
        raise DoesNotOpen("a sealed value is too short")
    version = int.from_bytes(sealed[:2], "big")
    try:
        return AESGCMSIV(ring.key(version)).decrypt(sealed[2:_HEAD], sealed[_HEAD:], place.bytes(version))
    except InvalidTag:
        raise DoesNotOpen(f"a sealed value of {place.store}/{place.table}/{place.column} does not open") from None


def _siv(key: bytes, version: int) -> tuple[AESSIV, list[bytes]]:
    """AES-256 in SIV mode wants 512 bits of key: stretched from ours by HMAC-SHA-512."""
    return AESSIV(hmac.digest(key, b"noren link token", "sha512")), [b"link", str(version).encode()]


def make_link_token(ring: KeyRing, handle: Handle) -> LinkToken:
    """Encrypt a handle for the vault to keep (deterministic: one member, one token per key version)."""
    version, key = ring.newest()
    cipher, context = _siv(key, version)
    return LinkToken(cipher.encrypt(handle.reveal(), context))


def open_link_token(ring: KeyRing, token: LinkToken) -> Handle:
    """Return the handle behind a link token: ledger side only, which alone holds the link key.

    Raises:
        DoesNotOpen: the token was not made under any key version of this ring.
    """
    for version, key in ring.newest_first():
        cipher, context = _siv(key, version)
        try:
            return Handle(cipher.decrypt(token.reveal(), context))
        except InvalidTag:
            continue
    raise DoesNotOpen("a link token does not open")
