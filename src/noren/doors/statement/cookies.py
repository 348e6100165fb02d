"""The two cookies of this door: the nonce that binds a ticket to a browser, and the session.

``__Host-`` keeps neighbouring names from setting them. How they are guarded: ``doors/pages/cookies.py``;
entering is guarded by the nonce, leaving by ``Sec-Fetch-Site``.
"""

from __future__ import annotations

from typing import Final

NONCE: Final = "__Host-noren-nonce"
SESSION: Final = "__Host-noren-statement"
NONCE_SECONDS: Final = 600
