"""The two cookies of this door: the nonce that binds a ticket to a browser, and the session.

Measured in Chromium: ``vault.localhost`` and ``statement.localhost`` are different sites, so
a Lax cookie does not come along when the vault's page posts the ticket; and inside the
member page's frame only a Partitioned cookie comes at all. Hence ``SameSite=None; Secure;
Partitioned`` (browsers take Secure from ``*.localhost`` without TLS). ``__Host-`` keeps
neighbouring names from setting them. What SameSite would guard is guarded by the nonce
(entering) and by ``Sec-Fetch-Site`` (leaving).
"""

from __future__ import annotations

from typing import Final

NONCE: Final = "__Host-noren-nonce"
SESSION: Final = "__Host-noren-statement"
NONCE_SECONDS: Final = 600
_GUARDS: Final = "Path=/; Secure; HttpOnly; SameSite=None; Partitioned"


def set_cookie(name: str, value: str, *, seconds: int) -> str:
    """Return the ``Set-Cookie`` value that sets a cookie; 0 seconds takes it away."""
    return f"{name}={value}; Max-Age={seconds}; {_GUARDS}"
