"""A person's share of a draw's seed, on its way from her command line to the till: sealed, bound to campaign and step.

The ledger-worker keeps it until the start, and can not read it.
"""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from noren.campaign.draw import SHARE_BYTES
from noren.house.home import Home
from noren.house.keys import ZoneKeys, trusted

SEALED_BYTES: Final = SHARE_BYTES + 48
"""The share with the key that opens it and the tag."""

_INFO: Final = b"noren: share of a draw\0"
_SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def seal_share(home: Home, share: bytes, campaign: str, step: int) -> bytes:
    """Return a share sealed to the till."""
    assert len(share) == SHARE_BYTES, "a share has 32 bytes"
    to = X25519PublicKey.from_public_bytes(trusted(home, "till").sealing)
    return _SUITE.encrypt(share, to, _info(campaign, step))


def open_share(keys: ZoneKeys, sealed: bytes, campaign: str, step: int) -> bytes | None:
    """Return the share; None: it was not sealed to the till's keys of now, or for another campaign or step."""
    for opening in keys.openings:
        try:
            share = _SUITE.decrypt(sealed, opening, _info(campaign, step))
        except (InvalidTag, ValueError):
            continue
        return share if len(share) == SHARE_BYTES else None
    return None


def _info(campaign: str, step: int) -> bytes:
    return _INFO + f"{campaign}\0{step}".encode()
