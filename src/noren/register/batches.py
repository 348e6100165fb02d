"""What a till's writer does with one batch: decide its requests in order, commit once, answer when it is durable.

An answer leaves only after the commit was synced. When a commit fails nothing of it is
acknowledged, the store is reopened (which replays its log) and proved by a durable write
before anything is acknowledged again. Who drives this, a thread or the event loop, is told in ``writer``.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from noren.activity.errors import LedgerBroken, NotDurable
from noren.activity.model import Purchase
from noren.activity.ports import Asked, LedgerStore
from noren.kernel.values import value
from noren.register.campaigns import CampaignBook
from noren.register.flushing import Decided, Flusher, Pairs, Waiting
from noren.register.jobs import LATER, Later, Moment, Outcome
from noren.register.refusals import Refusal
from noren.register.work import Work

MAX_BATCH: Final = 256
_REOPEN_SECONDS: Final = 0.5

Answer = Callable[[Pairs], None]
Errand = Callable[[LedgerStore], None]
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


@value
class Duties:
    """What a writer works with, and whom it tells: ``answer`` of outcomes, ``sold`` of durable purchases.

    ``book``: the campaigns in force; ``more_coming``: whether requests are being read at the door that will be here in
    an instant.
    """

    open_store: Callable[[], LedgerStore]
    moment: Callable[[], Moment]
    answer: Answer
    watch: Watch
    sold: Sold = lambda _: None
    book: CampaignBook | None = None
    more_coming: Callable[[], bool] = lambda: False


class Batches:
    """Decides batches on one opened store after another. One caller at a time, but for what says otherwise.

    ``flush_failed``: called, from whatever thread flushes, when the store has to be reopened.
    """

    def __init__(self, store: LedgerStore, duties: Duties, *, flush_failed: Callable[[], None]) -> None:
        self._open_store = duties.open_store
        self._moment = duties.moment
        self._answer = duties.answer
        self._watch = duties.watch
        self._sold = duties.sold
        self._book = duties.book
        self._flush_failed = flush_failed
        self._store: LedgerStore | None = store
        self._flusher = self._new_flusher(store)
        self._failed = False
        self._unknown_fields = 0
        self._counting = threading.Lock()

    @property
    def open(self) -> bool:
        """Whether the store is open and its last commit was durable. Asked from any thread."""
        return self._store is not None and not self.must_reopen

    @property
    def must_reopen(self) -> bool:
        """Whether the store failed: nothing is acknowledged until ``reopen``."""
        return self._failed or self._flusher.failed is not None

    def count_unknown_field(self) -> None:
        """Count a refused field publicly; written with the next batch. Called from any thread."""
        with self._counting:
            self._unknown_fields += 1

    def run_errand(self, errand: Errand) -> None:
        """Do something with the store between two batches."""
        if self._store is None or self.must_reopen:
            return
        try:
            errand(self._store)
        except LedgerBroken as wrong:
            self._fail(wrong)
        except Exception as wrong:
            self._watch.broken(type(wrong).__name__)

    def do(self, batch: list[Waiting]) -> None:
        """Decide a batch, commit it, and let its answers go when they are durable."""
        if self._store is None or self.must_reopen:
            self.refuse(batch)
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
        with self._counting:
            self._unknown_fields -= counted
        pairs = list(zip(batch, outcomes, strict=True))
        later = [waiting for waiting, outcome in pairs if outcome is LATER]
        decided = [(waiting, outcome) for waiting, outcome in pairs if not isinstance(outcome, Later)]
        self._flusher.hand_over(Decided(decided, sold, begun))
        if died is not None:
            self._fail(died)
        if later:
            self.do(later)

    def carry_over(self) -> None:
        """Let the store do now, while little is going on, what would make a later batch slow."""
        self.run_errand(lambda store: store.carry_over())

    def refuse(self, batch: list[Waiting]) -> None:
        """Tell requests that they can not be stored: none waits for a store to come."""
        if batch:
            self._let_go([(waiting, Refusal("not-durable")) for waiting in batch])

    def reopen(self, *, meanwhile: Callable[[], None], stopping: Callable[[], bool]) -> None:
        """Close the store and open it until a durable write succeeds; ``meanwhile`` is called at each failure."""
        store, self._store = self._store, None
        self._flusher.close()
        if store is not None:
            _close(store)
        while not stopping():
            fresh = None
            try:
                fresh = self._open_store()
                fresh.probe()
            except Exception as still:  # whatever it is, the till must not acknowledge
                self._watch.broken(type(still).__name__)
                if fresh is not None:
                    _close(fresh)  # what it may hold would be in the next one's way
                meanwhile()
                time.sleep(_REOPEN_SECONDS)
                continue
            if self._book is not None:
                self._book.reopened()
            self._flusher = self._new_flusher(fresh)
            self._failed = False
            self._store = fresh
            return

    def close(self) -> None:
        """Finish what was decided, write what was counted, close the store."""
        self._flusher.close()
        if self._store is not None:
            if self._unknown_fields and not self.must_reopen:
                self._decide(self._store, [], self._unknown_fields)
                self._store.flush()
            self._store.close()
            self._store = None

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
        self._flush_failed()

    def _fail(self, wrong: LedgerBroken) -> None:
        self._watch.broken(type(wrong).__name__)
        self._failed = True

    def _decide(
        self, store: LedgerStore, batch: list[Waiting], unknown_fields: int
    ) -> tuple[list[Outcome | Later], list[Purchase]]:
        moment, sold = self._moment(), list[Purchase]()
        try:
            with store.batch(durable=False) as held:
                work = Work(held, expected=len(batch), book=self._book)
                asked = Asked()
                for waiting in batch:
                    waiting.job.wants(asked)
                work.prefetch(asked)
                outcomes = [waiting.job.run(work, moment) for waiting in batch]
                work.changes.tally.unknown_fields += unknown_fields
                held.write(work.changes)
            sold = work.changes.purchases
        finally:
            if self._book is not None:
                self._book.decided(sold)
        return outcomes, sold

    def _one_by_one(
        self, store: LedgerStore, batch: list[Waiting], sold: list[Purchase]
    ) -> tuple[list[Outcome | Later], NotDurable | None]:
        """Decide each request in a batch of its own, so that one that breaks does not take others along.

        Once the store fails, nothing more is decided on it: the rest is refused, and the failure returned.
        """
        outcomes: list[Outcome | Later] = []
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


def _refused(batch: list[Waiting]) -> list[Outcome | Later]:
    return [Refusal("not-durable") for _ in batch]


def _close(store: LedgerStore) -> None:
    try:
        store.close()
    except Exception:  # it is broken already; what counts is that a fresh one opens
        return
