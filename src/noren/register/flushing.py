"""From committed to durable: one flush for all batches that wait, then their answers, never before.

Where a store's commits are durable by themselves this happens in the writer's own thread. Where they
are not, a thread of its own waits for the disk while the writer decides the next batch.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from noren.activity.errors import LedgerBroken
from noren.activity.model import Purchase
from noren.activity.ports import LedgerStore
from noren.kernel.values import value
from noren.register.jobs import Job, Outcome
from noren.register.refusals import Refusal

MAX_UNDER_WAY: Final = 8
"""Batches committed and not yet durable: past it the writer waits, and requests wait with it."""


@dataclass(slots=True, eq=False)
class Waiting:
    """A request that waits for its batch; ``ticket`` is whatever the door needs to answer it."""

    job: Job
    ticket: object


Pairs = Sequence[tuple[Waiting, Outcome]]


@value
class Decided:
    """A committed batch: outcomes, purchases, and when its first decision began (``time.perf_counter``)."""

    pairs: Pairs
    sold: Sequence[Purchase]
    begun: float


class Flusher:
    """Makes batches of one opened store durable. After a failed flush nothing of this store is acknowledged again.

    ``durable`` is told of batches that may be answered, ``lost`` of those that may not, and ``broken``
    once, from the thread in which the flush failed.
    """

    def __init__(
        self,
        store: LedgerStore,
        *,
        durable: Callable[[Sequence[Decided]], None],
        lost: Callable[[Pairs], None],
        broken: Callable[[LedgerBroken], None],
    ) -> None:
        self._store = store
        self._durable = durable
        self._lost = lost
        self._broken = broken
        self.failed: LedgerBroken | None = None
        self._under_way: list[Decided] = []
        self._change = threading.Condition()
        self._closing = False
        self._thread: threading.Thread | None = None
        if store.flushes_apart:
            self._thread = threading.Thread(target=self._run, name="till-flush", daemon=True)
            self._thread.start()

    def hand_over(self, decided: Decided) -> None:
        """Take a committed batch; wait while too many are under way."""
        if self._thread is None:
            self._flush([decided])
            return
        with self._change:
            self._change.wait_for(lambda: len(self._under_way) < MAX_UNDER_WAY)
            self._under_way.append(decided)
            self._change.notify_all()

    def close(self) -> None:
        """Finish what was handed over, one way or the other, and end the thread."""
        if self._thread is not None:
            with self._change:
                self._closing = True
                self._change.notify_all()
            self._thread.join()

    def _run(self) -> None:
        while True:
            with self._change:
                self._change.wait_for(lambda: bool(self._under_way) or self._closing)
                batches = list(self._under_way)
            if not batches:
                return
            self._flush(batches)
            with self._change:
                del self._under_way[: len(batches)]
                self._change.notify_all()

    def _flush(self, batches: list[Decided]) -> None:
        if self.failed is None:
            try:
                self._store.flush()
            except LedgerBroken as wrong:
                self.failed = wrong
                self._broken(wrong)
        if self.failed is None:
            self._durable(batches)
        else:
            self._lost([(waiting, _lost(outcome)) for each in batches for waiting, outcome in each.pairs])


def _lost(outcome: Outcome) -> Refusal:
    """Return what a request is told whose batch may be gone: refusals too may rest on what is gone with it."""
    not_durable = Refusal("not-durable")
    return outcome if isinstance(outcome, Refusal) and outcome.problem == "broken" else not_durable
