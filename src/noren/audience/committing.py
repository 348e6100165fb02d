"""Commitments: a salted root that binds to a set and tells nothing of it, not even its size.

A leaf is HMAC-SHA-256 of a member's handle under a salt of this commitment alone; leaves are sorted, so
that their order is nobody's. The root is that of a Merkle tree (RFC 6962), so that later one member's
place can be shown without the others. Equal sets have different roots.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from typing import Final

SALT_BYTES: Final = 32
LEAF_BYTES: Final = 32
_LEAF: Final = b"\x00"
_NODE: Final = b"\x01"
_ROOT: Final = b"noren.audience.commitment.1"


def leaves_of(handles: Iterable[bytes], salt: bytes) -> bytes:
    """Return the leaves of a set, sorted, one after another."""
    assert len(salt) == SALT_BYTES, "a salt is 32 bytes"
    return b"".join(sorted(hmac.digest(salt, handle, "sha256") for handle in handles))


def root_of(leaves: bytes, salt: bytes, header: Sequence[str]) -> bytes:
    """Return the root over leaves; ``header``: what the commitment is of, so that none passes for another's.

    The salt is in it too: the root of an empty set can not be guessed either.
    """
    level = [hashlib.sha256(_LEAF + leaves[at : at + LEAF_BYTES]).digest() for at in range(0, len(leaves), LEAF_BYTES)]
    while len(level) > 1:
        paired = [hashlib.sha256(_NODE + level[at] + level[at + 1]).digest() for at in range(0, len(level) - 1, 2)]
        level = paired + level[len(level) & ~1 :]
    said = b"".join(len(text.encode()).to_bytes(4) + text.encode() for text in header)
    return hmac.digest(salt, _ROOT + said + len(leaves).to_bytes(8) + b"".join(level), "sha256")


def holds(leaves: bytes, salt: bytes, handle: bytes) -> bool:
    """Return whether a member is in a committed set."""
    leaf = hmac.digest(salt, handle, "sha256")
    return any(leaves[at : at + LEAF_BYTES] == leaf for at in range(0, len(leaves), LEAF_BYTES))
