"""One-time member codes: what the phone shows instead of a card, different at each use and for each shop.

A code is one AES block of (first 8 bytes of the handle, minute, 4 random bytes, a zero byte) as
39 decimal digits after a leading 9. To whoever lacks the key two codes of one member look
unrelated, also within one minute. The till needs no table of codes given out: it deciphers,
checks the zero byte and the minute, and seeks the handle; with 70 million members a guess passes
all three with a chance of about 2^-65.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from noren.kernel.ids import Handle
from noren.kernel.keyring import KeyRing

CODE_DIGITS: Final = 40
TOLERANCE: Final = timedelta(minutes=10)
_PREFIX_BYTES: Final = 8
_NONCE_BYTES: Final = 4
_ZERO: Final = b"\0"
_MARK: Final = "9"


def make_code(ring: KeyRing, handle: Handle, at: datetime) -> str:
    """Return a fresh code of a member for the minute of ``at``: 40 ASCII digits."""
    minute = int(at.timestamp()) // 60
    plain = handle.reveal()[:_PREFIX_BYTES] + minute.to_bytes(4, "big")[1:] + secrets.token_bytes(_NONCE_BYTES) + _ZERO
    block = Cipher(AES(ring.key()), ECB()).encryptor().update(plain)  # one block: a PRP
    return _MARK + str(int.from_bytes(block, "big")).zfill(CODE_DIGITS - 1)


def read_code(ring: KeyRing, code: str, at: datetime) -> tuple[bytes, bytes] | None:
    """Return the 8-byte handle prefix that a code names and the key that reads it.

    None where it is not ours, or not valid within 10 minutes of ``at``.
    """
    if len(code) != CODE_DIGITS or code[0] != _MARK or not code.isascii() or not code.isdigit():
        return None
    number = int(code[1:])
    if number >> 128:
        return None
    block = number.to_bytes(16, "big")
    for _, key in ring.newest_first():
        plain = Cipher(AES(key), ECB()).decryptor().update(block)
        if plain[15:] == _ZERO and _near(int.from_bytes(plain[8:11], "big"), at):
            return plain[:_PREFIX_BYTES], key
    return None


def _near(minute_low: int, at: datetime) -> bool:
    """Whether a minute, known modulo 2^24 (31 years), lies within the tolerance of ``at``.

    A code's minute began up to 60 s before it was shown, which counts in the member's favour.
    """
    seconds = int(at.timestamp())
    tolerance = int(TOLERANCE.total_seconds())
    first, last = (seconds - tolerance) // 60, (seconds + tolerance) // 60
    return any((m & 0xFFFFFF) == minute_low for m in range(first, last + 1))
