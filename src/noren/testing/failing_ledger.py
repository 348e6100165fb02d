"""A ledger whose disk fails on order: wraps the real one and refuses chosen commits."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from noren.activity.errors import NotDurable
from noren.activity.model import Tally
from noren.activity.ports import LedgerBatch, LedgerStore


class Disk:
    """The disk's mood, shared by all openings of the store: while ``dead``, no commit succeeds and none is kept."""

    def __init__(self) -> None:
        self.dead = False
        self.openings = 0


class FailingLedger:
    """Fills ``LedgerStore``: commits to the store it wraps while the disk lives."""

    def __init__(self, store: LedgerStore, disk: Disk) -> None:
        self._store = store
        self._disk = disk
        disk.openings += 1

    @contextmanager
    def batch(self, *, durable: bool = True) -> Generator[LedgerBatch]:
        """See ``LedgerStore``; a dead disk is noticed at the commit, as a real one is."""
        with self._store.batch(durable=durable) as batch:
            yield batch
            if self._disk.dead:
                raise NotDurable("the disk is dead")

    def flush(self) -> None:
        """See ``LedgerStore``."""
        self._store.flush()
        if self._disk.dead:
            raise NotDurable("the disk is dead")

    def tally(self) -> Tally:
        """See ``LedgerStore``."""
        return self._store.tally()

    def clock_offset_us(self) -> int:
        """See ``LedgerStore``."""
        return self._store.clock_offset_us()

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
