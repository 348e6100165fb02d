"""Group commit, driven in one of two ways: every waiting request is the next batch, one commit for all of it.

Where a commit is durable by itself (the embedded ledger) the event loop drives: what came while it
committed is its next batch, and no second thread contends with the door for the interpreter. Where
the disk is waited for apart (PostgreSQL) a thread does, and the door goes on meanwhile.
"""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from functools import partial
from typing import Final, Protocol

from noren.activity.ports import LedgerStore
from noren.register.batches import MAX_BATCH, Batches, Duties, Errand
from noren.register.flushing import Waiting

MAX_WAITING: Final = 20_000
_STOP_SECONDS: Final = 10
_PASSES: Final = 20
"""How often the loop goes round, at most, before a batch begins without those who are still being read."""

_FEW: Final = 16
"""A batch of no more requests than this is a sign that there is time to carry the ledger's log over in small pieces."""


class Writer(Protocol):
    """The one writer of a till process."""

    @property
    def ready(self) -> bool:
        """Whether the store is open and its last commit was durable."""
        ...

    def submit(self, waiting: Waiting) -> bool:
        """Queue a request; False when the queue is full or the store is down: answer 503 at once."""
        ...

    def errand(self, do: Errand) -> None:
        """Do something with the store between two batches (readiness probe, sandbox clock)."""
        ...

    def count_unknown_field(self) -> None:
        """Count a refused field publicly; written with the next batch."""
        ...

    def stop(self) -> None:
        """Finish what waits, close the store."""
        ...


def start_writer(loop: asyncio.AbstractEventLoop, duties: Duties) -> Writer:
    """Open the store and start the writer that suits it; outcomes are answered in ``loop``."""
    store = duties.open_store()
    if not store.flushes_apart:
        return LoopWriter(loop, store, duties)
    outside = partial(loop.call_soon_threadsafe, duties.answer)
    writer = ThreadWriter(store, replace(duties, answer=outside))
    writer.start()
    return writer


class LoopWriter:
    """Fills ``Writer`` in the event loop's own thread, from which alone it is called."""

    def __init__(self, loop: asyncio.AbstractEventLoop, store: LedgerStore, duties: Duties) -> None:
        assert not store.flushes_apart, "a store that is flushed apart would stop the loop"
        self._loop = loop
        self._batches = Batches(store, duties, flush_failed=lambda: None)
        self._more_coming = duties.more_coming
        self._passes = 0
        self._waiting: list[Waiting] = []
        self._errands: list[Errand] = []
        self._due = self._stopping = False
        self._reopening: threading.Thread | None = None

    @property
    def ready(self) -> bool:
        """See ``Writer``."""
        return self._batches.open and not self._stopping

    def submit(self, waiting: Waiting) -> bool:
        """See ``Writer``."""
        if not self._batches.open or self._stopping or len(self._waiting) >= MAX_WAITING:
            return False
        self._waiting.append(waiting)
        self._soon()
        return True

    def errand(self, do: Errand) -> None:
        """See ``Writer``."""
        self._errands.append(do)
        self._soon()

    def count_unknown_field(self) -> None:
        """See ``Writer``."""
        self._batches.count_unknown_field()

    def stop(self) -> None:
        """See ``Writer``."""
        if self._stopping:
            return
        self._stopping = True
        if self._reopening is not None:
            self._reopening.join(timeout=_STOP_SECONDS)
        while self._waiting or self._errands:
            self._turn()
        self._batches.close()

    def _soon(self) -> None:
        """Let the next batch begin when everybody who is at the door by now has been heard."""
        if not self._due:
            self._due = True
            self._loop.call_soon(self._go)

    def _go(self) -> None:
        if self._passes < _PASSES and len(self._waiting) < MAX_BATCH and self._more_coming():
            self._passes += 1
            self._loop.call_soon(self._go)
            return
        self._passes, self._due = 0, False
        if self._reopening is not None or self._stopping:
            return
        few = self._turn() <= _FEW
        if self._batches.must_reopen:
            self._reopen()
        elif self._waiting:
            self._soon()
        elif few:
            self._loop.call_soon(self._carry_over)  # behind the answers of this batch

    def _turn(self) -> int:
        """Run the errands and do a batch; return how many requests it had."""
        errands, self._errands = self._errands, []
        for errand in errands:
            self._batches.run_errand(errand)
        batch, self._waiting = self._waiting[:MAX_BATCH], self._waiting[MAX_BATCH:]
        if batch:
            self._batches.do(batch)
        return len(batch)

    def _carry_over(self) -> None:
        if not (self._waiting or self._stopping or self._reopening):
            self._batches.carry_over()
            if self._batches.must_reopen:
                self._reopen()

    def _reopen(self) -> None:
        """Reopen in a thread of its own: that may take long, and health checks are answered meanwhile."""
        waiting, self._waiting = self._waiting, []
        self._batches.refuse(waiting)
        self._reopening = threading.Thread(target=self._run_reopening, name="till-reopen", daemon=True)
        self._reopening.start()

    def _run_reopening(self) -> None:
        self._batches.reopen(meanwhile=lambda: None, stopping=lambda: self._stopping)
        if not self._stopping:
            self._loop.call_soon_threadsafe(self._reopened)

    def _reopened(self) -> None:
        self._reopening = None
        self._soon()


class ThreadWriter(threading.Thread):
    """Fills ``Writer`` in a thread of its own; called from any."""

    def __init__(self, store: LedgerStore, duties: Duties) -> None:
        super().__init__(name="till-writer", daemon=True)
        self._wake = threading.Condition()
        self._waiting: list[Waiting] = []
        self._errands: list[Errand] = []
        self._stopping = False
        self._batches = Batches(store, duties, flush_failed=self._notify)

    @property
    def ready(self) -> bool:
        """See ``Writer``."""
        return self._batches.open and self.is_alive()

    def submit(self, waiting: Waiting) -> bool:
        """See ``Writer``."""
        if not self._batches.open or self._stopping or len(self._waiting) >= MAX_WAITING:
            return False
        with self._wake:
            self._waiting.append(waiting)
            self._wake.notify()
        return True

    def errand(self, do: Errand) -> None:
        """See ``Writer``."""
        with self._wake:
            self._errands.append(do)
            self._wake.notify()

    def count_unknown_field(self) -> None:
        """See ``Writer``."""
        self._batches.count_unknown_field()

    def stop(self) -> None:
        """See ``Writer``; the thread ends."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        self.join(timeout=_STOP_SECONDS)

    def run(self) -> None:
        """Take, decide, commit, answer; until stopped."""
        while True:
            batch, errands = self._take()
            if not batch and not errands and self._stopping:
                break
            for errand in errands:
                self._batches.run_errand(errand)
            if batch:
                self._batches.do(batch)
            if self._batches.must_reopen:
                self._batches.reopen(meanwhile=self._refuse_waiting, stopping=lambda: self._stopping)
        self._batches.close()

    def _take(self) -> tuple[list[Waiting], list[Errand]]:
        with self._wake:
            while not (self._waiting or self._errands or self._stopping or self._batches.must_reopen):
                self._wake.wait()
            batch, self._waiting = self._waiting[:MAX_BATCH], self._waiting[MAX_BATCH:]
            errands, self._errands = self._errands, []
            return batch, errands

    def _notify(self) -> None:
        with self._wake:
            self._wake.notify()

    def _refuse_waiting(self) -> None:
        with self._wake:
            waiting, self._waiting = self._waiting, []
        self._batches.refuse(waiting)
