"""A ledger whose disk fails on order: wraps the real one and refuses chosen commits."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager

from noren.activity.errors import NotDurable
from noren.activity.model import Tally
from noren.activity.ports import LedgerBatch, LedgerStore


class Disk:
    """The disk's mood, shared by all openings of the store.

    While ``dead`` no commit succeeds and none is kept. ``deferred``: commits succeed at once, and it is
    the flush that waits until ``turning`` is set, and that fails when the disk is dead.
    """

    def __init__(self, *, deferred: bool = False) -> None:
        self.dead = False
        self.deferred = deferred
        self.turning = threading.Event()
        self.turning.set()
        self.openings = self.flushes = 0


class FailingLedger:
    """Fills ``LedgerStore``: commits to the store it wraps while the disk lives."""

    def __init__(self, store: LedgerStore, disk: Disk) -> None:
        self._store = store
        self._disk = disk
        disk.openings += 1

    @property
    def flushes_apart(self) -> bool:
        """See ``LedgerStore``."""
        return self._disk.deferred or self._store.flushes_apart

    @contextmanager
    def batch(self, *, durable: bool = True) -> Generator[LedgerBatch]:
        """See ``LedgerStore``; a dead disk is noticed at the commit, as a real one is."""
        with self._store.batch(durable=durable) as batch:
            yield batch
            if self._disk.dead and not (self._disk.deferred and not durable):
                raise NotDurable("the disk is dead")

    def flush(self) -> None:
        """See ``LedgerStore``."""
        self._disk.turning.wait()
        self._disk.flushes += 1
        self._store.flush()
        if self._disk.dead:
            raise NotDurable("the disk is dead")

    def carry_over(self) -> None:
        """See ``LedgerStore``."""
        self._store.carry_over()

    def forget_deleted(self) -> bool:
        """See ``LedgerStore``."""
        return self._store.forget_deleted()

    def tally(self) -> Tally:
        """See ``LedgerStore``."""
        return self._store.tally()

    def clock_offset_us(self) -> int:
        """See ``LedgerStore``."""
        return self._store.clock_offset_us()

    def campaigns_edition(self) -> int:
        """See ``LedgerStore``."""
        return self._store.campaigns_edition()

    def set_clock_offset_us(self, offset_us: int) -> None:
        """See ``LedgerStore``."""
        self._store.set_clock_offset_us(offset_us)

    def probe(self) -> None:
        """See ``LedgerStore``."""
        with self.batch():
            return

    def close(self) -> None:
        """See ``LedgerStore``."""
        self._store.close()
