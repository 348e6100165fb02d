"""Turns at the embedded ledger's file: one process at a time writes it or carries its log over into it.

SQLite has a write lock of its own, but carries the log over beside it, and lets the log begin anew
while another process may still be carrying over. Two processes that did both (a till that sold, the
ledger-worker that wrote now and then, a log that was long) lost a whole acknowledged commit, once in
some ten thousand. Under a turn none of this happens at once.
"""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path
from types import TracebackType
from typing import Final

from noren.activity.errors import NotDurable

_FIRST_TRY_SECONDS: Final = 0.000_2
_LAST_TRY_SECONDS: Final = 0.005


class Turn:
    """Taken by ``with``; its file lies beside the ledger's and holds nothing. Not for one thread twice.

    Raises on entering:
        NotDurable: another process has had its turn for longer than ``busy_ms``.
    """

    def __init__(self, ledger: Path, *, busy_ms: int) -> None:
        ledger.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(ledger.with_name(ledger.name + "-turn"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._busy_seconds = busy_ms / 1000
        self.closed = False

    def __enter__(self) -> None:
        until, pause = time.monotonic() + self._busy_seconds, _FIRST_TRY_SECONDS
        while not self._take():
            if time.monotonic() > until:
                raise NotDurable("the ledger is in another process's hands for too long")
            time.sleep(pause)
            pause = min(2 * pause, _LAST_TRY_SECONDS)

    def __exit__(self, kind: type[BaseException] | None, wrong: BaseException | None, at: TracebackType | None) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)

    def _take(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        """Let the file go; no turn is taken any more."""
        if not self.closed:
            self.closed = True
            os.close(self._file)
