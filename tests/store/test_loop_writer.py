"""The writer in the event loop: who is being read joins the batch, a slow store stops no other, the log stays short."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import apsw
import pytest
from tests.store.test_writer import NOW, TOKYO, Desk, buys

from noren.activity.errors import NotDurable
from noren.activity.ports import LedgerStore
from noren.activity.store import SqliteLedger
from noren.register.batches import Duties
from noren.register.flushing import Pairs, Waiting
from noren.register.jobs import Answered, Moment
from noren.register.refusals import Refusal
from noren.testing.ledger_engines import SqlitePlace
from noren.testing.writers import DrivenWriter

SOON_SECONDS = 120.0


@dataclass
class Till:
    """A writer on an embedded ledger; ``opening`` lets its second opening and those after it go on."""

    path: Path
    more_coming: Callable[[], bool] = lambda: False
    leisure_pages: int = 100_000
    sizes: list[int] = field(default_factory=list)
    broke: list[str] = field(default_factory=list)
    outcomes: list[object] = field(default_factory=list)
    opening: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._opened = 0
        moment = Moment(NOW, TOKYO, 365, 400)
        self.writer = DrivenWriter(Duties(self._open, lambda: moment, self._hear, self, more_coming=self.more_coming))

    def _open(self) -> LedgerStore:
        self._opened += 1
        assert self._opened == 1 or self.opening.wait(SOON_SECONDS)
        return SqliteLedger(self.path, leisure_pages=self.leisure_pages)

    def _hear(self, pairs: Pairs) -> None:
        self.outcomes += [outcome for _, outcome in pairs]

    def batch(self, size: int, seconds: float) -> None:
        self.sizes.append(size)

    def broken(self, what: str) -> None:
        self.broke.append(what)

    def buy(self, *receipts: str) -> None:
        self.writer.submit_all([Waiting(buys(receipt), receipt) for receipt in receipts])

    def wait(self, answers: int) -> None:
        until(lambda: len(self.outcomes) >= answers)


def until(question: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SOON_SECONDS
    while not question():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.005)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger with a member and her card."""
    place = SqlitePlace(tmp_path / "ledger.db")
    Desk(place).writer.stop()
    return place.path


def test_whoever_is_being_read_joins_the_batch(path: Path) -> None:
    coming = 5

    def more_coming() -> bool:  # asked once per round of the loop; at its last the other request is there
        nonlocal coming
        coming -= 1
        if coming == 0:
            till.writer._writer.submit(Waiting(buys("2"), "2"))  # type: ignore[attr-defined]
        return coming > 0

    till = Till(path, more_coming)
    till.buy("1")
    till.wait(2)
    assert till.sizes == [2]
    till.writer.stop()


def test_whoever_is_read_for_ever_keeps_nobody_waiting(path: Path) -> None:
    till = Till(path, lambda: True)
    till.buy("1")
    till.wait(1)
    assert isinstance(till.outcomes[0], Answered)
    till.writer.stop()


def test_while_the_store_is_reopened_the_loop_goes_on_and_refuses(path: Path) -> None:
    till = Till(path)
    till.writer.errand(_break)
    until(lambda: till.broke == ["NotDurable"])
    assert not till.writer.ready  # told by the loop, though the store is not open yet
    assert till.writer.submit(Waiting(buys("1"), "1")) is False
    till.opening.set()
    until(lambda: till.writer.ready)
    till.buy("1")
    till.wait(1)
    assert isinstance(till.outcomes[0], Answered)
    till.writer.stop()


def _break(store: LedgerStore) -> None:
    raise NotDurable("the disk is dead")


def test_what_waits_when_the_store_breaks_is_refused_not_kept(path: Path) -> None:
    till = Till(path)
    till.writer.errand(_break)
    till.buy("1")
    till.opening.set()
    until(lambda: till.writer.ready)
    assert all(outcome == Refusal("not-durable") for outcome in till.outcomes)
    till.writer.stop()


def log_left(path: Path) -> int:
    """Return how many pages of the log are not carried over."""
    db = apsw.Connection(str(path))
    db.execute("SELECT count(*) FROM meta").fetchall()  # before the first reading it knows of no log
    pages, carried = db.wal_checkpoint(None, apsw.SQLITE_CHECKPOINT_NOOP)
    db.close()
    return pages - carried


def test_after_few_requests_the_log_is_carried_over(path: Path) -> None:
    till = Till(path, leisure_pages=1)
    till.buy("1")
    till.wait(1)
    until(lambda: log_left(path) == 0)
    till.writer.stop()


def test_after_many_requests_or_a_short_log_it_is_not(path: Path) -> None:
    for number, (leisure_pages, count) in enumerate(((1, 30), (100_000, 1))):
        till = Till(path, leisure_pages=leisure_pages)
        till.buy(*(f"{number}-{each}" for each in range(count)))
        till.wait(count)
        assert till.writer.ready  # asked in the loop: behind whatever the batch left to do
        assert log_left(path) > 0
        till.writer.stop()
