"""How far an import is: a bar on a terminal, now and then a plain line elsewhere. Always on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final, Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from noren.kernel.say import Lang, Say

LINE_SECONDS: Final = 5.0
_EVERY_ROWS: Final = 512
_READ: Final = Say("読み取り", "reading")
_SENT: Final = Say("取り込み", "importing")


class Gauge(Protocol):
    """Is told how far reading and sending are."""

    def read(self, end: int) -> None:
        """The file was read up to ``end`` (in the table's units)."""
        ...

    def block(self, items: int) -> None:
        """So many more items are to be sent."""
        ...

    def sent(self, items: int) -> None:
        """So many more items were sent."""
        ...


class Quiet:
    """Says nothing."""

    def read(self, end: int) -> None:
        """Say nothing."""

    def block(self, items: int) -> None:
        """Say nothing."""

    def sent(self, items: int) -> None:
        """Say nothing."""


class Lines:
    """A plain line every few seconds, for logs and pipes."""

    def __init__(self, size: int, lang: Lang) -> None:
        self._size = max(1, size)
        self._lang: Lang = lang
        self._rows = self._to_send = self._sent = 0
        self._last = time.monotonic()

    def read(self, end: int) -> None:
        """Count a row."""
        self._rows += 1
        if self._rows % _EVERY_ROWS == 0:
            self._tell(_READ, end, self._size)

    def block(self, items: int) -> None:
        """More is to be sent."""
        self._to_send += items

    def sent(self, items: int) -> None:
        """Some was sent."""
        self._sent += items
        self._tell(_SENT, self._sent, self._to_send)

    def _tell(self, what: Say, done: int, of: int) -> None:
        if time.monotonic() - self._last >= LINE_SECONDS:
            self._last = time.monotonic()
            print(f"{what(self._lang)} {100 * done // max(1, of)} %", file=sys.stderr, flush=True)  # noqa: T201 (progress of a command)


class Bar:
    """Two bars: reading and importing."""

    def __init__(self, progress: Progress, size: int, lang: Lang) -> None:
        self._progress = progress
        self._read = progress.add_task(_READ(lang), total=max(1, size))
        self._send = progress.add_task(_SENT(lang), total=None)
        self._rows = self._to_send = 0

    def read(self, end: int) -> None:
        """Move the first bar."""
        self._rows += 1
        if self._rows % _EVERY_ROWS == 0:
            self._progress.update(self._read, completed=end)

    def block(self, items: int) -> None:
        """Lengthen the second bar; all of this block is read."""
        self._to_send += items
        self._progress.update(self._send, total=self._to_send)

    def sent(self, items: int) -> None:
        """Move the second bar."""
        self._progress.advance(self._send, items)


@contextmanager
def gauge(size: int, lang: Lang) -> Generator[Gauge]:
    """Give the gauge that fits where stderr goes."""
    if not sys.stderr.isatty():
        yield Lines(size, lang)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield Bar(progress, size, lang)
