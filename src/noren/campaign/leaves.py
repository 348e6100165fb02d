"""The leaves of a campaign's draws and the root over them (RFC 6962). Pure.

A leaf is the hash of a salted commitment, as in the audit log: the root tells nothing of a draw, and a draw can be
forgotten while its leaf, and so the root, stays.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator

from noren.campaign.canonical import canonical
from noren.governance.log.hashing import EMPTY, leaf_hash, node_hash
from noren.governance.log.records import SALT_BYTES, commitment

__all__ = ["EMPTY", "SALT_BYTES", "leaf_of", "new_salt", "root_of", "roots_at"]


def leaf_of(salt: bytes, *, campaign: str, seq: int, ticket: bytes, terms_hash: bytes, outcome: str) -> bytes:
    """Return the leaf of a draw. ``outcome``: as ``deciding.Drawn.word`` says it."""
    said = {"campaign": campaign, "seq": seq, "ticket": ticket.hex(), "terms": terms_hash.hex(), "outcome": outcome}
    return leaf_hash(commitment(salt, canonical(said)))


def new_salt() -> bytes:
    """Return a salt for one leaf."""
    return secrets.token_bytes(SALT_BYTES)


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Return the root over leaves in their order."""
    peaks: list[tuple[int, bytes]] = []
    for leaf in leaves:
        _add(peaks, leaf)
    return _root(peaks)


def roots_at(leaves: Iterable[bytes], sizes: Iterable[int]) -> Iterator[tuple[int, bytes]]:
    """Yield (size, root) of the trees of the first ``sizes`` leaves, those alone that there are leaves for."""
    wanted, peaks, size = sorted(set(sizes)), list[tuple[int, bytes]](), 0
    leaf = iter(leaves)
    for each in wanted:
        while size < each:
            found = next(leaf, None)
            if found is None:
                return
            _add(peaks, found)
            size += 1
        yield each, _root(peaks)


def _add(peaks: list[tuple[int, bytes]], leaf: bytes) -> None:
    level = 0
    while peaks and peaks[-1][0] == level:
        level, leaf = level + 1, node_hash(peaks.pop()[1], leaf)
    peaks.append((level, leaf))


def _root(peaks: list[tuple[int, bytes]]) -> bytes:
    if not peaks:
        return EMPTY
    root = peaks[-1][1]
    for _, peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root
