"""What every kind of file is read into: numbered rows of text cells, each whole or with a fault."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import Protocol

from noren.kernel.say import Say
from noren.kernel.values import value


@value
class Row:
    """One row of a file.

    ``line``: physical line on which it begins (Parquet: the row's number), counted from 1.
    ``cells``: the source's text, in the order of the table's columns; when ``fault`` is set,
    what could be read of them. ``end``: bytes (Parquet: rows) read so far, for progress.
    """

    line: int
    cells: tuple[str, ...] = field(repr=False)
    end: int
    fault: Say | None = None


class Table(Protocol):
    """An opened file. ``rows`` may be called again and then starts from the beginning."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The source's own column names."""
        ...

    @property
    def encoding(self) -> str:
        """How the file was read: an encoding's name, ``NDJSON`` or ``Parquet``."""
        ...

    @property
    def size(self) -> int:
        """What ``Row.end`` reaches at the end."""
        ...

    def rows(self) -> Iterator[Row]:
        """Yield the rows in the order of the file."""
        ...


class FileProblem(Exception):
    """A file can not be read as a table at all; ``say`` tells what, why and how to fix it."""

    exit_code: int = 1

    def __init__(self, say: Say) -> None:
        super().__init__(say.en)
        self.say = say
