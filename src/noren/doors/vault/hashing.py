"""Turns at hashing: a password's hash costs time and memory, and strangers may ask for it as often as they like.

Few hash at once, few wait for it, none waits long; who gets no turn is told when to come back.
It asks nobody's name: a crowd of strangers makes the door slow for the moment it lasts, and
leaves nothing behind that would keep anybody out after it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

AT_ONCE: Final = 2
"""Argon2id takes 64 MiB each: more at once would let strangers fill the memory."""
MAX_WAITING: Final = 50
LONGEST_WAIT_SECONDS: Final = 5

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class NoTurn:
    """Too many are hashing and waiting: come back in so many seconds."""

    seconds: int = LONGEST_WAIT_SECONDS


class Hashing:
    """The turns of one process, given in order of coming; asked on the event loop alone."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def run(self, work: Callable[[], T]) -> T | NoTurn:
        """Run ``work`` in a thread when its turn comes."""
        if not await self._turn():
            return NoTurn()
        running = asyncio.ensure_future(asyncio.to_thread(work))
        running.add_done_callback(self._over)
        # A browser that goes away does not stop the thread, so it must not free the turn either.
        return await asyncio.shield(running)

    async def _turn(self) -> bool:
        if self._waiting >= MAX_WAITING:
            return False
        self._waiting += 1
        try:
            async with asyncio.timeout(LONGEST_WAIT_SECONDS):
                return await self._free.acquire()
        except TimeoutError:
            return False
        finally:
            self._waiting -= 1

    def _over(self, _: asyncio.Future[Any]) -> None:
        self._free.release()
