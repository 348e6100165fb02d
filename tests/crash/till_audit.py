"""The audit after a kill: nothing acknowledged is lost or changed, nothing counted twice, every point accounted for.

It knows only what a till's own journal could know: what was sent, and the bytes of each
acknowledgement. It never looks into the store.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter, deque
from dataclasses import dataclass, field

import msgspec
from tests.crash.till_wire import Ack, Order, saturate, send_all

from noren.testing.till_bodies import line, purchase

WIDTH = 32
RATE = 100_000
"""What the terminal may send a second: more than any machine gives, so that nothing is refused as too much."""
RETURN_SHARE = 0.15
USE_SHARE = 0.4
_REFUSABLE = {409}


@dataclass
class Findings:
    """What the audit found wrong: order paths or cards, a few of each."""

    lost: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unanswerable: list[str] = field(default_factory=list)
    wrong_balance: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether nothing was found."""
        return not (self.lost or self.changed or self.unanswerable or self.wrong_balance)


class Journal:
    """What the tills of this test sent and were told, through all rounds."""

    def __init__(self, cards: list[str], chance: random.Random, *, returns: bool = True) -> None:
        self._cards = cards
        self._chance = chance
        self._returns = returns
        self._returnable: deque[tuple[str, str]] = deque(maxlen=400)
        self.acknowledged: dict[Order, bytes] = {}
        self.in_the_air: list[Order] = []
        self.fresh: list[Order] = []
        self.refused = 0

    def next_order(self) -> Order:
        """Return the next thing to happen at some register: a sale, or something brought back."""
        if self._returns and self._returnable and self._chance.random() < RETURN_SHARE:
            return bringing_back(*self._returnable.popleft())
        card = self._chance.choice(self._cards)
        used = self._chance.randint(1, 5) if self._chance.random() < USE_SHARE else 0
        body = purchase(card, line("A", 3, 300), line("B", 1, self._chance.randrange(500)), points_used=used)
        return Order(card, "/v1/purchases", msgspec.json.encode(body))

    def heard(self, order: Order, ack: Ack | None) -> None:
        """Write down what became of an order."""
        if ack is None:
            self.in_the_air.append(order)
        elif ack.status == 201:
            self.acknowledged[order] = ack.body
            self.fresh.append(order)
            if order.path == "/v1/purchases":
                self._returnable.append((order.card, msgspec.json.decode(ack.body)["purchase"]))
        else:
            assert ack.status in _REFUSABLE, ack
            self.refused += 1

    def points(self) -> Counter[str]:
        """Return each card's points as its acknowledged answers add up."""
        total: Counter[str] = Counter()
        for order, body in self.acknowledged.items():
            moved = msgspec.json.decode(body)["points"]
            plus, minus = ("earned", "used") if order.path == "/v1/purchases" else ("given_back", "taken_back")
            total[order.card] += moved[plus] - moved[minus]
        return total

    def counts(self) -> tuple[int, int]:
        """Return the numbers of acknowledged (purchases, returns)."""
        sold = sum(order.path == "/v1/purchases" for order in self.acknowledged)
        return sold, len(self.acknowledged) - sold


def bringing_back(card: str, name: str) -> Order:
    """Return the order by which some of a purchase's first line comes back."""
    back = {"return": "r-1", "lines": [{"line": 0, "quantity": 1, "amount": 100}]}
    return Order(card, f"/v1/purchases/{name}/returns", msgspec.json.encode(back))


def load_until_cut(port: int, key: str, journal: Journal) -> None:
    """Keep all connections busy until the till dies under them."""
    asyncio.run(saturate(port, key, WIDTH, journal.next_order, journal.heard))


def settle(port: int, key: str, journal: Journal, findings: Findings) -> int:
    """Resend all that hung in the air; return how much of it had been stored before the cut."""
    waiting, journal.in_the_air = journal.in_the_air, []
    stored = 0
    for order, ack in asyncio.run(send_all(port, key, waiting, WIDTH)):
        if ack.status not in {201, *_REFUSABLE}:
            findings.unanswerable.append(f"{order.path} {ack.status} {ack.body[:200]!r}")
        else:
            journal.heard(order, ack)
            stored += ack.replayed
    return stored


def resend(port: int, key: str, journal: Journal, orders: list[Order], findings: Findings) -> None:
    """Resend what was acknowledged: each has to be answered as a replay, byte for byte."""
    for order, ack in asyncio.run(send_all(port, key, orders, WIDTH)):
        if ack.status != 201 or not ack.replayed:
            findings.lost.append(f"{order.path} {ack.status} replayed={ack.replayed}")
        elif ack.body != journal.acknowledged[order]:
            findings.changed.append(order.path)


def check_balances(port: int, key: str, journal: Journal, cards: list[str], findings: Findings) -> None:
    """Hold each card's balance against what its answers add up to."""
    asked = [Order(card, "/v1/balance", msgspec.json.encode({"card": card})) for card in cards]
    expected = journal.points()
    for order, ack in asyncio.run(send_all(port, key, asked, 8)):
        told = msgspec.json.decode(ack.body).get("points")
        if told != expected[order.card]:
            findings.wrong_balance.append(f"{told} instead of {expected[order.card]}")
