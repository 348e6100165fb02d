"""The till's writer: nothing is acknowledged before it is durable, one bad request takes no other along."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from tests.store.ledger_cases import enrolled

from noren.activity.enrolment import set_points_only
from noren.activity.model import Card, CardState, Purchase
from noren.activity.ports import Asked
from noren.kernel.keyring import KeyRing
from noren.register.batches import Duties
from noren.register.flushing import Waiting
from noren.register.jobs import PAST, Answered, BalanceJob, Moment, Outcome, PurchaseJob, ReturnJob, Seller
from noren.register.refusals import Refusal
from noren.register.requests import BalanceRequest, LineRequest, PurchaseRequest, ReturnLineRequest, ReturnRequest
from noren.register.till_keys import TillKeys
from noren.register.work import Work
from noren.testing.campaign_book import FakeBook
from noren.testing.failing_ledger import Disk, FailingLedger
from noren.testing.ledger_engines import LedgerPlace
from noren.testing.writers import DrivenWriter

NOW = datetime(2026, 11, 22, 1, 15, 30, tzinfo=UTC)
TOKYO = ZoneInfo("Asia/Tokyo")
CARD = "2980001234567890"
SELLER = Seller("S1", "1", "P1", 100)


def ring(name: str) -> KeyRing:
    return KeyRing(name, 1, {1: name.encode().ljust(32, b"k")})


KEYS = TillKeys(ring("card"), ring("receipt"), ring("body"), ring("purchase"), ring("code"))


class Silent:
    def __init__(self) -> None:
        self.kinds: list[str] = []

    def batch(self, size: int, seconds: float) -> None: ...

    def broken(self, what: str) -> None:
        self.kinds.append(what)


class Heard(FakeBook):
    """A book without campaigns that notes what it was told: how many purchases a batch sold, None: opened anew."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[int | None] = []

    def decided(self, purchases: Sequence[Purchase]) -> None:
        self.said.append(len(purchases))

    def reopened(self) -> None:
        self.said.append(None)


class Desk:
    """Submits jobs to a real writer over a real store on a disk that can be killed, and gathers the outcomes."""

    def __init__(self, place: LedgerPlace, disk: Disk | None = None) -> None:
        self.place, self.disk, self.watch, self.book = place, disk or Disk(), Silent(), Heard()
        store = place.store()
        self.handle, _ = enrolled(store)
        with store.batch() as batch:
            batch.set_card(Card(KEYS.cards(CARD)[0], self.handle, CardState.ACTIVE))
        store.close()
        self._arrived = threading.Condition()
        self._outcomes: dict[object, Outcome] = {}
        self.writer = DrivenWriter(
            Duties(
                open_store=lambda: FailingLedger(place.till_store(), self.disk),
                moment=lambda: Moment(NOW, TOKYO, 365, 400),
                answer=self._answer,
                watch=self.watch,
                book=self.book,
            )
        )

    def _answer(self, pairs: Sequence[tuple[Waiting, Outcome]]) -> None:
        with self._arrived:
            self._outcomes.update({waiting.ticket: outcome for waiting, outcome in pairs})
            self._arrived.notify_all()

    def ask(self, *jobs: Any) -> list[Outcome]:
        tickets = [object() for _ in jobs]
        taken = self.writer.submit_all([Waiting(job, ticket) for job, ticket in zip(jobs, tickets, strict=True)])
        wanted = [ticket for ticket, ok in zip(tickets, taken, strict=True) if ok]
        with self._arrived:
            assert self._arrived.wait_for(lambda: all(t in self._outcomes for t in wanted), timeout=60)
        return [self._outcomes.get(ticket, Refusal("not-durable")) for ticket in tickets]


@pytest.fixture
def desk(place: LedgerPlace) -> Iterator[Desk]:
    made = Desk(place)
    yield made
    made.writer.stop()


def buys(receipt: str, amount: int = 300) -> PurchaseJob:
    lines = [LineRequest("0490", 1, amount)]
    request = PurchaseRequest(receipt, NOW.astimezone(TOKYO).date(), NOW, CARD, lines, amount)
    return PurchaseJob(request, SELLER, KEYS)


def balance_of(desk: Desk) -> int:
    (outcome,) = desk.ask(BalanceJob(BalanceRequest(CARD), SELLER, KEYS))
    assert isinstance(outcome, Answered)
    return int(msgspec.json.decode(outcome.body)["points"])


class Breaks:
    """A job with a fault in it."""

    def wants(self, asked: Asked) -> None: ...

    def run(self, work: Work, moment: Moment) -> Outcome:
        raise ZeroDivisionError


def test_a_batch_answers_each_in_turn(desk: Desk) -> None:
    outcomes = desk.ask(*(buys(str(n)) for n in range(40)))
    assert [o.status for o in outcomes if isinstance(o, Answered)] == [201] * 40
    assert balance_of(desk) == 120


def test_the_same_receipt_twice_in_one_batch_is_one_purchase(desk: Desk) -> None:
    outcomes = desk.ask(buys("1"), buys("1"), buys("1"), buys("1", amount=400))
    bodies = {o.body for o in outcomes if isinstance(o, Answered)}
    assert len(bodies) == 1
    assert [isinstance(o, Answered) and o.replayed for o in outcomes[:3]].count(False) == 1
    assert outcomes[3] == Refusal("receipt-conflict", "/receipt")
    assert balance_of(desk) == 3


def test_one_that_breaks_takes_no_other_along(desk: Desk) -> None:
    outcomes = desk.ask(buys("1"), Breaks(), buys("2"))
    assert outcomes[1] == Refusal("broken")
    assert isinstance(outcomes[0], Answered)
    assert isinstance(outcomes[2], Answered)
    assert balance_of(desk) == 6
    assert "ZeroDivisionError" in desk.watch.kinds


