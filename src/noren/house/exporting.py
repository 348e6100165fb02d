"""An order for the other side's document, on its way from the vault to the ledger-worker through the operator's hands.

The vault, at which a request of the member is open, seals her link token to the ledger-worker and signs the seal: the
operator carries bytes that it can neither read nor make. They are good for two minutes and for one file's number.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from noren.house.home import Home
from noren.house.keys import ZoneKeys, trusted
from noren.kernel.ids import LinkToken, MalformedId

GOOD_FOR: Final = timedelta(minutes=2)
_INFO: Final = b"noren: an order for a disclosure"
_SIGNATURE_BYTES: Final = 64
_SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class _Order(msgspec.Struct, frozen=True):
    token: bytes
    number: str
    who: str
    at: datetime


@dataclass(frozen=True, slots=True, repr=False)
class Order:
    """Whose document, under which number, who of the staff hands it over."""

    token: LinkToken
    number: str
    who: str


def seal_order(home: Home, keys: ZoneKeys, token: LinkToken, number: str, who: str, at: datetime) -> str:
    """Return an order, sealed to the ledger-worker and signed by the vault."""
    plain = msgspec.json.encode(_Order(token.reveal(), number, who, at))
    to = X25519PublicKey.from_public_bytes(trusted(home, "ledger-worker").sealing)
    sealed = _SUITE.encrypt(plain, to, _INFO)
    return base64.b64encode(keys.signing.sign(sealed) + sealed).decode()


def open_order(home: Home, keys: ZoneKeys, text: str, at: datetime) -> Order | None:
    """Return the order; None: it is not the vault's word of just now."""
    try:
        whole = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    signature, sealed = whole[:_SIGNATURE_BYTES], whole[_SIGNATURE_BYTES:]
    if not any(_verifies(key, signature, sealed) for key in trusted(home, "vault").verifying):
        return None
    for opening in keys.openings:
        try:
            said = msgspec.json.decode(_SUITE.decrypt(sealed, opening, _INFO), type=_Order)
        except (InvalidTag, ValueError):
            continue
        return _order(said, at)
    return None


def _order(said: _Order, at: datetime) -> Order | None:
    if not timedelta(0) <= at - said.at <= GOOD_FOR:
        return None
    try:
        return Order(LinkToken(said.token), said.number, said.who)
    except MalformedId:
        return None


def _verifies(key: bytes, signature: bytes, sealed: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, sealed)
    except InvalidSignature:
        return False
    return True
