"""Outer names of purchases: the entry number enciphered, so that nobody can count purchases or guess one.

One AES block holds the 64-bit entry and 64 zero bits, which authenticate it; no index over
random names is needed, and the name needs no column.
"""

from __future__ import annotations

import re
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from noren.kernel.keyring import KeyRing

_PREFIX: Final = "pu_"
_NAME: Final = re.compile(r"pu_([0-9a-f]{32})\Z")
_ZEROS: Final = bytes(8)
_HEX: Final = 32


def name_purchase(ring: KeyRing, entry: int) -> str:
    """Return the outer name of a purchase."""
    return name_purchases(ring, entry, 1)[0]


def name_purchases(ring: KeyRing, entry: int, count: int) -> list[str]:
    """Return the outer names of ``count`` entries from ``entry`` on: setting a cipher up costs more than its blocks."""
    plain = b"".join([number.to_bytes(8, "big") + _ZEROS for number in range(entry, entry + count)])
    blocks = Cipher(AES(ring.key()), ECB()).encryptor().update(plain).hex()  # each block apart: a PRP
    return [_PREFIX + blocks[start : start + _HEX] for start in range(0, len(blocks), _HEX)]


def read_name(ring: KeyRing, name: str) -> int | None:
    """Return the entry behind an outer name; None where it is not one of ours."""
    match = _NAME.match(name)
    if match is None:
        return None
    block = bytes.fromhex(match[1])
    for _, key in ring.newest_first():
        plain = Cipher(AES(key), ECB()).decryptor().update(block)
        if plain[8:] == _ZEROS:
            return int.from_bytes(plain[:8], "big")
    return None
