"""A home on SQLite and a home on PostgreSQL give byte-identical answers to the same requests.

Both have the same keys, shops, terminals, cards, coupons and opening balances, and both clocks stand at the same
instant. The ledger-workers rest meanwhile: what they do by the day takes entry numbers at an instant of its own.
"""

from __future__ import annotations

import os
import random
import secrets
import shutil
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.flow.same_requests import Request, Requests

from noren.activity.model import Changes
from noren.house.ledger_stores import open_directory, open_ledger
from noren.testing.till import TillHouse
from noren.testing.till_bodies import JAPAN, spoken
from noren.testing.till_http import Answer, TillClient

COUNT = 10_000 if os.environ.get("NOREN_NIGHT") else 2_000
MEMBERS = 60
START = datetime(2027, 3, 1, 12, 0, tzinfo=JAPAN)
LATER = timedelta(days=250)
CARDS = [f"29801234{number:08d}" for number in range(MEMBERS)]
COUPONS = [f"KUPON{number}" for number in range(MEMBERS)]
TERMINALS = [("S1", "T1"), ("S1", "T2"), ("S2", "T1"), ("Q1", "T1")]
TRAITS = {"sex": "f", "age_band": 40, "age_band_year": 2026, "prefecture": "東京都", "postal3": "100"}


FIRST_ENTRY = 1_000


class Twins:
    """Two houses that were told the same."""

    def __init__(self, one: TillHouse, other: TillHouse) -> None:
        self.houses = one, other
        self.keys: list[str] = []
        self._pool = ThreadPoolExecutor(2)
        self._clients: list[tuple[TillClient, TillClient]] = []

    def found(self) -> None:
        """Start both and tell both the same."""
        one, other = self.houses
        for path in one.home.keys.rglob("*"):
            if path.is_file():
                shutil.copy2(path, other.home.keys / path.relative_to(one.home.keys))
        for house in self.houses:
            house.start_worker()
            house.tell_reference()
            tell(house)
        self.keys = [one.terminal(shop, terminal).key for shop, terminal in TERMINALS]
        copy_terminals(one, other)
        for house in self.houses:
            house.start_till()
            house.stop_worker()
            begin_entries_at(house, FIRST_ENTRY)
        self._clients = [(one.client(key), other.client(key)) for key in self.keys]

    def move_clocks(self, at: datetime) -> None:
        """Let both clocks stand at the same instant."""
        for house in self.houses:
            with house.client(self.keys[0]) as client:
                assert client.post("/v1/sandbox/clock", {"at": spoken(at)}).status == 200

    def ask(self, request: Request) -> tuple[Answer, Answer]:
        """Send a request to both at once."""
        given = request.method, request.path, request.body
        waiting = [
            self._pool.submit(client.exchange, *given, {**request.headers, "Authorization": f"Bearer {client.key}"})
            for client in self._clients[request.terminal]
        ]
        return waiting[0].result(), waiting[1].result()

    def close(self) -> None:
        """End the connections."""
        for client in (client for pair in self._clients for client in pair):
            client.close()
        self._pool.shutdown()


def begin_entries_at(house: TillHouse, entry: int) -> None:
    """Let both count on from one number: a worker's daily work may have taken some on one side only."""
    store = open_ledger(house.home, "ledger-worker")
    with store.batch() as batch:
        assert batch.next_entry() <= entry
        batch.write(Changes(next_entry=entry))
    store.close()


def tell(house: TillHouse) -> None:
    """Tell a house its members, products, coupons, opening balances and rules."""
    for card in CARDS:  # one by one: handles are random, and must be the only thing that differs
        house.ask("/enrol", {"members": [{"cards": [card], "traits": TRAITS}]}, caller="vault")
    products = [
        {"product": f"49{n:011}", "name": f"品{n}", "category": "TOBACCO" if n % 7 == 0 else "FOOD"}
        for n in range(0, 600, 2)
    ]
    house.ask("/reference/products", {"rows": products})
    house.agree("P2", per=50, exclude='category = "TOBACCO"')
    day = START.date()
    rows = [
        {
            "coupon": coupon, "card": card, "title_ja": "割引", "title_en": "off", "discount": 50,
            "companies": "P1" if number % 2 else "P1 P2", "valid_from": day.isoformat(),
            "valid_until": (day + timedelta(days=300)).isoformat(),
        }
        for number, (coupon, card) in enumerate(zip(COUPONS, CARDS, strict=True))
    ]  # fmt: skip
    assert set(house.ask("/cutover/coupons", {"rows": rows})["results"]) == {"imported"}
    lots = [{"card": card, "points": "500", "earned": "2026-01-01", "expires": "2027-09-30"} for card in CARDS[::2]]
    assert set(house.ask("/cutover/lots", {"rows": lots})["results"]) == {"imported"}
    house.set_card(CARDS[-1], "lost")


