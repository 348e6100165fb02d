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


def name_purchase(ring: KeyRing, entry: int) -> str:
    """Return the outer name of a purchase."""
    block = Cipher(AES(ring.key()), ECB()).encryptor().update(entry.to_bytes(8, "big") + _ZEROS)  # one block: a PRP
    return _PREFIX + block.hex()


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
