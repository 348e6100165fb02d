"""Who agreed to a provision, on its way from the vault to the ledger-worker through the operator's hands.

The vault seals link tokens to the ledger-worker's key and signs the seal: the operator carries
bytes that it can neither read nor make. They are good for two minutes, for one recipient and the
texts that were asked about, so that a consent withdrawn since is not carried in again.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
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
_INFO: Final = b"noren: who agreed to a provision"
_SIGNATURE_BYTES: Final = 64
_SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class _Agreed(msgspec.Struct, frozen=True):
    recipient: str
    texts: list[str]
    at: datetime
    tokens: list[bytes]


def seal_consents(
    home: Home, keys: ZoneKeys, tokens: Sequence[LinkToken], *, recipient: str, texts: Sequence[str], at: datetime
) -> str:
    """Return the tokens of who agreed, sealed to the ledger-worker and signed by the vault."""
    plain = msgspec.json.encode(_Agreed(recipient, sorted(texts), at, [token.reveal() for token in tokens]))
    to = X25519PublicKey.from_public_bytes(trusted(home, "ledger-worker").sealing)
    sealed = _SUITE.encrypt(plain, to, _INFO)
    return base64.b64encode(keys.signing.sign(sealed) + sealed).decode()


def open_consents(
    home: Home, keys: ZoneKeys, text: str, *, recipient: str, texts: Sequence[str], at: datetime
) -> list[LinkToken] | None:
    """Return who agreed; None: it is not the vault's word of just now on this recipient and these texts."""
    try:
        whole = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    signature, sealed = whole[:_SIGNATURE_BYTES], whole[_SIGNATURE_BYTES:]
    if not any(_verifies(key, signature, sealed) for key in trusted(home, "vault").verifying):
        return None
    plain = _opened(keys, sealed)
    if plain is None:
        return None
    said = msgspec.json.decode(plain, type=_Agreed)
    fresh = timedelta(0) <= at - said.at <= GOOD_FOR
    if (said.recipient, said.texts) != (recipient, sorted(texts)) or not fresh:
        return None
    try:
        return [LinkToken(token) for token in said.tokens]
    except MalformedId:
        return None


def _opened(keys: ZoneKeys, sealed: bytes) -> bytes | None:
    for opening in keys.openings:
        try:
            return _SUITE.decrypt(sealed, opening, _INFO)
        except (InvalidTag, ValueError):
            continue
    return None


def _verifies(key: bytes, signature: bytes, sealed: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, sealed)
    except InvalidSignature:
        return False
    return True
