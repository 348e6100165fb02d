"""The leaves of a campaign's draws and the root over them (RFC 6962). Pure.

A leaf is the hash of a salted commitment, as in the audit log: the root tells nothing of a draw, and a draw can be
forgotten while its leaf, and so the root, stays.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from noren.campaign.canonical import canonical
from noren.governance.log.hashing import EMPTY, leaf_hash, node_hash
from noren.governance.log.records import SALT_BYTES, commitment

__all__ = ["EMPTY", "SALT_BYTES", "Growing", "leaf_of", "new_salt", "root_of"]


def leaf_of(salt: bytes, *, campaign: str, seq: int, ticket: bytes, terms_hash: bytes, outcome: str) -> bytes:
    """Return the leaf of a draw. ``outcome``: as ``deciding.Drawn.word`` says it."""
    said = {"campaign": campaign, "seq": seq, "ticket": ticket.hex(), "terms": terms_hash.hex(), "outcome": outcome}
    return leaf_hash(commitment(salt, canonical(said)))


def new_salt() -> bytes:
    """Return a salt for one leaf."""
    return secrets.token_bytes(SALT_BYTES)


class Growing:
    """A tree of leaves that grows: what is kept of it is its right edge."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[tuple[int, bytes]] = []

    def add(self, leaf: bytes) -> None:
        """Add a leaf."""
        level = 0
        while self._peaks and self._peaks[-1][0] == level:
            level, leaf = level + 1, node_hash(self._peaks.pop()[1], leaf)
        self._peaks.append((level, leaf))
        self.size += 1

    @property
    def root(self) -> bytes:
        """The root over all leaves."""
        if not self._peaks:
            return EMPTY
        root = self._peaks[-1][1]
        for _, peak in reversed(self._peaks[:-1]):
            root = node_hash(peak, root)
        return root


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Return the root over leaves in their order."""
    tree = Growing()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root
