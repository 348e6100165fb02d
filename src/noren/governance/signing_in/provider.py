"""The company's OpenID provider as the desk knows it: what counsel wrote into the settings, and what it says of itself.

Only what is configured is asked: the issuer's own document at its well-known place, and the addresses that stand in
that document. They are https, except on this very machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from noren.kernel.say import Say

ALGORITHMS: Final = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "Ed25519",
    "EdDSA",
)
"""Signatures by a key pair alone: under HS256 whoever knows our secret, or a public key taken for one, could sign."""
WELL_KNOWN: Final = "/.well-known/openid-configuration"
_HERE: Final = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider. ``name``: what the button calls it; ``back_to``: where it sends a browser back to."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: Say
    back_to: str


@dataclass(frozen=True, slots=True)
class Metadata:
    """Where the provider is asked. ``names_itself``: it says its issuer when it sends a browser back (RFC 9207)."""

    authorization: str
    token: str
    keys: str
    names_itself: bool


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a code was exchanged for; the access token is used for nothing but its hash."""

    id_token: str = field(repr=False)
    access_token: str = field(repr=False)


class ProviderWrong(Exception):
    """The provider does not answer, or not as OpenID Connect wants it; the message names no person."""


class ProviderDoor(Protocol):
    """How the provider is asked. Raises ``ProviderWrong``."""

    def metadata(self) -> Mapping[str, Any]:
        """Return the issuer's document."""
        ...

    def keys(self, address: str) -> Mapping[str, Any]:
        """Return the key set at an address of that document."""
        ...

    def exchange(self, address: str, *, code: str, verifier: str) -> Tokens:
        """Exchange a code for tokens."""
        ...


def metadata_of(document: Mapping[str, Any], issuer: str) -> Metadata:
    """Return what the desk needs of a provider's document.

    Raises:
        ProviderWrong: it speaks for another issuer, or an address is missing or not https.
    """
    if document.get("issuer") != issuer:
        raise ProviderWrong("the document speaks for another issuer")
    found = [document.get(f"{name}_endpoint") for name in ("authorization", "token")] + [document.get("jwks_uri")]
    authorization, token, keys = (_address(each) for each in found)
    return Metadata(authorization, token, keys, document.get("authorization_response_iss_parameter_supported") is True)


def is_safe(address: str) -> bool:
    """Return whether an address is https, or on this very machine."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    if parts.scheme == "https":
        return bool(host)
    return parts.scheme == "http" and (host in _HERE or host.endswith(".localhost"))


def _address(value: object) -> str:
    if not isinstance(value, str) or not is_safe(value):
        raise ProviderWrong("an address of the document is missing or not https")
    return value
