"""How long the till waits for a body: whoever trickles one is cut off, and costs others nothing.

A timer for each request would cost more than reading most bodies: the tasks that wait are kept
in one table instead, and looked at each second.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any, Final

LOOK_EVERY_SECONDS: Final = 1.0


class Patience:
    """Knows who waits for the rest of a body, and interrupts whoever has waited too long."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._since: dict[asyncio.Task[Any], float] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._next: asyncio.TimerHandle | None = None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to look."""
        self._loop = loop
        self._next = loop.call_later(LOOK_EVERY_SECONDS, self._look)

    def stop(self) -> None:
        """Look no more."""
        self._loop = None
        if self._next is not None:
            self._next.cancel()

    def begin(self) -> asyncio.Task[Any]:
        """Say that this task waits from now on; return it, for ``end``."""
        task = asyncio.current_task()
        assert task is not None
        self._since[task] = time.monotonic()
        return task

    def end(self, task: asyncio.Task[Any]) -> bool:
        """Say that it waits no longer; whether it was left to wait, not interrupted."""
        return self._since.pop(task, None) is not None

    def _look(self) -> None:
        until = time.monotonic() - self._seconds
        for task in [task for task, since in self._since.items() if since < until]:
            del self._since[task]
            task.cancel()
        if self._loop is not None:
            self._next = self._loop.call_later(LOOK_EVERY_SECONDS, self._look)
