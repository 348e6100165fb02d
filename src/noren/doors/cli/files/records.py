"""Cutting a CSV file into records while it is still bytes, so that one bad byte spoils one row.

In UTF-8, cp932 and EUC-JP alike no byte of a multi-byte sign is a newline, a comma or a
quote, so records can be found before decoding. A quote that is never closed costs its own
line only: reading goes on with the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import field
from typing import BinaryIO, Final, Literal

from noren.doors.cli.files.lines import MAX_LINE_BYTES, Line, LineSource
from noren.kernel.values import value

MAX_RECORD_LINES: Final = 100

_QUOTE: Final = 0x22

Trouble = Literal["open-quote", "too-long"]


@value
class Record:
    """Raw bytes of one record without its line end; ``cut``: the file ends here without a line end."""

    line: int
    raw: bytes = field(repr=False)
    end: int
    cut: bool = False
    trouble: Trouble | None = None


def records(stream: BinaryIO, delimiter: bytes, is_whole: Callable[[bytes], bool]) -> Iterator[Record]:
    """Yield the records of a file from its present place on.

    ``is_whole`` says whether bytes that span several lines are one good record; when they are
    not, the first line alone is given, as a record with an open quote.
    """
    source = LineSource(stream)
    while (first := source.first()) is not None:
        yield _record(source, first, delimiter, is_whole)


def _record(source: LineSource, first: Line, delimiter: bytes, is_whole: Callable[[bytes], bool]) -> Record:
    line, end = source.line, source.end
    if first.too_long:
        return Record(line, first.text, end, trouble="too-long")
    if not _quote_open(first.raw, delimiter):
        return Record(line, first.text, end, cut=not first.ended)
    joined = _join(source, first.raw, delimiter)
    if joined is not None and is_whole(joined.rstrip(b"\r\n")):
        return Record(line, joined.rstrip(b"\r\n"), source.end, cut=not joined.endswith((b"\n", b"\r")))
    source.back_to(line + 1)
    return Record(line, first.text, end, cut=not first.ended, trouble="open-quote")


def _join(source: LineSource, first: bytes, delimiter: bytes) -> bytes | None:
    """Return the bytes up to the line that closes the quote; None when none does within the limits."""
    joined = first
    for _ in range(MAX_RECORD_LINES):
        more = source.more()
        if more is None:
            return None
        joined += more.raw
        if len(joined) > MAX_LINE_BYTES:
            return None
        if b'"' in more.raw and not _quote_open(joined, delimiter):
            return joined
    return None


def _quote_open(raw: bytes, delimiter: bytes) -> bool:
    """Whether a quoted cell is still open at the end: a quote opens only at the beginning of a cell."""
    if b'"' not in raw:
        return False
    inside, cell_start, at = False, True, 0
    while at < len(raw):
        byte = raw[at]
        if inside and byte == _QUOTE:
            doubled = raw[at + 1 : at + 2] == b'"'
            inside, at = doubled, at + doubled
        elif byte == _QUOTE and cell_start:
            inside = True
        cell_start = not inside and byte == delimiter[0]
        at += 1
    return inside
