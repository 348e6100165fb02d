"""Carrying the write-ahead log over into the ledger's file, beside the till's writing instead of in its way.

SQLite does this inside every so-many-th commit, and whoever waits for that commit waits along: it
made the slowest hundredth of all answers. Here a thread with a connection of its own carries over
most of the log while the writer goes on; only the last bit, without which the log can not begin
anew, is left to the writer, and it is short.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

import apsw

from noren.activity.connection import Database

BESIDE_PAGES: Final = 4_000
"""Pages of log after which the thread carries over (16 MB)."""

BY_WRITER_PAGES: Final = 24_000
"""Pages of log at which the writer carries over what is left, so that the log begins anew (96 MB)."""

_BUSY_MS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Lengths:
    """Pages of log after which the thread carries over, and at which the writer carries over what is left."""

    beside: int = BESIDE_PAGES
    by_writer: int = BY_WRITER_PAGES


class Checkpointer(threading.Thread):
    """Carries over when told to, until closed. What it can not do, it leaves: the writer's turn comes anyway."""

    def __init__(self, path: Path, lengths: Lengths, *, vfs: str | None = None) -> None:
        super().__init__(name="ledger-checkpoint", daemon=True)
        self._path = path
        self._lengths = lengths
        self._vfs = vfs
        self._wake = threading.Event()
        self._closing = False
        self._carried = 0
        self.due = False
        """Whether the writer must carry over the rest, at its next batch."""

    def noted(self, pages: int) -> None:
        """Hear how long the log is after a commit."""
        if pages < self._carried:
            self._carried = 0  # the log has begun anew
        if pages >= self._lengths.by_writer:
            self.due = True
        elif pages >= self._carried + self._lengths.beside:
            self._carried = pages
            self._wake.set()

    def run(self) -> None:
        """Wait, carry over, wait."""
        connection = apsw.Connection(str(self._path), flags=apsw.SQLITE_OPEN_READWRITE, vfs=self._vfs)
        connection.set_busy_timeout(_BUSY_MS)
        while True:
            self._wake.wait()
            self._wake.clear()
            if self._closing:
                connection.close()
                return
            carry_over(cast("Database", connection))

    def close(self) -> None:
        """End the thread, after what it is at."""
        self._closing = True
        self._wake.set()
        self.join()


def carry_over(connection: Database) -> None:
    """Carry over what can be without waiting for anybody; a disk that fails now fails the next commit too."""
    try:
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
    except apsw.Error:
        return
