"""Cookies: each door names its own; how they are guarded is one of two ways. Most hold in a frame.

Measured in Chromium: ``vault.localhost`` and ``statement.localhost`` are different sites, so
a Lax cookie does not come along when one's page posts to the other; and inside the member
page's frame only a Partitioned cookie comes at all. Hence ``SameSite=None; Secure;
Partitioned`` (browsers take Secure from ``*.localhost`` without TLS). What SameSite would
guard, the doors guard by nonces, forms' tokens and ``Sec-Fetch-Site``.
"""

from __future__ import annotations

from typing import Final

IN_A_FRAME: Final = "Path=/; Secure; HttpOnly; SameSite=None; Partitioned"
ALONE: Final = "Path=/; Secure; HttpOnly; SameSite=Lax"
"""Of a door that is shown in no frame."""


def set_cookie(name: str, value: str, *, seconds: int, guards: str = IN_A_FRAME) -> str:
    """Return the ``Set-Cookie`` value that sets a cookie; 0 seconds takes it away."""
    return f"{name}={value}; Max-Age={seconds}; {guards}"
