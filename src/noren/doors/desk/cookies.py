"""The desk's two cookies: the browser's own secret, to which forms and begun sign-ins are bound, and the session.

``__Host-`` keeps neighbouring names from setting them. The desk is shown in no frame, so they are Lax: they come along
when the company's provider sends a browser back, and with no form of another site.
"""

from __future__ import annotations

from typing import Final

from noren.doors.pages.cookies import ALONE, set_cookie

BROWSER: Final = "__Host-noren-desk-browser"
SESSION: Final = "__Host-noren-desk"
BROWSER_SECONDS: Final = 8 * 3_600
SESSION_SECONDS: Final = 8 * 3_600


def lax_cookie(name: str, value: str, *, seconds: int) -> str:
    """Return the ``Set-Cookie`` value that sets a cookie; 0 seconds takes it away."""
    return set_cookie(name, value, seconds=seconds, guards=ALONE)
