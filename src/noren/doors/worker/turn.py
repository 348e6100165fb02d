"""Turns at the ledger: the door's threads write one after another, as the store wants it."""

from __future__ import annotations

import threading

from noren.house.ledger_worker import WorkerRoom


class Turn:
    """``with turn:`` gives the calling thread the ledger, alone."""

    def __init__(self, room: WorkerRoom) -> None:
        self.room = room
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()
