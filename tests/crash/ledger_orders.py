"""What the crash tests ask of the till's own writer: sales, resends, conflicts, things brought back, from one seed."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from noren.activity.ports import Asked, LedgerStore
from noren.kernel.keyring import KeyRing
from noren.register.campaigns import CampaignBook
from noren.register.jobs import Job, Later, Moment, Outcome, PurchaseJob, ReturnJob, Seller
from noren.register.requests import LineRequest, PurchaseRequest, ReturnLineRequest, ReturnRequest
from noren.register.till_keys import TillKeys
from noren.register.work import Work

TOKYO: Final = ZoneInfo("Asia/Tokyo")
BEGIN: Final = datetime(2026, 11, 22, 1, 15, 30, tzinfo=UTC)
EXPIRY_DAYS: Final = 20
KEEP_DAYS: Final = 30
SELLERS: Final = (Seller("S1", "1", "P1", 100), Seller("S2", "1", "P1", 100), Seller("Q1", "7", "P2", 50))


def _ring(name: str) -> KeyRing:
    return KeyRing(name, 2, {1: name.encode().ljust(32, b"1"), 2: name.encode().ljust(32, b"2")})


KEYS: Final = TillKeys(_ring("card"), _ring("receipt"), _ring("body"), _ring("purchase"), _ring("code"))


@dataclass(frozen=True, slots=True)
class Sale:
    """A purchase as a register sends it."""

    request: PurchaseRequest
    seller: Seller
    offline: bool = False

    def job(self) -> Job:
        """Return it as the writer takes it."""
        return PurchaseJob(self.request, self.seller, KEYS, self.offline)

    def __hash__(self) -> int:
        return hash((self.request.receipt, self.request.amount, self.seller.shop, self.offline))


@dataclass(frozen=True, slots=True)
class Back:
    """Goods brought back."""

    purchase: str
    request: ReturnRequest
    seller: Seller

    def job(self) -> Job:
        """Return it as the writer takes it."""
        return ReturnJob(self.purchase, self.request, self.seller, KEYS)

    def __hash__(self) -> int:
        return hash((self.purchase, self.request.name))


Order = Sale | Back


class Orders:
    """Invents orders; knows which purchases were acknowledged, so that goods can come back."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._numbers = itertools.count(1)
        self._old: list[Order] = []
        self._returnable: deque[tuple[str, Sale]] = deque(maxlen=30)
        self.cards: list[str] = []
        self.now = BEGIN

    def moment(self) -> Moment:
        """Return the rules of time, with terms short enough that things lapse."""
        return Moment(self.now, TOKYO, EXPIRY_DAYS, KEEP_DAYS)

    def next(self) -> Order:
        """Return the next order: mostly a new sale."""
        what = self._chance.random()
        if self._old and what < 0.12:
            return self._chance.choice(self._old)
        if self._returnable and what < 0.3:
            return self._keep(self._bring_back())
        return self._keep(self._sell())

    def conflict(self, sale: Sale) -> Sale:
        """Return another body under the same receipt."""
        other = msgspec.structs.replace(sale.request, points_used=sale.request.used + 1)
        return Sale(other, sale.seller, sale.offline)

    def heard(self, order: Order, body: bytes) -> None:
        """Learn the name of an acknowledged purchase."""
        if isinstance(order, Sale):
            self._returnable.append((msgspec.json.decode(body)["purchase"], order))

    def _keep(self, order: Order) -> Order:
        self._old.append(order)
        return order

    def _sell(self) -> Sale:
        chance, at = self._chance, self.now - timedelta(minutes=self._chance.choice((1, 3, 60, 3000)))
        lines = [LineRequest(f"p{n}", chance.randint(1, 3), chance.randrange(900)) for n in range(chance.randint(1, 9))]
        amount = sum(line.amount for line in lines)
        request = PurchaseRequest(
            receipt=str(next(self._numbers)),
            business_date=at.astimezone(TOKYO).date(),
            at=at,
            card=chance.choice(self.cards),
            lines=lines,
            amount=amount,
            points_used=min(amount, max(0, chance.randint(-6, 9))),
        )
        return Sale(request, chance.choice(SELLERS), chance.random() < 0.25)

    def _bring_back(self) -> Back:
        name, sale = self._returnable.popleft()
        number = self._chance.randrange(len(sale.request.lines))
        line = sale.request.lines[number]
        part = ReturnLineRequest(number, 1, line.amount if line.quantity == 1 else line.amount // 2)
        whole = [ReturnLineRequest(n, x.quantity, x.amount) for n, x in enumerate(sale.request.lines)]
        request = ReturnRequest(f"r-{next(self._numbers)}", whole if self._chance.random() < 0.4 else [part])
        return Back(name, request, sale.seller)


def decide(store: LedgerStore, jobs: Sequence[Job], moment: Moment, book: CampaignBook | None = None) -> list[Outcome]:
    """Decide in one batch, as the writer does it, but here and now."""
    with store.batch() as held:
        work = Work(held, book=book)
        asked = Asked()
        for job in jobs:
            job.wants(asked)
        work.prefetch(asked)
        outcomes = [each for job in jobs if not isinstance(each := job.run(work, moment), Later)]
        assert len(outcomes) == len(jobs), "without campaigns nothing waits for the next batch"
        held.write(work.changes)
    if book is not None:
        book.decided(work.changes.purchases)
    store.flush()
    return outcomes
