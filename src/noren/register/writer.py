"""Group commit: one thread takes every waiting request, decides them in order, commits once, then answers.

An answer leaves only after the commit was synced. When a commit fails nothing of it is
acknowledged, the store is reopened (which replays its log) and proved by a durable write
before anything is acknowledged again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from noren.activity.errors import LedgerBroken, NotDurable
from noren.activity.model import Purchase
from noren.activity.ports import Asked, LedgerStore
from noren.register.flushing import Decided, Flusher, Pairs, Waiting
from noren.register.jobs import Moment, Outcome
from noren.register.refusals import Refusal
from noren.register.work import Work

MAX_BATCH: Final = 256
MAX_WAITING: Final = 20_000
_REOPEN_SECONDS: Final = 0.5

Answer = Callable[[Pairs], None]
Sold = Callable[[Sequence[Purchase]], None]
"""Sees the purchases of each batch that became durable. It must be quick, and must not fail."""


class Watch(Protocol):
    """Is told what happens, for logs and metrics; never what a request held."""

    def batch(self, size: int, seconds: float) -> None:
        """A batch became durable."""
        ...

    def broken(self, what: str) -> None:
        """The store broke, or a decision did: the kind of breakage, never a value."""
        ...


class Writer(threading.Thread):
    """The one writer of a till process."""

    def __init__(
        self,
        *,
        open_store: Callable[[], LedgerStore],
        moment: Callable[[], Moment],
        answer: Answer,
        watch: Watch,
        sold: Sold = lambda _: None,
    ) -> None:
        super().__init__(name="till-writer", daemon=True)
        self._open_store = open_store
        self._moment = moment
        self._answer = answer
        self._watch = watch
        self._sold = sold
        self._store: LedgerStore | None = open_store()
        self._flusher = self._new_flusher(self._store)
        self._waiting: list[Waiting] = []
        self._errands: list[Callable[[LedgerStore], None]] = []
        self._unknown_fields = 0
        self._wake = threading.Condition()
        self._stopping = False

    @property
    def ready(self) -> bool:
        """Whether the store is open and its last commit was durable."""
        return self._store is not None and self._flusher.failed is None and self.is_alive()

    def submit(self, waiting: Waiting) -> bool:
        """Queue a request; False when the queue is full or the store is down: answer 503 at once."""
        if self._store is None or self._flusher.failed or self._stopping or len(self._waiting) >= MAX_WAITING:
            return False
        with self._wake:
            self._waiting.append(waiting)
            self._wake.notify()
        return True

    def errand(self, do: Callable[[LedgerStore], None]) -> None:
        """Let the writer do something with the store between two batches (readiness probe, sandbox clock)."""
        with self._wake:
            self._errands.append(do)
            self._wake.notify()

    def count_unknown_field(self) -> None:
        """Count a refused field publicly; written with the next batch."""
        with self._wake:
            self._unknown_fields += 1

    def stop(self) -> None:
        """Finish what waits, close the store, end the thread."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        self.join(timeout=10)

    def run(self) -> None:
        """Take, decide, commit, answer; until stopped."""
        while True:
            batch, errands = self._take()
            if not batch and not errands and self._stopping:
                break
            for errand in errands:
                self._do_errand(errand)
            if self._must_reopen():
                self._let_go([(waiting, Refusal("not-durable")) for waiting in batch])  # none waits for a store to come
                self._reopen()
                continue
            if not batch:
                continue
            self._do(batch)
        self._flusher.close()
        if self._store is not None:
            self._flush_counts()
            self._store.close()

    def _take(self) -> tuple[list[Waiting], list[Callable[[LedgerStore], None]]]:
        with self._wake:
            while not (self._waiting or self._errands or self._stopping or self._must_reopen()):
                self._wake.wait()
            batch, self._waiting = self._waiting[:MAX_BATCH], self._waiting[MAX_BATCH:]
            errands, self._errands = self._errands, []
            return batch, errands

    def _must_reopen(self) -> bool:
        return self._flusher.failed is not None and self._store is not None

    def _do_errand(self, errand: Callable[[LedgerStore], None]) -> None:
        if self._store is None:
            return
        try:
            errand(self._store)
        except LedgerBroken as wrong:
            self._down(wrong)
        except Exception as wrong:
            self._watch.broken(type(wrong).__name__)

    def _do(self, batch: list[Waiting]) -> None:
        if self._store is None:
            self._let_go([(waiting, Refusal("not-durable")) for waiting in batch])
            return
        begun, counted, died = time.perf_counter(), self._unknown_fields, None
        sold: list[Purchase] = []
        try:
            outcomes, sold = self._decide(self._store, batch, counted)
        except NotDurable as wrong:
            outcomes, died, counted = _refused(batch), wrong, 0
        except Exception as wrong:  # the batch was rolled back: find the one that broke it
            self._watch.broken(type(wrong).__name__)
            counted = 0
            outcomes, died = self._one_by_one(self._store, batch, sold)
        with self._wake:
            self._unknown_fields -= counted
        self._flusher.hand_over(Decided(list(zip(batch, outcomes, strict=True)), sold, begun))
        if died is not None:
            self._down(died)

    def _new_flusher(self, store: LedgerStore) -> Flusher:
        return Flusher(store, durable=self._acknowledge, lost=self._let_go, broken=self._hear_of)

    def _acknowledge(self, batches: Sequence[Decided]) -> None:
        """Let the answers of durable batches go."""
        now = time.perf_counter()
        for each in batches:
            self._let_go(each.pairs)
            self._sold(each.sold)
            self._watch.batch(len(each.pairs), now - each.begun)

    def _let_go(self, pairs: Pairs) -> None:
        """Hand outcomes to the door; one that is closing takes none, and the writer lives on."""
        try:
            self._answer(pairs)
        except Exception as wrong:
            self._watch.broken(type(wrong).__name__)

    def _hear_of(self, wrong: LedgerBroken) -> None:
        """Stop acknowledging: what was decided since rests on what may be gone. The writer reopens the store."""
        self._watch.broken(type(wrong).__name__)
        with self._wake:
            self._wake.notify()

    def _decide(
        self, store: LedgerStore, batch: list[Waiting], unknown_fields: int
    ) -> tuple[list[Outcome], list[Purchase]]:
        moment = self._moment()
        with store.batch(durable=False) as held:
            work = Work(held, expected=len(batch))
            asked = Asked()
            for waiting in batch:
                waiting.job.wants(asked)
            work.prefetch(asked)
            outcomes = [waiting.job.run(work, moment) for waiting in batch]
            work.changes.tally.unknown_fields += unknown_fields
            held.write(work.changes)
        return outcomes, work.changes.purchases

    def _one_by_one(
        self, store: LedgerStore, batch: list[Waiting], sold: list[Purchase]
    ) -> tuple[list[Outcome], NotDurable | None]:
        """Decide each request in a batch of its own, so that one that breaks does not take others along.

        Once the store fails, nothing more is decided on it: the rest is refused, and the failure returned.
        """
        outcomes: list[Outcome] = []
        for waiting in batch:
            try:
                decided, purchases = self._decide(store, [waiting], 0)
                outcomes += decided
                sold += purchases
            except NotDurable as wrong:
                return outcomes + _refused(batch[len(outcomes) :]), wrong
            except Exception as wrong:
                self._watch.broken(type(wrong).__name__)
                outcomes.append(Refusal("broken"))
        return outcomes, None

    def _flush_counts(self) -> None:
        if self._unknown_fields and self._store is not None:
            self._decide(self._store, [], self._unknown_fields)
            self._store.flush()

    def _down(self, wrong: Exception) -> None:
        """Stop acknowledging; reopen until a durable write succeeds."""
        self._watch.broken(type(wrong).__name__)
        self._reopen()

    def _reopen(self) -> None:
        store, self._store = self._store, None
        self._flusher.close()
        if store is not None:
            _close(store)
        while not self._stopping:
            try:
                fresh = self._open_store()
                fresh.probe()
            except Exception as still:  # whatever it is, the till must not acknowledge
                self._watch.broken(type(still).__name__)
                self._refuse_waiting()
                time.sleep(_REOPEN_SECONDS)
                continue
            self._flusher = self._new_flusher(fresh)
            self._store = fresh
            return

    def _refuse_waiting(self) -> None:
        with self._wake:
            waiting, self._waiting = self._waiting, []
        if waiting:
            self._let_go([(w, Refusal("not-durable")) for w in waiting])


def _refused(batch: list[Waiting]) -> list[Outcome]:
    return [Refusal("not-durable") for _ in batch]


def _close(store: LedgerStore) -> None:
    try:
        store.close()
    except Exception:  # it is broken already; what counts is that a fresh one opens
        return
