"""What an ID token proves: signature by a key of the provider, and the claims of OpenID Connect Core 3.1.3.7."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, cast

from authlib.oidc.core import CodeIDToken  # pyright: ignore[reportMissingTypeStubs]
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError, MissingKeyError
from joserfc.jwk import KeySet

from noren.governance.signing_in.provider import ALGORITHMS, Provider, Tokens
from noren.governance.signing_in.refusals import NotProved, Why

SKEW_SECONDS: Final = 30
MAX_SUBJECT: Final = 255
"""OpenID Connect Core 2: a subject is at most 255 characters."""


class KeyNotThere(Exception):
    """No key of the set fits: the provider may have new ones."""


def subject_of(
    tokens: Tokens, keys: Mapping[str, Any], provider: Provider, *, nonce: str, now: datetime
) -> str | NotProved:
    """Return whom an ID token names.

    Raises:
        KeyNotThere: no key of the set fits its signature's name.
    """
    try:
        known = KeySet.import_key_set(_public(keys))
        token = jwt.decode(tokens.id_token, known, algorithms=list(ALGORITHMS))
    except (InvalidKeyIdError, MissingKeyError):
        raise KeyNotThere from None
    except JoseError as wrong:
        return NotProved(Why.NOT_PROVED, wrong.error)
    except (ValueError, TypeError, KeyError):  # not base64, not JSON, a key of another kind than the header says
        return NotProved(Why.NOT_PROVED, "malformed")
    return _claimed(token.claims, token.header, tokens, provider, nonce, now)


def _claimed(
    claims: Mapping[str, Any],
    header: Mapping[str, Any],
    tokens: Tokens,
    provider: Provider,
    nonce: str,
    now: datetime,
) -> str | NotProved:
    wanted = {
        "iss": {"essential": True, "value": provider.issuer},
        "aud": {"essential": True, "value": provider.client_id},
    }
    asked = {"nonce": nonce, "client_id": provider.client_id, "access_token": tokens.access_token}
    found: Any = CodeIDToken(dict(claims), dict(header), wanted, asked)
    try:
        found.validate(now=int(now.timestamp()), leeway=SKEW_SECONDS)
    except JoseError as wrong:
        return NotProved(Why.NOT_PROVED, f"{wrong.error}:{getattr(wrong, 'claim', '')}")
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT:
        return NotProved(Why.NOT_PROVED, "sub")
    return subject


def _public(keys: Mapping[str, Any]) -> Any:
    """Keys for signatures alone: a symmetric key that stands in a public set is nobody's secret."""
    held = keys.get("keys")
    listed = cast("list[Any]", held) if isinstance(held, list) else []
    found = [cast("dict[str, Any]", each) for each in listed if isinstance(each, dict)]
    return {"keys": [each for each in found if _signs(each)]}


def _signs(key: Mapping[str, Any]) -> bool:
    return key.get("kty") != "oct" and key.get("use", "sig") == "sig"
