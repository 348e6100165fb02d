"""Rings change in one step, marks move from key to key, and a value always finds the key it names."""

from __future__ import annotations

import secrets
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noren.kernel.keyring import KEY_BYTES, KeyRing, UnknownKeyVersion
from noren.kernel.marks import MARK_BYTES, mark, marks, turn, version_of
from noren.kernel.sealing import Place, seal, unseal

PLACE = Place("s", "t", "c", b"r")


def a_ring(*versions: int) -> KeyRing:
    return KeyRing("k", max(versions), {version: secrets.token_bytes(KEY_BYTES) for version in versions})


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=4), st.lists(st.binary(max_size=40), max_size=4))
def test_a_turned_mark_is_the_mark_under_the_new_key(parts: list[bytes], others: list[bytes]) -> None:
    ring = a_ring(1)
    old = mark(ring, *parts)
    ring.renew(2, {**ring.versions, 2: secrets.token_bytes(KEY_BYTES)})
    assert turn(ring, old) == mark(ring, *parts) == marks(ring, *parts)[0]
    assert turn(ring, turn(ring, old)) == turn(ring, old)
    assert old in marks(ring, *parts)
    assert (len(old), version_of(old)) == (MARK_BYTES, 1)
    assert (mark(ring, *parts) == mark(ring, *others)) == (parts == others)


def test_marks_of_two_keys_have_nothing_in_common() -> None:
    assert mark(a_ring(1), b"x")[2:] != mark(a_ring(1), b"x")[2:]


def test_a_mark_of_a_destroyed_key_does_not_turn() -> None:
    ring = a_ring(1)
    old = mark(ring, b"x")
    ring.renew(2, {2: secrets.token_bytes(KEY_BYTES)})
    with pytest.raises(UnknownKeyVersion):
        turn(ring, old)


def test_the_current_version_is_looked_for_first_and_a_coming_one_is_known() -> None:
    ring = KeyRing("k", 2, {v: bytes([v]) * KEY_BYTES for v in (1, 2, 3)})
    assert [version for version, _ in ring.newest_first()] == [2, 3, 1]
    assert version_of(mark(ring, b"x")) == 2
    assert version_of(seal(ring, b"x", PLACE)) == 2


def test_a_ring_prints_no_key() -> None:
    ring = KeyRing("k", 1, {1: b"k" * KEY_BYTES})
    assert "kkk" not in repr(ring) + str(ring) + f"{ring}"


def test_sealing_while_the_ring_is_renewed_always_opens() -> None:
    """Version and key are taken at once: else a value would name one version and be sealed under another."""
    keys = {version: secrets.token_bytes(KEY_BYTES) for version in range(1, 60)}
    ring, everything = KeyRing("k", 1, {1: keys[1]}), KeyRing("all", 1, keys)
    done = threading.Event()

    def renew() -> None:
        for version in range(2, 60):
            ring.renew(version, {version - 1: keys[version - 1], version: keys[version]})
        done.set()

    thread = threading.Thread(target=renew)
    thread.start()
    sealed = [seal(ring, b"value", PLACE)]
    while not done.is_set():
        sealed.append(seal(ring, b"value", PLACE))
    thread.join()
    assert {unseal(everything, each, PLACE) for each in sealed} == {b"value"}
