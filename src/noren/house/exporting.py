"""Orders on their way from the vault to the ledger-worker through the operator's hands.

For a member's document: the vault, at which a request of hers is open, seals her link token. For records of provision
of somebody erased: it seals the tags that it kept. Both are sealed to the ledger-worker and signed: the operator
carries bytes that it can neither read nor make. They are good for two minutes, a document's for one file's number.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
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
_TAGS: Final = b"noren: an order for records of provision beyond an erasure"
_SIGNATURE_BYTES: Final = 64
_SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class _Order(msgspec.Struct, frozen=True):
    token: bytes
    number: str
    who: str
    at: datetime


class _TagOrder(msgspec.Struct, frozen=True):
    tags: list[tuple[bytes, str]]
    who: str
    at: datetime


@dataclass(frozen=True, slots=True, repr=False)
class TagOrder:
    """The tags that the vault kept, each with its month, and who of the staff asks."""

    tags: tuple[tuple[bytes, str], ...]
    who: str


@dataclass(frozen=True, slots=True, repr=False)
class Order:
    """Whose document, under which number, who of the staff hands it over."""

    token: LinkToken
    number: str
    who: str


def seal_order(home: Home, keys: ZoneKeys, token: LinkToken, number: str, who: str, at: datetime) -> str:
    """Return an order, sealed to the ledger-worker and signed by the vault."""
    return _sealed(home, keys, _Order(token.reveal(), number, who, at), _INFO)


def seal_tags(home: Home, keys: ZoneKeys, tags: Sequence[tuple[bytes, str]], who: str, at: datetime) -> str:
    """Return an order for the records under these tags, each with its month; sealed and signed as the other."""
    return _sealed(home, keys, _TagOrder([*tags], who, at), _TAGS)


def _sealed(home: Home, keys: ZoneKeys, said: object, info: bytes) -> str:
    to = X25519PublicKey.from_public_bytes(trusted(home, "ledger-worker").sealing)
    sealed = _SUITE.encrypt(msgspec.json.encode(said), to, info)
    return base64.b64encode(keys.signing.sign(sealed) + sealed).decode()


def open_order(home: Home, keys: ZoneKeys, text: str, at: datetime) -> Order | None:
    """Return the order; None: it is not the vault's word of just now."""
    said = _opened(home, keys, text, _INFO, _Order)
    return _order(said, at) if isinstance(said, _Order) else None


def open_tags(home: Home, keys: ZoneKeys, text: str, at: datetime) -> TagOrder | None:
    """Return the order for records of provision; None: it is not the vault's word of just now."""
    said = _opened(home, keys, text, _TAGS, _TagOrder)
    if not isinstance(said, _TagOrder) or not timedelta(0) <= at - said.at <= GOOD_FOR:
        return None
    return TagOrder(tuple(said.tags), said.who)


def _opened(home: Home, keys: ZoneKeys, text: str, info: bytes, of: type[msgspec.Struct]) -> msgspec.Struct | None:
    try:
        whole = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    signature, sealed = whole[:_SIGNATURE_BYTES], whole[_SIGNATURE_BYTES:]
    if not any(_verifies(key, signature, sealed) for key in trusted(home, "vault").verifying):
        return None
    for opening in keys.openings:
        try:
            return msgspec.json.decode(_SUITE.decrypt(sealed, opening, info), type=of)
        except (InvalidTag, ValueError):
            continue
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
