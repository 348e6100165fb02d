"""A sealed file: pieces of 64 KiB, each under AES-256-GCM-SIV with a key that seals this file alone.

Layout: ``norensf1`` | id of the copy, 16 bytes | pieces, each its ciphertext and a tag of 16 bytes.
A piece's nonce is its number; its associated data are the file's head, the number, and whether it
is the last: a file that was cut, put together anew, or of another copy does not open.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import BinaryIO, Final, Protocol, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from noren.governance.leases.errors import SpoiltCopy

MAGIC: Final = b"norensf1"
ID_BYTES: Final = 16
PIECE_BYTES: Final = 64 * 1024
_TAG_BYTES: Final = 16
_HEAD_BYTES: Final = len(MAGIC) + ID_BYTES


class Sink(Protocol):
    """Where sealed bytes go: a file, or another sealed file."""

    def write(self, data: bytes, /) -> int:
        """Take all of the bytes; return how many."""
        ...


class SealedWriter:
    """Writes what it is given into a sealed file; ``close`` seals the last piece."""

    def __init__(self, file: Sink, key: bytes, copy: bytes) -> None:
        assert len(copy) == ID_BYTES, "a copy's id has another length"
        self._file, self._cipher, self._head = file, AESGCMSIV(key), MAGIC + copy
        self._waiting, self._number = bytearray(), 0
        file.write(self._head)

    def write(self, plain: bytes) -> int:
        """Take bytes; whole pieces are sealed at once, though never the last one."""
        self._waiting += plain
        while len(self._waiting) > PIECE_BYTES:
            self._seal(bytes(self._waiting[:PIECE_BYTES]), last=False)
            del self._waiting[:PIECE_BYTES]
        return len(plain)

    def close(self) -> None:
        """Seal what is left: an empty file too has its last piece."""
        self._seal(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _seal(self, plain: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number), plain, _bound(self._head, self._number, last)))
        self._number += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        if kind is None:
            self.close()


def read_pieces(file: BinaryIO, key: bytes, copy: bytes) -> Iterator[bytes]:
    """Yield what was written, piece by piece.

    Raises:
        SpoiltCopy: the file was cut, changed, or is another copy's.
    """
    head, cipher, number = file.read(_HEAD_BYTES), AESGCMSIV(key), 0
    if head != MAGIC + copy:
        raise SpoiltCopy("the file's head is another's")
    sealed = file.read(PIECE_BYTES + _TAG_BYTES)
    while True:
        following = file.read(PIECE_BYTES + _TAG_BYTES)
        try:
            yield cipher.decrypt(_nonce(number), sealed, _bound(head, number, not following))
        except (InvalidTag, ValueError):
            raise SpoiltCopy(f"piece {number} does not open") from None
        if not following:
            return
        sealed, number = following, number + 1


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _bound(head: bytes, number: int, last: bool) -> bytes:
    return head + number.to_bytes(8, "big") + bytes([last])
