"""A sealed file opens whole and as it was written, or not at all."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noren.governance.leases.errors import SpoiltCopy
from noren.governance.leases.sealed_file import PIECE_BYTES, SealedWriter, read_pieces

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
COPY, OTHER_COPY = b"c" * 16, b"d" * 16
HEAD = 24
SEALED_PIECE = PIECE_BYTES + 16


def sealed(*parts: bytes, key: bytes = KEY, copy: bytes = COPY) -> bytes:
    file = io.BytesIO()
    with SealedWriter(file, key, copy) as writer:
        for part in parts:
            writer.write(part)
    return file.getvalue()


def opened(data: bytes, key: bytes = KEY, copy: bytes = COPY) -> bytes:
    return b"".join(read_pieces(io.BytesIO(data), key, copy))


def opens(data: bytes) -> bool:
    try:
        opened(data)
    except SpoiltCopy:
        return False
    return True


@given(st.lists(st.binary(max_size=90_000), max_size=5))
def test_what_was_written_is_read(parts: list[bytes]) -> None:
    assert opened(sealed(*parts)) == b"".join(parts)


@pytest.mark.parametrize("size", [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 2 * PIECE_BYTES])
def test_at_the_edges_of_pieces(size: int) -> None:
    assert opened(sealed(b"x" * size)) == b"x" * size


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_any_changed_byte_is_found(place: int, change: int) -> None:
    data = bytearray(sealed(b"lines " * 30))
    data[place % len(data)] ^= change
    with pytest.raises(SpoiltCopy):
        opened(bytes(data))


def test_cut_longer_and_rearranged_files_are_found() -> None:
    data = sealed(b"a" * PIECE_BYTES, b"b" * PIECE_BYTES, b"c")
    first, second = data[HEAD : HEAD + SEALED_PIECE], data[HEAD + SEALED_PIECE : HEAD + 2 * SEALED_PIECE]
    spoilt = {
        "cut after a whole piece": data[: HEAD + SEALED_PIECE],
        "cut after two": data[: HEAD + 2 * SEALED_PIECE],
        "cut to its head": data[:HEAD],
        "cut within a piece": data[:-1],
        "emptied": b"",
        "longer": data + b"\0",
        "turned round": data[:HEAD] + second + first + data[HEAD + 2 * SEALED_PIECE :],
        "with a piece twice": data[:HEAD] + first + data[HEAD:],
    }
    assert [what for what, bytes_ in spoilt.items() if opens(bytes_)] == []
    assert opened(data) == b"a" * PIECE_BYTES + b"b" * PIECE_BYTES + b"c"


def test_another_key_and_another_copy_do_not_open_it() -> None:
    with pytest.raises(SpoiltCopy):
        opened(sealed(b"x"), key=OTHER_KEY)
    with pytest.raises(SpoiltCopy):
        opened(sealed(b"x"), copy=OTHER_COPY)
    moved = sealed(b"x", copy=OTHER_COPY)
    with pytest.raises(SpoiltCopy):
        opened(moved[:8] + COPY + moved[24:])
