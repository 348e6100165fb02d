"""Terminal keys: made once, shown once, kept only as a keyed hash."""

from __future__ import annotations

import secrets
from typing import Final

from noren.kernel.keyring import KeyRing
from noren.kernel.marks import marks

LIVE_PREFIX: Final = "nt_live_"
TEST_PREFIX: Final = "nt_test_"


def new_key(*, test: bool) -> str:
    """Return a fresh terminal key: 256 random bits behind a prefix that secret scanners can find."""
    return (TEST_PREFIX if test else LIVE_PREFIX) + secrets.token_urlsafe(32)


def key_hashes(ring: KeyRing, key: str) -> list[bytes]:
    """Return the keyed hash of a terminal key under each live version of the hashing key, the current first."""
    return marks(ring, b"terminal", key.encode("utf-8", "replace"))
