"""Whose record is asked for, on its way through the desk: sealed by the command line to the vault, bound to who asks.

The desk keeps it until two others approved, and can not read it.
"""

from __future__ import annotations

import base64
import binascii
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from noren.house.home import Home
from noren.house.keys import ZoneKeys, trusted
from noren.kernel.ids import CardNumber, MalformedId

MAX_ORDER: Final = 300
_INFO: Final = b"noren: whose record, glass broken by "
_CARD_DIGITS: Final = 40
_SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def seal_card(home: Home, card: CardNumber, by: str) -> str:
    """Return a card sealed to the vault for one who asks; all orders have one length."""
    to = X25519PublicKey.from_public_bytes(trusted(home, "vault").sealing)
    plain = card.reveal().ljust(_CARD_DIGITS).encode()
    return base64.b64encode(_SUITE.encrypt(plain, to, _INFO + by.encode())).decode()


def open_card(keys: ZoneKeys, text: str, by: str) -> CardNumber | None:
    """Return the card; None: it was not sealed to the vault's keys of now, or not for her."""
    try:
        sealed = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    for opening in keys.openings:
        try:
            return CardNumber(_SUITE.decrypt(sealed, opening, _INFO + by.encode()).decode().strip())
        except (InvalidTag, ValueError, MalformedId):
            continue
    return None
