"""P1, P12: a till whose store takes no write says so at once, acknowledges nothing, and comes back by itself."""

from __future__ import annotations

import random
import resource
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from tests.crash.till_audit import RATE, Findings, Journal, check_balances, load_until_cut, resend, settle
from tests.spec.till_form import well_formed

from noren.testing.till import Terminal, TillHouse
from noren.testing.till_bodies import line, purchase

SOON_SECONDS = 120
CARDS = 12
A_FEW_PAGES = 40_000
"""Less than the ledger's log has already, or will have after a few purchases: it begins anew now and then."""


@pytest.fixture
def house() -> Iterator[TillHouse]:
    with TillHouse.temporary() as house:
        yield house


@pytest.fixture
def terminal(house: TillHouse) -> Terminal:
    return house.terminal(rate=RATE)


def _until_ready(house: TillHouse) -> None:
    until = time.monotonic() + SOON_SECONDS
    while not house.ready():
        assert time.monotonic() < until, "the till does not come back"
        time.sleep(0.1)


def test_a_full_disk_stops_acknowledging_until_there_is_room(house: TillHouse, terminal: Terminal) -> None:
    """The till's files may not grow any more: what an outer limit does to a process, a full disk does to all."""
    shopper = house.shopper()
    bodies = [purchase(shopper.card, line(f"p{n}", 1, 100)) for n in range(60)]
    with house.client(terminal) as client:
        first = [client.purchase(body) for body in bodies[:20]]
        assert {answer.status for answer in first} == {201}
        house.limit_file_size(A_FEW_PAGES)
        full = [client.purchase(body) for body in bodies]
        refused = [answer for answer in full if answer.status != 201]
        assert refused
        assert {answer.problem for answer in refused} == {"not-durable"}
        well_formed(refused[0])
        assert client.get("/readyz").status == 503
        assert client.get("/healthz").status == 200
        house.limit_file_size(resource.RLIM_INFINITY)
        _until_ready(house)
        again = [client.purchase(body) for body in bodies]
        assert {answer.status for answer in again} == {201}
        for before, now in zip(full, again, strict=True):
            if before.status == 201:
                assert (now.replayed, now.body) == (True, before.body)
        assert client.balance(shopper.card).json["points"] == len(bodies)
    assert house.summary()["purchases"] == len(bodies)
    assert house.findings() == []


def test_a_store_in_other_hands_is_not_durable(house: TillHouse, terminal: Terminal) -> None:
    shopper = house.shopper()
    body = purchase(shopper.card)
    with house.client(terminal) as client, closing(sqlite3.connect(house.home.ledger_db, timeout=20)) as holder:
        assert client.purchase(purchase(shopper.card)).status == 201
        holder.execute("BEGIN IMMEDIATE")
        answer = client.purchase(body)
        assert (answer.status, answer.problem) == (503, "not-durable")
        assert client.get("/readyz").status == 503
        holder.rollback()
        _until_ready(house)
        taken = client.purchase(body)
        assert (taken.status, taken.replayed) == (201, False)
        assert client.balance(shopper.card).json["points"] == 6


def test_an_orderly_end_under_load_loses_nothing(house: TillHouse, terminal: Terminal) -> None:
    cards = [shopper.card for shopper in house.shoppers(CARDS)]
    journal, findings = Journal(cards, random.Random(7)), Findings()
    loading = threading.Thread(target=load_until_cut, args=(house.port, terminal.key, journal))
    loading.start()
    while len(journal.fresh) < 200 and loading.is_alive():
        time.sleep(0.01)
    assert house.stop_till() == 0
    loading.join()
    house.start_till()
    settle(house.port, terminal.key, journal, findings)
    resend(house.port, terminal.key, journal, list(journal.acknowledged), findings)
    check_balances(house.port, terminal.key, journal, cards, findings)
    assert findings.clean, findings
    assert house.findings() == []
