"""Tills on one PostgreSQL ledger, each the real writer, and the lake's reader beside them: what a kill comes over.

A till remembers what its own journal could know: what it sent, and the bytes of each acknowledgement.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from noren.activity.errors import LedgerBroken
from noren.activity.model import ReceiptKey
from noren.activity.ports import AuditFeed, LedgerStore
from noren.kernel.keyring import KeyRing
from noren.register.batches import Duties
from noren.register.flushing import Waiting
from noren.register.jobs import Answered, Moment, Outcome, PurchaseJob, Seller
from noren.register.requests import LineRequest, PurchaseRequest
from noren.register.till_keys import TillKeys
from noren.register.writer import ThreadWriter

NOW: Final = datetime(2026, 11, 22, 1, 15, 30, tzinfo=UTC)
TOKYO: Final = ZoneInfo("Asia/Tokyo")
CARDS: Final = tuple(f"2980{number:012d}" for number in range(40))
WIDTH: Final = 12
_SOON_SECONDS: Final = 60.0


def _ring(name: str) -> KeyRing:
    return KeyRing(name, 1, {1: name.encode().ljust(32, b"k")})


KEYS: Final = TillKeys(_ring("card"), _ring("receipt"), _ring("body"), _ring("purchase"), _ring("code"))


class Till:
    """One till: a writer with its own store, kept busy with purchases until its server dies under it."""

    def __init__(self, name: str, open_store: Callable[[], LedgerStore]) -> None:
        self._name = name
        self._changed = threading.Condition()
        self._loading = False
        self._number = 0
        self._in_the_air: set[str] = set()
        self._broken: list[str] = []
        self.sent: list[str] = []
        self.acknowledged: dict[str, bytes] = {}
        self.replayed: set[str] = set()
        duties = Duties(open_store, lambda: Moment(NOW, TOKYO, 365, 400), self._answer, self)
        self.writer = ThreadWriter(open_store(), duties)
        self.writer.start()

    def batch(self, size: int, seconds: float) -> None:
        """Hear of a batch (see ``Watch``)."""

    def broken(self, what: str) -> None:
        """Hear of a breakage (see ``Watch``): what it was is told when the till hangs."""
        self._broken.append(what)

    def load(self) -> None:
        """Begin a round: forget the last one, and keep ``WIDTH`` purchases in the air."""
        with self._changed:
            self._loading, self.sent, self.acknowledged, self.replayed = True, [], {}, set()
        for _ in range(WIDTH):
            self._next()

    def wait_for_acknowledged(self, count: int) -> None:
        """Wait until so many purchases of this round are acknowledged."""
        self._wait(lambda: len(self.acknowledged) >= count)

    def settle(self) -> dict[str, bytes]:
        """End the load, wait until nothing is in the air, and return what was acknowledged."""
        with self._changed:
            self._loading = False
        self._wait(lambda: not self._in_the_air)
        return dict(self.acknowledged)

    def resend(self) -> None:
        """Send all of this round again, until each is answered for good."""
        waiting = set(self.sent)
        with self._changed:
            self.acknowledged, self.replayed = {}, set()
        until = time.monotonic() + _SOON_SECONDS
        while waiting:
            assert time.monotonic() < until, "the till does not come back"
            for receipt in waiting:
                self._send(receipt)
            self._wait(lambda: not self._in_the_air)
            waiting -= self.acknowledged.keys()
            time.sleep(0.02 if waiting else 0)

    def _next(self) -> None:
        self._number += 1
        receipt = f"{self._name}-{self._number}"
        self.sent.append(receipt)
        self._send(receipt)

    def _send(self, receipt: str) -> None:
        with self._changed:
            self._in_the_air.add(receipt)
        if not self.writer.submit(Waiting(self._job(receipt), receipt)):
            with self._changed:
                self._in_the_air.discard(receipt)
                self._changed.notify_all()

    def _job(self, receipt: str) -> PurchaseJob:
        number = int(receipt.rpartition("-")[2])
        card, amount = CARDS[number * 7 % len(CARDS)], 100 + number % 900
        lines = [LineRequest("0490", 1, amount)]
        request = PurchaseRequest(receipt, NOW.astimezone(TOKYO).date(), NOW, card, lines, amount)
        return PurchaseJob(request, Seller("S1", self._name, "P1", 100), KEYS)

    def _answer(self, pairs: Sequence[tuple[Waiting, Outcome]]) -> None:
        with self._changed:
            for waiting, outcome in pairs:
                receipt = str(waiting.ticket)
                self._in_the_air.discard(receipt)
                if isinstance(outcome, Answered):
                    self.acknowledged[receipt] = outcome.body
                    self.replayed |= {receipt} if outcome.replayed else set()
            loading = self._loading
            self._changed.notify_all()
        for waiting, outcome in pairs if loading else ():
            if isinstance(outcome, Answered) and waiting.ticket:
                self._next()

    def _wait(self, holds: Callable[[], bool]) -> None:
        with self._changed:
            came = self._changed.wait_for(holds, timeout=_SOON_SECONDS)
        told = f"{len(self._in_the_air)} in the air, ready {self.writer.ready}, {self._broken[-9:]}"
        assert came, f"the till hangs: {told}"


class LakeReader(threading.Thread):
    """Reads on from its cursor all the time, as the lake does, and remembers what it was given."""

    def __init__(self, feed: AuditFeed) -> None:
        super().__init__(daemon=True)
        self._feed = feed
        self._stopping = threading.Event()
        self.given: dict[int, ReceiptKey] = {}

    def run(self) -> None:
        """Read until told to stop; a server that is away is asked again."""
        cursor, feed = 0, self._feed
        while not self._stopping.is_set():
            try:
                for purchase in feed.purchases_after(cursor, 500):
                    cursor = purchase.entry
                    self.given[cursor] = purchase.key
            except LedgerBroken:
                time.sleep(0.02)
            time.sleep(0.001)
        feed.close()

    def stop(self) -> None:
        """End the reading."""
        self._stopping.set()
        self.join(_SOON_SECONDS)


def every_purchase(feed: AuditFeed) -> dict[int, ReceiptKey]:
    """Return what the ledger holds: entry to receipt."""
    held: dict[int, ReceiptKey] = {}
    while found := feed.purchases_after(max(held, default=0), 5_000):
        held.update((purchase.entry, purchase.key) for purchase in found)
    return held
