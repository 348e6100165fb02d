"""A passkey as the desk keeps it; known also where the library that asks devices is not installed."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Passkey:
    """What is kept of a passkey: nothing secret. ``public``: its attested data, as WebAuthn writes them."""

    id: bytes
    public: bytes = field(repr=False)
    sign_count: int
