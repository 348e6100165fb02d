"""Group commit: one thread takes every waiting request, decides them in order, commits once, then answers.

An answer leaves only after the commit was synced. When a commit fails nothing of it is
acknowledged, the store is reopened (which replays its log) and proved by a durable write
before anything is acknowledged again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from noren.activity.errors import LedgerBroken, NotDurable
from noren.activity.model import Purchase
from noren.activity.ports import LedgerStore
from noren.register.jobs import Job, Moment, Outcome
from noren.register.refusals import Refusal
from noren.register.work import Work

MAX_BATCH: Final = 256
MAX_WAITING: Final = 20_000
_REOPEN_SECONDS: Final = 0.5

Answer = Callable[[Sequence[tuple["Waiting", Outcome]]], None]
Sold = Callable[[Sequence[Purchase]], None]
"""Sees the purchases of each batch that became durable. It must be quick, and must not fail."""


@dataclass(slots=True, eq=False)
class Waiting:
    """A request that waits for its batch; ``ticket`` is whatever the door needs to answer it."""

    job: Job
    ticket: object


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
        self._waiting: list[Waiting] = []
        self._errands: list[Callable[[LedgerStore], None]] = []
        self._unknown_fields = 0
        self._wake = threading.Condition()
        self._stopping = False

    @property
    def ready(self) -> bool:
        """Whether the store is open and its last commit was durable."""
        return self._store is not None and self.is_alive()

    def submit(self, waiting: Waiting) -> bool:
        """Queue a request; False when the queue is full or the store is down: answer 503 at once."""
        if self._store is None or self._stopping or len(self._waiting) >= MAX_WAITING:
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
            if not batch:
                continue
            try:
                self._do(batch)
            except Exception as wrong:  # answering failed (the door is closing): the writer lives on
                self._watch.broken(type(wrong).__name__)
        if self._store is not None:
            self._flush_counts()
            self._store.close()

    def _take(self) -> tuple[list[Waiting], list[Callable[[LedgerStore], None]]]:
        with self._wake:
            while not (self._waiting or self._errands or self._stopping):
                self._wake.wait()
            batch, self._waiting = self._waiting[:MAX_BATCH], self._waiting[MAX_BATCH:]
            errands, self._errands = self._errands, []
            return batch, errands

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
            self._answer([(waiting, Refusal("not-durable")) for waiting in batch])
            return
        begun = time.perf_counter()
        counted, died = self._unknown_fields, None
        try:
            outcomes = self._decide(self._store, batch, counted)
        except NotDurable as wrong:
            outcomes, died, counted = _refused(batch), wrong, 0
        except Exception as wrong:  # the batch was rolled back: find the one that broke it
            self._watch.broken(type(wrong).__name__)
            counted = 0
            outcomes, died = self._one_by_one(self._store, batch)
        with self._wake:
            self._unknown_fields -= counted
        self._answer(list(zip(batch, outcomes, strict=True)))
        if died is not None:
            self._down(died)
            return
        self._watch.batch(len(batch), time.perf_counter() - begun)

    def _decide(self, store: LedgerStore, batch: list[Waiting], unknown_fields: int) -> list[Outcome]:
        moment = self._moment()
        with store.batch(durable=False) as held:
            work = Work(held)
            wants = [waiting.job.wants() for waiting in batch]
            work.prefetch(receipts=(r for w in wants for r in w[0]), cards=(c for w in wants for c in w[1]))
            outcomes = [waiting.job.run(work, moment) for waiting in batch]
            work.changes.tally.unknown_fields += unknown_fields
            held.write(work.changes)
        store.flush()
        self._sold(work.changes.purchases)
        return outcomes

    def _one_by_one(self, store: LedgerStore, batch: list[Waiting]) -> tuple[list[Outcome], NotDurable | None]:
        """Decide each request in a batch of its own, so that one that breaks does not take others along.

        Once the store fails, nothing more is decided on it: the rest is refused, and the failure returned.
        """
        outcomes: list[Outcome] = []
        for waiting in batch:
            try:
                outcomes += self._decide(store, [waiting], 0)
            except NotDurable as wrong:
                return outcomes + _refused(batch[len(outcomes) :]), wrong
            except Exception as wrong:
                self._watch.broken(type(wrong).__name__)
                outcomes.append(Refusal("broken"))
        return outcomes, None

    def _flush_counts(self) -> None:
        if self._unknown_fields and self._store is not None:
            self._decide(self._store, [], self._unknown_fields)

    def _down(self, wrong: Exception) -> None:
        """Stop acknowledging; reopen until a durable write succeeds."""
        self._watch.broken(type(wrong).__name__)
        store, self._store = self._store, None
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
            self._store = fresh
            return

    def _refuse_waiting(self) -> None:
        with self._wake:
            waiting, self._waiting = self._waiting, []
        if waiting:
            self._answer([(w, Refusal("not-durable")) for w in waiting])


def _refused(batch: list[Waiting]) -> list[Outcome]:
    return [Refusal("not-durable") for _ in batch]


def _close(store: LedgerStore) -> None:
    try:
        store.close()
    except Exception:  # it is broken already; what counts is that a fresh one opens
        return
