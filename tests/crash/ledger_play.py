"""A day at the ledger, played on the real store and the real writer, over whatever way to the disk it is given.

While the writer decides and commits, the other things that happen to a ledger happen beside
it: enrolments, merges, choices, granted lots, sweeps, checkpoints, a store closed and opened.
What was acknowledged is written down with its place in the disk's record.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import apsw
from tests.crash.ledger_orders import EXPIRY_DAYS, KEEP_DAYS, KEYS, TOKYO, Order, Orders, Sale

from noren.activity.enrolment import Arrival, enrol, merge, set_points_only
from noren.activity.errors import LedgerBroken
from noren.activity.feed import SqliteFeed
from noren.activity.model import Changes, Kind, Lot, MemberState, Posting, Traits
from noren.activity.store import SqliteLedger
from noren.activity.sweeping import Broom, drop_receipts, lapse_points
from noren.kernel.clock import local_date
from noren.register.batches import Duties
from noren.register.flushing import Waiting
from noren.register.jobs import Answered, Outcome
from noren.testing.writers import DrivenWriter

Open = Callable[[], SqliteLedger]
WAIT_SECONDS = 120


@dataclass
class Journal:
    """What was sent and what was acknowledged, each with the place in the disk's record."""

    sent: list[tuple[int, Order]] = field(default_factory=list)
    acknowledged: list[tuple[int, Order, bytes]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    history: dict[tuple[str, Any], list[tuple[int, float, Any]]] = field(default_factory=dict)
    """What is kept under (kind, key): (place before, place after, value) of each change; inf: not acknowledged."""
    swept: int | None = None
    """Place at which receipts began to be dropped."""


class Forgot(AssertionError):
    """The ledger refuses what can only be refused where it does not know what it acknowledged."""


class Silent:
    """Watches the writer."""

    def __init__(self) -> None:
        self.kinds: list[str] = []

    def batch(self, size: int, seconds: float) -> None: ...

    def broken(self, what: str) -> None:
        self.kinds.append(what)


class Play:
    """One programme with few members. ``place``: how much the disk has been told so far."""

    def __init__(self, path: Path, open_store: Open, chance: Random, place: Callable[[], int]) -> None:
        self.path, self.journal, self.watch = path, Journal(), Silent()
        self._open, self._chance, self._place = open_store, chance, place
        self.orders = Orders(chance)
        self._handles: list[bytes] = []
        self._arrived = threading.Condition()
        self._answers: dict[object, Outcome] = {}
        self.failed, self._alone = 0, False
        self._office = open_store()
        for _ in range(3):
            self.enrol()
        self.writer = self._new_writer()

    def _new_writer(self) -> DrivenWriter:
        return DrivenWriter(Duties(self._open, self.orders.moment, self._heard, self.watch))

    def _heard(self, pairs: Sequence[tuple[Waiting, Outcome]]) -> None:
        place = self._place()
        with self._arrived:
            for waiting, outcome in pairs:
                self._answers[waiting.ticket] = outcome
                if isinstance(outcome, Answered) and isinstance(waiting.ticket, _Ticket):
                    self.journal.acknowledged.append((place, waiting.ticket.order, outcome.body))
            self._arrived.notify_all()

    def round(self, *, restarts: bool = True) -> None:
        """Some orders at the tills while something else happens at the ledger, the till's own restart among it."""
        if self._chance.random() < 0.1:
            self.orders.now += timedelta(days=self._chance.choice((1, 1, 4, 12)))
        orders = [self.orders.next() for _ in range(self._chance.choice((1, 1, 2, 3, 5, 8)))]
        tickets = [self.send(order) for order in orders]
        if self._chance.random() < 0.6:
            self._chance.choice(self._chores(restarts))()
        for ticket in tickets:
            self.result(ticket)

    def send(self, order: Order) -> _Ticket:
        """Hand an order to the writer."""
        ticket = _Ticket(order)
        self.journal.sent.append((self._place(), order))
        if not self.writer.submit(Waiting(order.job(), ticket)):
            with self._arrived:
                self._answers[ticket] = None  # type: ignore[assignment]
        return ticket

    def result(self, ticket: _Ticket) -> Outcome | None:
        """Wait for an order's answer; None where the writer would not even take it."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: ticket in self._answers, timeout=WAIT_SECONDS), "no answer"
        outcome = self._answers[ticket]
        if isinstance(outcome, Answered):
            self.orders.heard(ticket.order, outcome.body)
        elif outcome is not None:
            self.journal.refused.append(outcome.problem)
        return outcome

    def close(self) -> None:
        """End the writer and close all."""
        self.writer.stop()
        self._office.close()

    def reopen(self) -> None:
        """Let the till process end and another begin."""
        self.writer.stop()
        self.writer = self._new_writer()

    def leave_office(self) -> None:
        """Close the ledger for all but the till: nothing else happens from now on."""
        self._office.close()
        self._alone = True

    def _chores(self, restarts: bool) -> Sequence[Callable[[], object]]:
        if self._alone:
            return [self.conflict]
        chores = [self.enrol, self.merge, self.choose, self.grant, self.lapse, self.drop, self.checkpoint]
        return [*chores, self.reopen] if restarts else chores

    def _do(self, kept: dict[tuple[str, Any], Any], what: Callable[[], object]) -> bool:
        """Do something and write down that it was acknowledged; when the store failed, that it may have happened."""
        begun, ended = self._place(), float("inf")
        try:
            if not what():
                raise Forgot
            ended = self._place()
        except (LedgerBroken, apsw.Error):
            self.failed += 1
        self._note(kept, begun, ended)
        return ended != float("inf")

    def _note(self, kept: dict[tuple[str, Any], Any], begun: int, ended: float) -> None:
        for key, value in kept.items():
            self.journal.history.setdefault(key, []).append((begun, ended, value))

    def enrol(self) -> None:
        """Enrol a member with two cards."""
        cards = [f"2980{self._chance.randrange(10**12):012d}" for _ in range(2)]
        indexes, begun = tuple(KEYS.cards(card)[0] for card in cards), self._place()
        try:
            (handle,) = enrol(self._office, arrivals=[Arrival(tuple((index,) for index in indexes), Traits(sex="f"))])
        except (LedgerBroken, apsw.Error):
            self.failed += 1  # she may be stored under a handle that nobody was told
            return
        assert handle is not None
        kept: dict[tuple[str, Any], Any] = {("card", index): handle for index in indexes}
        self._note(kept | {("state", handle): MemberState.ACTIVE}, begun, self._place())
        self._handles.append(handle)
        self.orders.cards += cards

    def merge(self) -> None:
        """Make two members one, while there are enough."""
        if len(self._handles) < 4:
            return self.enrol()
        source, target = self._chance.sample(self._handles, 2)
        self._handles.remove(source)
        day, history = local_date(self.orders.now, TOKYO).toordinal(), self.journal.history
        moved: dict[tuple[str, Any], Any] = {
            key: target for key, kept in history.items() if key[0] == "card" and kept[-1][2] == source
        }
        chosen = ("points only", target)
        possible = {a or b for a in self._may_be(("points only", source)) for b in self._may_be(chosen)}
        if True in possible:
            moved[chosen] = True  # the stricter choice of the two stands
        moved[("state", source)] = MemberState.MERGED
        begun = self._place()
        self._do(moved, lambda: merge(self._office, source=source, target=target, day=day, expiry_days=EXPIRY_DAYS))
        if possible == {True, None}:
            self._note({chosen: None}, begun, float("inf"))
        return None

    def _may_be(self, key: tuple[str, Any]) -> set[Any]:
        """Return what may stand: what was acknowledged last, and what a failing store was told since."""
        found: set[Any] = set()
        for _, ended, value in reversed(self.journal.history.get(key, [])):
            found.add(value)
            if ended != float("inf"):
                return found
        return found | {None}

    def choose(self) -> None:
        """Turn someone's points-only mode on or off."""
        handle, on = self._chance.choice(self._handles), self._chance.random() < 0.5
        kept = {("points only", handle): on or None}
        self._do(kept, lambda: set_points_only(self._office, handle=handle, on=on))

    def grant(self) -> None:
        """Give someone points for a fixed term, at one company or anywhere."""
        handle, day = self._chance.choice(self._handles), local_date(self.orders.now, TOKYO).toordinal()
        partner, expires = self._chance.choice(("", "P1")), day + self._chance.randint(0, 9)
        granted: list[int] = []
        begun = self._place()

        def give() -> bool:
            with self._office.batch() as batch:
                entry, member = batch.next_entry(), batch.members([handle]).get(handle)
                if member is None:
                    return False
                changes = Changes(next_entry=entry + 1, lots={entry: Lot(entry, handle, partner, expires, 7)})
                changes.members[handle] = replace(member, lots=member.lots + 1)
                changes.postings.append(Posting(entry, 0, Kind.LOT, handle, entry, partner, day, 7))
                batch.write(changes)
            granted.append(entry)
            return True

        if self._do({}, give):
            self._note({("lot", granted[0]): True}, begun, self._place())

    def lapse(self) -> None:
        """Let points lapse, as the worker does each day."""
        self._sweep(lambda broom, day: lapse_points(broom, day=day, expiry_days=EXPIRY_DAYS))

    def drop(self) -> None:
        """Drop receipts past their term."""
        if self.journal.swept is None:
            self.journal.swept = self._place()
        self._sweep(
            lambda broom, day: drop_receipts(broom, before_day=day - KEEP_DAYS, up_to_entry=10**9, up_to_return=10**9)
        )

    def _sweep(self, do: Callable[[Broom, int], int]) -> None:
        feed, day = SqliteFeed(self.path), local_date(self.orders.now, TOKYO).toordinal()
        broom = Broom(self._office, feed, nullcontext(), lambda _: None)
        self._do({}, lambda: do(broom, day) >= 0)
        feed.close()

    def checkpoint(self) -> None:
        """Move the write-ahead log into the database, and begin it anew or cut it off where that goes."""
        how = self._chance.choice((apsw.SQLITE_CHECKPOINT_PASSIVE, apsw.SQLITE_CHECKPOINT_RESTART,
                                   apsw.SQLITE_CHECKPOINT_TRUNCATE))  # fmt: skip
        try:
            self._office._db.wal_checkpoint(None, how)  # type: ignore[attr-defined]
        except apsw.BusyError:
            return  # a till is writing: another time
        except apsw.Error:
            self.failed += 1

    def conflict(self) -> None:
        """Send another body under a receipt that was acknowledged: it has to be refused."""
        sales = [order for _, order, _ in self.journal.acknowledged if isinstance(order, Sale)]
        if sales:
            outcome = self.result(self.send(self.orders.conflict(self._chance.choice(sales))))
            assert not isinstance(outcome, Answered)


@dataclass(eq=False)
class _Ticket:
    order: Order
