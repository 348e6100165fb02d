"""A purchase counts in the very next question: after the real till's 201, with the ledger-worker or without."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from noren.audience.live import Place
from noren.audience.standings import StandingDesk
from noren.house.standing_desk import OpenDesk
from noren.house.till import TillRoom, till_room
from noren.register.till_keys import card_indexes
from noren.testing.databases import EngineName
from noren.testing.till import Shopper, TillHouse
from noren.testing.till_bodies import JAPAN, line, purchase

COFFEE = "4901777018888"
HERE = Place("S1", "P1")
PATIENCE_SECONDS = 180.0


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest) -> Iterator[TillHouse]:
    engine: EngineName = request.param
    with TillHouse.temporary(engine=engine) as house:
        row = {"product": COFFEE, "category": "coffee"}
        house.ask("/reference/products", {"rows": [row]})
        for name, text in (
            ("coffee-twice", 'visits(category = coffee and partner = "P1") >= 2'),
            ("no-coffee-of-old", 'days_since_first(category = coffee and partner = "P1") <= 0'),
        ):
            body = {
                "name": name, "text": text, "purpose": "register-coupon", "recipient": "P1", "channel": "till",
                "expires": (datetime.now(JAPAN) + timedelta(days=30)).date().isoformat(), "author": "aoki",
            }  # fmt: skip
            house.ask("/audiences/save", body)
            house.ask("/audiences/approve", {"name": name, "approver": "baba"})
        yield house


@pytest.fixture(scope="module")
def room(house: TillHouse) -> Iterator[TillRoom]:
    room = till_room(house.home)
    yield room
    room.directory.close()


@pytest.fixture
def opened(room: TillRoom) -> Iterator[OpenDesk]:
    opened = room.open_desk()
    yield opened
    opened.close()


def handle_of(room: TillRoom, shopper: Shopper) -> bytes:
    ledger = room.open_ledger()
    with ledger.batch() as batch:
        (card,) = batch.cards(card_indexes(room.keys.card_index, shopper.card)).values()
    ledger.close()
    return card.handle


def wait_for_conditions(desk: StandingDesk, handle: bytes) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while desk.asked_of(HERE) != 2:
        desk.ask(handle, datetime.now(JAPAN), HERE)
        assert time.monotonic() < until, "the conditions were not published"
        time.sleep(0.05)


def test_the_next_question_after_the_201_knows(house: TillHouse, room: TillRoom, opened: OpenDesk) -> None:
    shopper, terminal = house.shopper(), house.terminal()
    handle, desk = handle_of(room, shopper), opened.desk
    wait_for_conditions(desk, handle)

    def ask() -> object:
        return desk.ask(handle, datetime.now(JAPAN), HERE)

    assert ask() == frozenset()
    with house.client(terminal) as till:
        assert till.purchase(purchase(shopper.card, line(COFFEE))).status == 201
        assert ask() == {"no-coffee-of-old"}
        second = till.purchase(purchase(shopper.card, line(COFFEE)))
        assert second.status == 201
        assert ask() == {"coffee-twice", "no-coffee-of-old"}
        back = {"return": "r-1", "lines": [{"line": 0, "quantity": 1, "amount": 300}]}
        assert till.bring_back(second.json["purchase"], back).status == 201
        assert ask() == {"no-coffee-of-old"}
        late = purchase(shopper.card, line(COFFEE), at=datetime.now(JAPAN) - timedelta(days=3))
        assert till.batch([late]).lines[0]["status"] == 201
        assert ask() == {"coffee-twice"}, "a late one, by the batch door"
    assert desk.ask(handle, datetime.now(JAPAN), Place("Q1", "P2")) == frozenset(), "another company's shop"


def test_with_the_worker_killed_it_is_still_true(house: TillHouse, room: TillRoom, opened: OpenDesk) -> None:
    shopper, terminal = house.shopper(), house.terminal()
    handle, desk = handle_of(room, shopper), opened.desk
    wait_for_conditions(desk, handle)
    os.kill(house.pid("ledger-worker"), signal.SIGKILL)
    house.stop_worker()
    with house.client(terminal) as till:
        for told_then in ({"no-coffee-of-old"}, {"coffee-twice", "no-coffee-of-old"}):
            assert till.purchase(purchase(shopper.card, line(COFFEE))).status == 201
            assert desk.ask(handle, datetime.now(JAPAN), HERE) == told_then
    later = room.open_desk()
    wait_for_conditions(later.desk, handle)
    assert later.desk.ask(handle, datetime.now(JAPAN), HERE) == {"coffee-twice", "no-coffee-of-old"}
    later.close()
    house.start_worker()
    warm(house, room, handle)


def warm(house: TillHouse, room: TillRoom, handle: bytes) -> None:
    """Wait until a till finds nothing to catch up."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        opened = room.open_desk()
        wait_for_conditions(opened.desk, handle)
        before = opened.desk.caught_up
        assert opened.desk.ask(handle, datetime.now(JAPAN), HERE) == {"coffee-twice", "no-coffee-of-old"}
        done = before == 0 and opened.desk.caught_up == 0
        opened.close()
        if done:
            return
        assert time.monotonic() < until, "the worker does not keep standings warm"
        time.sleep(0.2)
