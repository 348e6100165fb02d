"""Tokens of who is signed in: JWTs under the desk's signing key. Whether one still holds, the desk says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from noren.governance.staffing.model import ABSOLUTE

_ALGORITHMS: Final = ["Ed25519"]
ISSUER: Final = "desk"
AUDIENCE: Final = "staff"
"""Not a zone's name: no pass is ever taken for a token, nor a token for a pass."""
MAX_TOKEN: Final = 4_096


class Claims(msgspec.Struct, frozen=True):
    """What a token says. ``sid``: the session's id. ``roles``: of then; those of now the desk says."""

    iss: str
    aud: str
    sub: str
    roles: list[str]
    how: str
    sid: str
    iat: int
    exp: int


def make_token(
    signing: Ed25519PrivateKey, *, account: str, roles: Sequence[str], how: str, sid: str, at: datetime
) -> str:
    """Return a token of a session that begins at an instant."""
    now = int(at.timestamp())
    claims = Claims(ISSUER, AUDIENCE, account, list(roles), how, sid, now, now + int(ABSOLUTE.total_seconds()))
    pem = signing.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    key = OKPKey.import_key(pem, {"alg": "Ed25519"})
    return jwt.encode({"alg": "Ed25519"}, msgspec.to_builtins(claims), key, algorithms=_ALGORITHMS)


def read_token(token: str, verifying: Sequence[OKPKey], at: datetime) -> Claims | None:
    """Return what a token says; None: it is none of this desk's, or too old."""
    if len(token) > MAX_TOKEN:
        return None
    for key in verifying:
        try:
            claims = msgspec.convert(jwt.decode(token, key, algorithms=_ALGORITHMS).claims, Claims)
        except (JoseError, ValueError, msgspec.ValidationError):
            continue
        if claims.iss == ISSUER and claims.aud == AUDIENCE and at.timestamp() < claims.exp:
            return claims
    return None
