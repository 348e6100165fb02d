"""Commits that wait for a flush: no answer before it, the next batch decided meanwhile, a failure takes all along."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from tests.store.test_writer import Desk, balance_of, buys

from noren.register.flushing import MAX_UNDER_WAY
from noren.register.jobs import Answered, Outcome
from noren.register.refusals import Refusal
from noren.testing.failing_ledger import Disk
from noren.testing.ledger_engines import LedgerPlace

SOON_SECONDS = 120.0
A_WHILE_SECONDS = 0.2


class Asking(threading.Thread):
    """Asks for one purchase and keeps what came."""

    def __init__(self, desk: Desk, receipt: str) -> None:
        super().__init__(daemon=True)
        self.desk, self.receipt = desk, receipt
        self.outcome: Outcome | None = None
        self.start()

    def run(self) -> None:
        (self.outcome,) = self.desk.ask(buys(self.receipt))


@pytest.fixture
def desk(place: LedgerPlace) -> Iterator[Desk]:
    made = Desk(place, Disk(deferred=True))
    yield made
    made.disk.turning.set()
    made.writer.stop()


def stored(desk: Desk) -> int:
    feed = desk.place.feed()
    try:
        return feed.tally().purchases
    finally:
        feed.close()


def until(question: object) -> None:
    assert callable(question)
    deadline = time.monotonic() + SOON_SECONDS
    while not question():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.01)


def test_no_answer_before_the_flush_and_the_next_batch_is_decided_meanwhile(desk: Desk) -> None:
    desk.disk.turning.clear()
    first = Asking(desk, "1")
    until(lambda: stored(desk) == 1)
    second = Asking(desk, "2")
    until(lambda: stored(desk) == 2)
    time.sleep(A_WHILE_SECONDS)
    assert (first.outcome, second.outcome) == (None, None)
    desk.disk.turning.set()
    until(lambda: isinstance(first.outcome, Answered) and isinstance(second.outcome, Answered))


def test_one_flush_answers_for_all_batches_that_wait(desk: Desk) -> None:
    desk.disk.turning.clear()
    asking: list[Asking] = []
    for number in range(4):
        asking.append(Asking(desk, str(number)))
        until(lambda n=number: stored(desk) == n + 1)
    desk.disk.turning.set()
    until(lambda: all(isinstance(each.outcome, Answered) for each in asking))
    assert desk.disk.flushes <= 2  # the first batch's, and one for the three behind it


def test_a_failed_flush_refuses_everything_under_way_and_the_till_comes_back(desk: Desk) -> None:
    desk.disk.turning.clear()
    asking = [Asking(desk, "1")]
    until(lambda: stored(desk) == 1)
    asking.append(Asking(desk, "2"))
    until(lambda: stored(desk) == 2)
    desk.disk.dead = True
    desk.disk.turning.set()
    until(lambda: all(each.outcome is not None for each in asking))
    assert [each.outcome for each in asking] == [Refusal("not-durable")] * 2
    until(lambda: not desk.writer.ready)
    assert desk.ask(buys("3")) == [Refusal("not-durable")]
    desk.disk.dead = False
    until(lambda: desk.writer.ready)
    again = desk.ask(buys("1"), buys("2"), buys("3"))
    assert all(isinstance(outcome, Answered) for outcome in again)
    assert balance_of(desk) == 9
    assert desk.disk.openings > 1


def test_the_writer_waits_when_too_many_batches_are_under_way(desk: Desk) -> None:
    desk.disk.turning.clear()
    for number in range(MAX_UNDER_WAY + 1):  # the last one is committed and waits for its place
        Asking(desk, f"a{number}")
        until(lambda n=number: stored(desk) == n + 1)
    last = [Asking(desk, f"b{number}") for number in range(5)]
    time.sleep(A_WHILE_SECONDS)
    assert stored(desk) == MAX_UNDER_WAY + 1
    desk.disk.turning.set()
    until(lambda: all(isinstance(each.outcome, Answered) for each in last))
