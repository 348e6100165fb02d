"""The two cookies of the sign-in: the one a form's token is bound to, and the session.

``__Host-`` keeps neighbouring names from setting them. How they are guarded: ``doors/pages/cookies.py``.
"""

from __future__ import annotations

from typing import Final

FORM: Final = "__Host-noren-vault-form"
SESSION: Final = "__Host-noren-vault"
FORM_SECONDS: Final = 3_600
