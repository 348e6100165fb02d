"""Commitments bind to a set and tell nothing of it."""

from __future__ import annotations

import hashlib

import pytest

from noren.audience.committing import LEAF_BYTES, SALT_BYTES, holds, leaves_of, root_of

HANDLES = [hashlib.sha256(bytes([number])).digest()[:16] for number in range(9)]
SALT, OTHER = bytes(range(SALT_BYTES)), bytes(range(1, SALT_BYTES + 1))
HEADER = ("coffee", "1", "2026-11-25")


def root(handles: list[bytes], salt: bytes = SALT, header: tuple[str, ...] = HEADER) -> bytes:
    return root_of(leaves_of(handles, salt), salt, header)


def test_the_order_of_members_does_not_matter() -> None:
    assert root(HANDLES) == root(HANDLES[::-1])


def test_equal_sets_have_different_roots() -> None:
    assert root(HANDLES) != root(HANDLES, OTHER)
    assert root([]) != root([], OTHER)


@pytest.mark.parametrize("size", range(9))
def test_one_member_more_or_less_is_another_root(size: int) -> None:
    assert root(HANDLES[:size]) != root(HANDLES[: size + 1])
    assert len(root(HANDLES[:size])) == len(root([]))


@pytest.mark.parametrize("header", [("coffee", "2", "2026-11-25"), ("coffee1", "", "2026-11-25"), ("coffee", "1")])
def test_no_commitment_passes_for_anothers(header: tuple[str, ...]) -> None:
    assert root(HANDLES) != root(HANDLES, SALT, header)


@pytest.mark.parametrize("at", [0, 5, LEAF_BYTES, 9 * LEAF_BYTES - 1])
def test_a_changed_leaf_is_another_root(at: int) -> None:
    leaves = bytearray(leaves_of(HANDLES, SALT))
    leaves[at] ^= 1
    assert root_of(bytes(leaves), SALT, HEADER) != root(HANDLES)


def test_leaves_name_nobody_without_the_salt() -> None:
    leaves = leaves_of(HANDLES[:3], SALT)
    assert [holds(leaves, SALT, handle) for handle in HANDLES[:4]] == [True, True, True, False]
    assert not any(holds(leaves, OTHER, handle) for handle in HANDLES)
    assert not any(handle in leaves for handle in HANDLES)
