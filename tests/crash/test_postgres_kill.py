"""P1, P2, P3 on PostgreSQL: the whole server is killed under two tills and the lake's reader, again and again.

A killed server loses what stood only in its own memory: the log of commits that nobody has
flushed. The kernel's memory survives, so a power cut is not shown here; that the server syncs
at a commit is its own promise, and ``pg_connection`` refuses one that is told not to.
"""

from __future__ import annotations

import os
import random
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace

import pytest
from tests.crash.postgres_tills import CARDS, KEYS, LakeReader, Till, every_purchase
from tests.store.ledger_cases import a_purchase, enrolled, sale

from noren.activity.enrolment import Arrival, enrol
from noren.activity.model import Changes, ReceiptKey, Traits
from noren.activity.pg_connection import Db
from noren.activity.pg_feed import PostgresFeed
from noren.activity.pg_store import PostgresLedger
from noren.activity.ports import LedgerStore
from noren.testing.ledger_engines import PostgresPlace, postgres_place
from noren.testing.postgres import PostgresServer

NIGHT = bool(os.environ.get("NOREN_NIGHT"))
ROUNDS = 500 if NIGHT else 25
CONTROL_ROUNDS = 12
MOST_ACKNOWLEDGED = 60
TILLS = ("T1", "T2")


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A server that leaves the flushing of its log to who asks for it: what is not asked for dies with it."""
    made = PostgresServer(wal_writer_delay="10s", wal_writer_flush_after="0", wal_buffers="64MB", fsync="on")
    made.start()
    yield made
    made.remove()


@pytest.fixture
def place(server: PostgresServer) -> PostgresPlace:
    made = postgres_place(server)
    store = made.store()
    enrol(store, arrivals=[Arrival((KEYS.cards(card),), Traits()) for card in CARDS])
    store.close()
    return made


class EarlyLedger(PostgresLedger):
    """The negative control: acknowledges before anything is durable."""

    def flush(self) -> None:
        """Do nothing."""


class EarlyFeed(PostgresFeed):
    """The negative control: hands out what it sees, durable or not."""

    def make_durable(self, db: Db) -> None:
        """Do nothing."""


@dataclass
class Found:
    """What the kills did."""

    acknowledged: int = 0
    lost: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    taken_back: list[int] = field(default_factory=list)
    passed_over: list[int] = field(default_factory=list)


def passed_over(held: Collection[int], given: Collection[int]) -> list[int]:
    """Return the entries that a reader's cursor has gone beyond without having been given them."""
    return [entry for entry in held if entry <= max(given, default=0) and entry not in given]


class Trial:
    """Two tills and a reader on one ledger, killed in rounds."""

    def __init__(self, place: PostgresPlace, ledger: type[PostgresLedger], feed: type[PostgresFeed]) -> None:
        self.place, self.found = place, Found()
        self.tills = [Till(name, lambda: ledger(place.address("till"))) for name in TILLS]
        self.reader = LakeReader(feed(place.address("statement")))
        self.reader.start()

    def round(self, chance: random.Random) -> None:
        """Load, kill, start again, and hold every acknowledgement against a resend."""
        for till in self.tills:
            till.load()
        chance.choice(self.tills).wait_for_acknowledged(chance.randrange(1, MOST_ACKNOWLEDGED))
        self.place.server.kill()
        before = [till.settle() for till in self.tills]
        self.place.server.start()
        for till, acknowledged in zip(self.tills, before, strict=True):
            till.resend()
            self.found.acknowledged += len(acknowledged)
            self.found.lost += acknowledged.keys() - till.replayed
            self.found.changed += [r for r, body in acknowledged.items() if till.acknowledged[r] != body]

    def end(self) -> dict[int, ReceiptKey]:
        """Stop, and hold what the reader was given against what the ledger holds; return the latter."""
        for till in self.tills:
            till.writer.stop()
        self.reader.stop()
        feed = self.place.feed()
        held, given = every_purchase(feed), self.reader.given
        feed.close()
        self.found.taken_back = [entry for entry, key in given.items() if held.get(entry) != key]
        self.found.passed_over = passed_over(held, given)
        return held


def test_a_killed_server_loses_no_acknowledged_purchase(place: PostgresPlace) -> None:
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    chance, trial, sold = random.Random(seed), Trial(place, PostgresLedger, PostgresFeed), 0
    for _ in range(ROUNDS):
        trial.round(chance)
        sold += sum(len(till.sent) for till in trial.tills)
    held = trial.end()
    print(f"{sold} sold in {ROUNDS} rounds, {trial.found.acknowledged} acknowledged when the server died")
    assert trial.found.acknowledged > ROUNDS
    assert trial.found == Found(acknowledged=trial.found.acknowledged)
    assert len(held) == len(set(held.values())) == sold, "each receipt stands once"
    _assert_sound(place, sold)


def _assert_sound(place: PostgresPlace, sold: int) -> None:
    feed = place.feed()
    assert feed.tally().purchases == sold
    assert sum(points for _, points in feed.balance_sheet()) == 0
    assert (feed.unbalanced_members(), feed.torn_purchases()) == (0, 0)
    assert (list(feed.open_days()), list(feed.open_accounts())) == ([], [])
    feed.close()


def test_acknowledging_before_the_flush_loses_purchases(place: PostgresPlace) -> None:
    """The negative control of the tills and of the reader: neither flushes, and both are found out."""
    chance, trial = random.Random(1), Trial(place, EarlyLedger, EarlyFeed)
    for _ in range(CONTROL_ROUNDS):
        trial.round(chance)
        if trial.found.lost and _taken_back(trial):
            break
    trial.end()
    assert trial.found.lost
    assert trial.found.taken_back


def _taken_back(trial: Trial) -> bool:
    feed = trial.place.feed()
    held = every_purchase(feed)
    feed.close()
    return any(held.get(entry) != key for entry, key in trial.reader.given.copy().items())


def test_a_reader_that_flushes_is_given_nothing_that_early_tills_lose(place: PostgresPlace) -> None:
    chance, trial = random.Random(2), Trial(place, EarlyLedger, PostgresFeed)
    for _ in range(CONTROL_ROUNDS // 4):
        trial.round(chance)
    trial.end()
    assert trial.reader.given
    assert (trial.found.taken_back, trial.found.passed_over) == ([], [])


def test_a_number_written_out_of_turn_is_passed_over(place: PostgresPlace) -> None:
    """The negative control of the order: numbers taken in one transaction, and written in another."""
    slow, quick, feed = place.store(), place.store(), place.feed()
    handle, _ = enrolled(slow)
    first, second = _take_number(slow), _take_number(quick)
    _write(quick, handle, second)
    given = {purchase.entry for purchase in feed.purchases_after(0, 10)}
    _write(slow, handle, first)
    given |= {purchase.entry for purchase in feed.purchases_after(second, 10)}
    assert passed_over(every_purchase(feed), given) == [first]
    for each in (slow, quick, feed):
        each.close()


def _take_number(store: LedgerStore) -> int:
    with store.batch() as batch:
        entry = batch.next_entry()
        batch.write(Changes(next_entry=entry + 1))
    return entry


def _write(store: LedgerStore, handle: bytes, entry: int) -> None:
    with store.batch() as batch:
        batch.write(replace(sale(a_purchase(handle, entry), batch.members([handle])[handle]), next_entry=0))
