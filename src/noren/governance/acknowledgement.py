"""The acknowledgement (受付証): what a member chose, signed by who took it, and read by anybody who has the public key.

Choices and erasures are the vault's to sign, a purchase not to be kept the statement's.

A file of JSON: ``acknowledgement`` in words, ``signature`` a JWS (RFC 7515, EdDSA by Ed25519, RFC 9864) over the very
same text. It names no person; whoever holds it shows what was taken, when, and from when it holds.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

ALGORITHM: Final = "Ed25519"
KIND: Final = "noren-choice"
SIGNED_BY: Final[Mapping[str, Literal["vault", "statement"]]] = {
    "noren-choice": "vault",
    "noren-erasure": "vault",
    "forget-purchase": "statement",
}
"""Which zone signs which kind: another's signature under it is none."""

MAX_BYTES: Final = 200_000


def signed(acknowledgement: Mapping[str, Any], key: Ed25519PrivateKey) -> bytes:
    """Return the file of an acknowledgement."""
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    header = {"alg": ALGORITHM, "typ": KIND, "kid": spelled(public)}
    signature = jws.serialize_compact(header, _text(acknowledgement), OKPKey.import_key(pem), algorithms=[ALGORITHM])
    file = {"acknowledgement": acknowledgement, "signature": signature}
    return json.dumps(file, ensure_ascii=False, indent=1).encode() + b"\n"


def verified(file: bytes, keys: Sequence[bytes]) -> dict[str, Any] | None:
    """Return the acknowledgement of a file that one of the raw public keys signed; None: it is not as it was signed."""
    if len(file) > MAX_BYTES:
        return None
    try:
        read = cast("dict[str, Any]", json.loads(file))
        said, signature = cast("dict[str, Any]", read["acknowledgement"]), str(read["signature"])
        text = _text(said)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return said if any(_says(signature, text, key) for key in keys) else None


def spelled(public: bytes) -> str:
    """Return a raw public key as it is published: base64url."""
    return base64.urlsafe_b64encode(public).rstrip(b"=").decode()


def _says(signature: str, text: bytes, public: bytes) -> bool:
    key = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": spelled(public)})
    try:
        found = jws.deserialize_compact(signature, key, algorithms=[ALGORITHM])
    except (JoseError, ValueError):
        return False
    return found.payload == text and found.headers().get("typ") == KIND


def _text(said: Mapping[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
