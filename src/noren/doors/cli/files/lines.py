"""Physical lines of a file as bytes: bounded in length, counted, and able to be given back."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

MAX_LINE_BYTES: Final = 64 * 1024
_ENDS: Final = (b"\n", b"\r")


class Line(NamedTuple):
    """A line with its end. ``size``: its bytes in the file, more than ``raw`` when it was too long to keep."""

    raw: bytes
    size: int

    @property
    def text(self) -> bytes:
        """The line without its end."""
        return self.raw.rstrip(b"\r\n")

    @property
    def ended(self) -> bool:
        """Whether the line has an end: the last line of a file that was cut has none."""
        return self.raw.endswith(_ENDS) or self.too_long

    @property
    def too_long(self) -> bool:
        """Whether only its beginning was kept."""
        return self.size > len(self.raw)


def physical_lines(stream: BinaryIO) -> Iterator[Line]:
    """Yield the lines from the stream's present place on; a file that knows only CR is cut at CR."""
    start = stream.tell()
    head = stream.read(MAX_LINE_BYTES)
    stream.seek(start)
    yield from _cut_at_return(stream) if b"\n" not in head and b"\r" in head[:-1] else _cut_at_newline(stream)


def _cut_at_newline(stream: BinaryIO) -> Iterator[Line]:
    while raw := stream.readline(MAX_LINE_BYTES):
        size = len(raw)
        while size >= MAX_LINE_BYTES and not raw.endswith(b"\n"):
            rest = stream.readline(MAX_LINE_BYTES)
            size += len(rest)
            if not rest or rest.endswith(b"\n"):
                break
        yield Line(raw, size)


def _cut_at_return(stream: BinaryIO) -> Iterator[Line]:
    left = b""
    while chunk := stream.read(MAX_LINE_BYTES):
        *whole, left = (left + chunk).split(b"\r")
        for raw in whole:
            yield Line(raw + b"\r", len(raw) + 1)
    if left:
        yield Line(left, len(left))


class LineSource:
    """Lines that can be given back, counting lines and bytes. ``line``, ``end``: of the last line taken."""

    def __init__(self, stream: BinaryIO) -> None:
        self.line = 0
        self.end = stream.tell()
        self._lines = physical_lines(stream)
        self._ahead: deque[Line] = deque()
        self._taken: list[Line] = []
        self._first_taken = 1

    def first(self) -> Line | None:
        """Return the next line as the first of a record."""
        self._taken.clear()
        self._first_taken = self.line + 1
        return self.more()

    def more(self) -> Line | None:
        """Return the next line of the same record."""
        got = self._ahead.popleft() if self._ahead else next(self._lines, None)
        if got is not None:
            self._taken.append(got)
            self.line += 1
            self.end += got.size
        return got

    def back_to(self, line: int) -> None:
        """Give back the lines of this record from ``line`` on."""
        keep = line - self._first_taken
        returned = self._taken[keep:]
        self._ahead.extendleft(reversed(returned))
        del self._taken[keep:]
        self.line = line - 1
        self.end -= sum(got.size for got in returned)
