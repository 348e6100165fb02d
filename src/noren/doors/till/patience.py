"""How long the till waits for a body: whoever trickles one is cut off, and costs others nothing.

A timer for each request, or a clock read, would cost more than reading most bodies: the tasks that
wait are kept in one table with the number of the look before which they came, and looked at each second.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from noren.register.refusals import Refusal

LOOK_EVERY_SECONDS: Final = 1.0

Task = asyncio.Task[Any]


class Patience:
    """Knows who waits for the rest of a body, and interrupts whoever has waited too long.

    A reader puts its own task into ``waiting`` with the present ``look``, and takes it out when it
    goes on; one that is cancelled and finds itself no longer in there was interrupted: see ``judge``.
    """

    def __init__(self, seconds: float) -> None:
        self.waiting: dict[Task | None, int] = {}
        self.look = 0
        self._looks = int(seconds / LOOK_EVERY_SECONDS)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._next: asyncio.TimerHandle | None = None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to look."""
        self._loop = loop
        self._next = loop.call_later(LOOK_EVERY_SECONDS, self._look_round)

    def stop(self) -> None:
        """Look no more."""
        self._loop = None
        if self._next is not None:
            self._next.cancel()

    def judge(self, task: Task | None, cancelled: asyncio.CancelledError) -> Refusal:
        """Return the refusal of a reader that was interrupted. Raises again what another cancelled."""
        if task in self.waiting:
            raise cancelled
        return Refusal("too-slow")

    def _look_round(self) -> None:
        self.look += 1
        late = [task for task, since in self.waiting.items() if self.look - since > self._looks]
        for task in late:
            del self.waiting[task]
            if task is not None:
                task.cancel()
        if self._loop is not None:
            self._next = self._loop.call_later(LOOK_EVERY_SECONDS, self._look_round)
