"""Goods brought back of what the ledger holds no more, or not whole: a clear answer, nothing lost, points right."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.flow.test_till_returns import back
from tests.spec.till_form import well_formed

from noren.activity import forgetting
from noren.activity.model import ReturnLine
from noren.activity.ports import AuditFeed, LedgerStore
from noren.activity.sweeping import Broom
from noren.activity.thinning import begin_us, day_of, first_whole, thin_ledger
from noren.house.keys import open_keys
from noren.house.ledger_stores import open_feed, open_ledger
from noren.register.names import read_name
from noren.testing.databases import ENGINES
from noren.testing.till import Shopper, TillHouse, shared_house
from noren.testing.till_bodies import Body, line, purchase
from noren.testing.till_http import TillClient


@pytest.fixture(scope="module", params=ENGINES)
def house(request: pytest.FixtureRequest) -> TillHouse:
    return shared_house(request.param)


@pytest.fixture
def client(house: TillHouse) -> TillClient:
    return house.client(house.terminal("S1"))


@pytest.fixture
def shopper(house: TillHouse) -> Shopper:
    return house.shopper()


class Books:
    """The ledger as the worker opens it, beside the running processes."""

    def __init__(self, house: TillHouse) -> None:
        self.home = house.home
        self.store: LedgerStore = open_ledger(house.home, "ledger-worker")
        self.feed: AuditFeed = open_feed(house.home, "ledger-worker")
        self._names = open_keys(house.home, "till").ring("purchase-id")

    def entry(self, name: str) -> int:
        found = read_name(self._names, name)
        assert found is not None
        return found

    def grow_old(self, *names: str) -> None:
        """Let purchases be of 40 months ago, and the month's round come."""
        first = first_whole(date.today())  # noqa: DTZ011 - months, not hours
        at = begin_us(first - timedelta(days=40), self.home.zone) + 9 * 3_600_000_000
        with self.store.batch() as batch:
            for each in batch.purchases(map(self.entry, names)).values():
                batch.put_anew(replace(each, at=at, received=at), [])
        broom = Broom(self.store, self.feed, contextlib.nullcontext(), rest=lambda _: None)
        assert thin_ledger(broom, self.feed, first, self.home.zone) >= len(names)

    def forget(self, name: str, line: int) -> None:
        """Let a purchase, or a line of it, be asked for and forgotten."""
        entry = self.entry(name)
        with self.store.batch() as batch:
            handle = batch.purchases([entry])[entry].handle
        assert forgetting.ask(self.store, handle=handle, entry=entry, line=line, now_us=1)
        with self.store.batch() as batch:
            due = list(self.feed.forgetting_of(entry))
            forgetting.forget(batch, due, day_of(self.home.zone))
            batch.end_forgetting(due)

    def is_sound(self) -> bool:
        return (self.feed.unbalanced_members(), list(self.feed.open_days()), self.feed.torn_purchases()) == (0, [], 0)

    def close(self) -> None:
        self.feed.close()
        self.store.close()


@pytest.fixture
def books(house: TillHouse) -> Iterator[Books]:
    made = Books(house)
    yield made
    made.close()


def bought(client: TillClient, shopper: Shopper, *lines: Body) -> str:
    answer = client.purchase(purchase(shopper.card, *lines))
    assert answer.status == 201, answer.body
    return answer.json["purchase"]


def points(client: TillClient, shopper: Shopper) -> int:
    return client.balance(shopper.card).json["points"]


def test_of_a_purchase_that_became_a_day_s_sum(client: TillClient, shopper: Shopper, books: Books) -> None:
    names = [bought(client, shopper, line("A", 2, 300)) for _ in range(3)]
    kept = bought(client, shopper, line("B", 1, 500))
    books.grow_old(*names)
    assert points(client, shopper) == 14
    said = [client.bring_back(name, back("r-1", (0, 1, 150))) for name in names]
    assert [(each.status, each.problem) for each in said] == [(422, "too-old")] * 3
    assert len({each.json["detail"] for each in said}) == 2, "one row stands for the day, two joined it"
    for each in said:
        well_formed(each)
    assert points(client, shopper) == 14
    assert client.bring_back(kept, back("r-1", (0, 1, 500))).json["points"] == {
        "taken_back": 5, "given_back": 0, "balance": 9,
    }  # fmt: skip
    assert books.is_sound()


def test_a_receipt_of_before_its_term_is_not_asked_for_again(client: TillClient) -> None:
    old = (date.today() - timedelta(days=1_200)).isoformat()  # noqa: DTZ011 - months, not hours
    found = client.find("S1", "T1", old, "R-1")
    assert (found.status, found.problem, found.json["field"]) == (422, "too-old", "/business_date")


def test_of_a_purchase_that_its_member_did_not_want_kept(client: TillClient, shopper: Shopper, books: Books) -> None:
    body = purchase(shopper.card, line("A", 2, 300), line("B", 1, 500))
    first = client.purchase(body)
    name = first.json["purchase"]
    books.forget(name, forgetting.WHOLE)
    again = client.purchase(body)
    assert (again.status, again.body, again.replayed) == (201, first.body, True), "a resend is still known"
    one = back("r-1", (1, 1, 500))
    brought = client.bring_back(name, one)
    assert brought.json["points"] == {"taken_back": 5, "given_back": 0, "balance": 3}
    assert client.bring_back(name, one).body == brought.body
    assert client.bring_back(name, back("r-2", (0, 2, 301))).problem == "over-return"
    assert client.bring_back(name, back("r-3", (0, 2, 300))).json["points"]["balance"] == 0
    assert client.bring_back(name, back("r-4", (0, 1, 1))).problem == "over-return"
    assert points(client, shopper) == 0
    assert books.is_sound()


def test_of_a_line_that_its_member_did_not_want_kept(client: TillClient, shopper: Shopper, books: Books) -> None:
    name = bought(client, shopper, line("A", 2, 300), line("B", 1, 500))
    books.forget(name, 0)
    both = client.bring_back(name, back("r-1", (0, 1, 150), (1, 1, 500)))
    assert both.json["points"] == {"taken_back": 7, "given_back": 0, "balance": 1}
    with books.store.batch() as batch:
        (kept,) = batch.returns(books.entry(name))
    assert (kept.amount, kept.lines) == (650, (ReturnLine(1, 1, 500),)), "of the line nothing comes back into the books"
    assert client.bring_back(name, back("r-2", (0, 1, 151))).problem == "over-return"
    assert client.bring_back(name, back("r-3", (0, 1, 150))).json["points"]["balance"] == 0
    assert books.is_sound()
