"""Marks: keyed hashes that can be moved to a new key by whoever holds both, without what was hashed.

A mark is the version of its key (2 bytes) and one AES-256 block: the first 16 bytes of
SHA-256 over the parts, enciphered. Without the key it tells no more than an HMAC does: equal
parts give equal marks, and no guess can be tried. With the old and the new key a mark is
deciphered and enciphered again (``turn``), so that a receipt, a body or a merged member's
number is known further on although nothing of it was kept. docs/decisions/0010.
"""

from __future__ import annotations

import hashlib
import threading
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from noren.kernel.keyring import KeyRing, framed

VERSION_BYTES: Final = 2
BLOCK_BYTES: Final = 16
MARK_BYTES: Final = VERSION_BYTES + BLOCK_BYTES
_CIPHERS: Final = 32


def mark(ring: KeyRing, *parts: bytes) -> bytes:
    """Return the mark of the parts under the current key: what is stored."""
    return _mark(*ring.newest(), _digest(parts))


def marks(ring: KeyRing, *parts: bytes) -> list[bytes]:
    """Return the mark of the parts under each live version, the current one first: what is looked for."""
    digest = _digest(parts)
    return [_mark(version, key, digest) for version, key in ring.newest_first()]


def turn(ring: KeyRing, stored: bytes) -> bytes:
    """Return a stored mark under the current key; a mark that is there already stays as it is.

    Raises:
        UnknownKeyVersion: the ring does not hold the version that the mark names.
    """
    version, key = ring.newest()
    if version_of(stored) == version:
        return stored
    opened = Cipher(AES(ring.key(version_of(stored))), ECB()).decryptor().update(stored[VERSION_BYTES:])
    return _mark(version, key, opened)


def version_of(stored: bytes) -> int:
    """Return the key version that a mark or a sealed value names."""
    return int.from_bytes(stored[:VERSION_BYTES], "big")


def named(version: int, value: bytes) -> bytes:
    """Return a keyed value with the version of its key in front."""
    return version.to_bytes(VERSION_BYTES, "big") + value


def _digest(parts: tuple[bytes, ...]) -> bytes:
    return hashlib.sha256(framed(parts)).digest()[:BLOCK_BYTES]


def _mark(version: int, key: bytes, digest: bytes) -> bytes:
    return named(version, _prepared(key).update(digest))  # one block: a permutation under the key


class _Prepared(threading.local):
    """Encrypting contexts of this thread, by key: making one takes thirty times as long as its block."""

    def __init__(self) -> None:
        self.made: dict[bytes, CipherContext] = {}
        self.edition = 0


_PREPARED: Final = _Prepared()
_EDITION: Final = [0]


def _prepared(key: bytes) -> CipherContext:
    if _PREPARED.edition != _EDITION[0] or len(_PREPARED.made) > _CIPHERS:
        _PREPARED.made, _PREPARED.edition = {}, _EDITION[0]
    context = _PREPARED.made.get(key)
    if context is None:
        context = _PREPARED.made[key] = Cipher(AES(key), ECB()).encryptor()
    return context


def forget_ciphers() -> None:
    """Drop the prepared ciphers, each thread its own at its next mark: called where keys were destroyed."""
    _EDITION[0] += 1