def copy_terminals(one: TillHouse, other: TillHouse) -> None:
    """Let the terminals of one house be let in at the other with the same keys."""
    source, target = (open_directory(house.home, "ledger-worker") for house in (one, other))
    target.put_terminals(source.terminals())
    source.close()
    target.close()


@pytest.fixture
def twins() -> Iterator[Twins]:
    with ExitStack() as stack:
        houses = [TillHouse.temporary(engine=engine) for engine in ("sqlite", "postgresql")]
        for house in houses:
            stack.callback(house.stop)
        twins = Twins(*houses)
        stack.callback(twins.close)
        twins.found()
        yield twins


def differences(twins: Twins, requests: Requests, count: int, seen: Counter[str]) -> list[str]:
    """Send so many requests; return where the answers differ in status, headers or body."""
    out: list[str] = []
    for number in range(count):
        request = requests.next()
        one, other = twins.ask(request)
        seen[f"{one.status} {one.problem or 'replayed' * one.replayed}".strip()] += 1
        if told(one) != told(other):
            out.append(f"{number} {request.path} {told(one)} / {told(other)}")
        requests.learn(request, one)
    return out


def told(answer: Answer) -> tuple[int, dict[str, str], bytes]:
    """Return all that an answer says but at which second of the machine's own clock it was sent."""
    return answer.status, {name: value for name, value in answer.headers.items() if name != "date"}, answer.body


def figures(house: TillHouse) -> dict[str, Any]:
    """Return the programme's figures that say nothing of the instant, or of lake and standings, which follow alone."""
    by_themselves = ("now", "lake", "standings")
    return {name: value for name, value in house.summary().items() if not name.startswith(by_themselves)}


def test_the_same_requests_get_the_same_answers(twins: Twins) -> None:
    seed = secrets.randbelow(2**32)
    print(f"seed {seed}, {COUNT} requests")
    requests = Requests(seed, cards=CARDS, coupons=COUPONS, terminals=TERMINALS, start=START)
    seen: Counter[str] = Counter()
    twins.move_clocks(START)
    assert not (found := differences(twins, requests, COUNT // 2, seen)), "\n".join(found)
    requests.now += LATER
    twins.move_clocks(START + LATER)  # opening balances lapse on the way
    assert not (found := differences(twins, requests, COUNT // 2, seen)), "\n".join(found)
    print(sorted(seen.items()))
    assert seen.total() == COUNT
    assert seen["201"] > COUNT // 3
    assert len(seen) > 12, "too few kinds of answers to tell anything"
    assert not [kind for kind in seen if kind.startswith("5")]

    for house in twins.houses:
        house.start_worker()
    one, other = map(figures, twins.houses)
    assert one == other
    assert [house.findings() for house in twins.houses] == [[], []]


def test_a_difference_would_be_seen(twins: Twins) -> None:
    """The negative control: one home is told of a balance that the other does not know."""
    home = random.Random(1).choice(twins.houses)
    home.start_worker()
    lots = [{"card": card, "points": "7", "earned": "2026-01-02", "expires": "2029-09-30"} for card in CARDS[::2]]
    assert set(home.ask("/cutover/lots", {"rows": lots})["results"]) == {"imported"}
    requests = Requests(1, cards=CARDS, coupons=COUPONS, terminals=TERMINALS, start=START + 2 * LATER)
    twins.move_clocks(START + 2 * LATER)
    assert differences(twins, requests, 60, Counter())