def test_a_dead_disk_acknowledges_nothing_and_a_living_one_takes_it_all(desk: Desk) -> None:
    assert isinstance(desk.ask(buys("1"))[0], Answered)
    desk.disk.dead = True
    assert desk.ask(buys("2"), buys("3")) == [Refusal("not-durable")] * 2
    assert not desk.writer.ready
    assert desk.ask(buys("4")) == [Refusal("not-durable")]
    desk.disk.dead = False
    deadline = time.monotonic() + 60
    while not desk.writer.ready and time.monotonic() < deadline:
        time.sleep(0.02)
    assert desk.writer.ready
    outcomes = desk.ask(*(buys(str(n)) for n in range(1, 5)))
    assert [isinstance(o, Answered) and o.replayed for o in outcomes] == [True, False, False, False]
    assert desk.disk.openings >= 2
    assert balance_of(desk) == 12


def test_what_is_remembered_beyond_a_batch_hears_what_became_of_it(desk: Desk) -> None:
    desk.ask(buys("1"), buys("2"))
    assert desk.book.said == [2]
    desk.ask(Breaks())
    assert desk.book.said == [2, 0, 0], "the batch was rolled back, then the request by itself"
    desk.disk.dead = True
    desk.ask(buys("3"))
    desk.disk.dead = False
    deadline = time.monotonic() + 60
    while not desk.writer.ready and time.monotonic() < deadline:
        time.sleep(0.02)
    assert desk.writer.ready
    assert desk.book.said[-1] is None, "what was sold may be lost: the store was opened anew"


class Kills:
    """A job with a fault in it, during which the disk dies."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk

    def wants(self, asked: Asked) -> None: ...

    def run(self, work: Work, moment: Moment) -> Outcome:
        self._disk.dead = True
        raise ZeroDivisionError


def test_a_disk_that_dies_while_requests_are_decided_one_by_one_ends_the_acknowledging(desk: Desk) -> None:
    outcomes = desk.ask(Kills(desk.disk), buys("1"), buys("2"))
    assert outcomes == [Refusal("broken"), Refusal("not-durable"), Refusal("not-durable")]
    assert not desk.writer.ready
    desk.disk.dead = False


def test_an_errand_with_a_fault_does_not_end_the_writer(desk: Desk) -> None:
    desk.writer.errand(lambda _: 1 / 0)  # type: ignore[arg-type,return-value]
    assert isinstance(desk.ask(buys("1"))[0], Answered)
    assert desk.writer.ready


def test_a_return_in_points_only_mode_keeps_no_line_though_its_purchase_has_some(desk: Desk) -> None:
    (bought,) = desk.ask(buys("1"))
    assert isinstance(bought, Answered)
    name = msgspec.json.decode(bought.body)["purchase"]
    other = desk.place.store()
    assert set_points_only(other, handle=desk.handle, on=True)
    whole = ReturnRequest("r-1", [ReturnLineRequest(0, 1, 300)])
    assert isinstance(desk.ask(ReturnJob(name, whole, SELLER, KEYS))[0], Answered)
    with other.batch() as batch:
        (kept,) = batch.returns(1)
        assert (kept.amount, kept.lines) == (300, None)
    other.close()
    again = ReturnRequest("r-2", [ReturnLineRequest(0, 1, 1)])
    (refused,) = desk.ask(ReturnJob(name, again, SELLER, KEYS))
    assert isinstance(refused, Refusal)
    assert refused.problem == "over-return"


def test_a_crowd_brings_one_purchase_back_in_one_batch_and_the_books_fit(desk: Desk) -> None:
    """Of several changes of one row in one statement PostgreSQL takes any: the last of the batch alone is written."""
    (bought,) = desk.ask(buys("1", 700))
    assert isinstance(bought, Answered)
    name = msgspec.json.decode(bought.body)["purchase"]
    backs = [ReturnRequest(f"r-{number}", [ReturnLineRequest(0, 0, 100)]) for number in range(6)]
    assert all(isinstance(each, Answered) for each in desk.ask(*(ReturnJob(name, b, SELLER, KEYS) for b in backs)))
    feed = desk.place.feed()
    assert (feed.torn_purchases(), list(feed.open_days()), feed.unbalanced_members()) == (0, [], 0)
    feed.close()
    assert balance_of(desk) == 1


def test_a_purchase_past_its_term_takes_no_return(desk: Desk) -> None:
    (bought,) = desk.ask(buys("1"))
    assert isinstance(bought, Answered)
    name = msgspec.json.decode(bought.body)["purchase"]
    other = desk.place.store()
    with other.batch() as batch:
        key = batch.purchases([1])[1].key
        batch.drop_receipts([(key.day, key.hash, 1)])
    other.close()
    back = ReturnRequest("r-1", [ReturnLineRequest(7, 999, 1)])
    assert desk.ask(ReturnJob(name, back, SELLER, KEYS)) == [Refusal("too-old", more=PAST)]


def test_a_company_may_switch_balances_off(desk: Desk) -> None:
    seller = Seller("S1", "1", "P1", 100, balance=False)
    assert desk.ask(BalanceJob(BalanceRequest(CARD), seller, KEYS)) == [Refusal("not-allowed")]


def test_an_unknown_field_is_counted_with_the_next_batch(desk: Desk) -> None:
    desk.writer.count_unknown_field()
    desk.ask(buys("1"))
    desk.writer.stop()
    store = desk.place.store()
    assert store.tally().unknown_fields == 1
    store.close()
