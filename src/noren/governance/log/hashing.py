"""Merkle tree hashing as in RFC 6962, 2.1: leaves, nodes, proofs, and how to check a proof. Pure functions.

A tree is given by what reads it: ``Subtree(level, index)`` returns the hash over the leaves
``index << level`` to ``(index + 1) << level``, all of which exist. No file, no clock, no key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Final

HASH_BYTES: Final = 32
EMPTY: Final = hashlib.sha256(b"").digest()
"""The root of the tree without leaves."""

Subtree = Callable[[int, int], bytes]


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf over its bytes."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node over its two children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def full_root(hashes: Sequence[bytes]) -> bytes:
    """Return the root over a number of hashes that is a power of two."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]


def range_hash(read: Subtree, begin: int, end: int) -> bytes:
    """Return MTH(D[begin:end]); ``begin`` is where the standard splits a tree, so its full parts are subtrees."""
    if begin == end:
        return EMPTY
    size = end - begin
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return read(level, begin >> level)
    middle = begin + split(size)
    return node_hash(range_hash(read, begin, middle), range_hash(read, middle, end))


def split(size: int) -> int:
    """Return the largest power of two smaller than ``size`` (at least 2)."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_proof(read: Subtree, index: int, size: int) -> list[bytes]:
    """Return the audit path of a leaf in the tree of ``size`` leaves (RFC 6962, 2.1.1)."""
    assert 0 <= index < size, "the leaf is in the tree"
    begin, end, path = 0, size, list[bytes]()
    while end - begin > 1:
        middle = begin + split(end - begin)
        if index < middle:
            path.append(range_hash(read, middle, end))
            end = middle
        else:
            path.append(range_hash(read, begin, middle))
            begin = middle
    return path[::-1]


def consistency_proof(read: Subtree, old: int, new: int) -> list[bytes]:
    """Return the proof that the tree of ``old`` leaves is the beginning of the one of ``new`` (RFC 6962, 2.1.2)."""
    assert 0 <= old <= new, "the older tree is not the larger one"
    if old in (0, new):
        return []
    begin, end, whole, path = 0, new, True, list[bytes]()
    while old != end:
        middle = begin + split(end - begin)
        if old <= middle:
            path.append(range_hash(read, middle, end))
            end = middle
        else:
            path.append(range_hash(read, begin, middle))
            begin, whole = middle, False
    if not whole:
        path.append(range_hash(read, begin, end))
    return path[::-1]


def includes(root: bytes, size: int, index: int, leaf: bytes, path: Sequence[bytes]) -> bool:
    """Return whether an audit path shows that the leaf hash stands at ``index`` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    number, last, have = index, size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if number & 1 or number == last:
            have = node_hash(step, have)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            have = node_hash(have, step)
        number, last = number >> 1, last >> 1
    return last == 0 and have == root


def consistent(old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Return whether a proof shows that the new tree begins with the old one (RFC 9162, 2.1.4.2)."""
    if old == new:
        return old_root == new_root and not path
    if not 0 < old < new:
        return old == 0 and old_root == EMPTY and not path
    steps = list(path)
    if old & (old - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        return False
    number, last = old - 1, new - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    before = after = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if number & 1 or number == last:
            before, after = node_hash(step, before), node_hash(step, after)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            after = node_hash(after, step)
        number, last = number >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root
