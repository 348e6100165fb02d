"""P12: the till sells while any other zone is dead or hangs; when its own store is, it says so, and a batch catches up.

Analytics have no rooms yet; when they have, they belong in ``OTHERS``.
"""

from __future__ import annotations

import resource
import signal
import time
from collections.abc import Iterator

import pytest

from noren.doors.cli.supervisor import answers
from noren.house.home import Doors, Programme, Settings, Zone
from noren.testing.ports import port_block
from noren.testing.till import Terminal, TillHouse
from noren.testing.till_bodies import Body, line, purchase

OTHERS: tuple[Zone, ...] = ("vault", "statement", "front", "desk", "ledger-worker")
HANGING: tuple[Zone, ...] = ("vault", "statement", "front", "desk")
"""The ledger worker may hang with the till's own store in its hands: then that is down, which the end is about."""

SALES = 12
UP_SECONDS = 60


@pytest.fixture
def house() -> Iterator[TillHouse]:
    """All zones, each a real process."""
    with port_block(4) as first:
        doors = Doors(front=first, vault=first + 1, statement=first + 2, desk=first + 3)
        with TillHouse.temporary(settings=Settings(programme=Programme(kind="sandbox"), doors=doors)) as house:
            for zone in HANGING:
                house._spawn(zone)
            for zone in OTHERS:
                _until_up(house, zone)
            yield house


def _until_up(house: TillHouse, zone: Zone) -> None:
    until = time.monotonic() + UP_SECONDS
    while not answers(house.home, zone):
        assert time.monotonic() < until, f"{zone} does not come up"
        time.sleep(0.05)


def _sells(house: TillHouse, terminal: Terminal, card: str) -> list[str]:
    """Sell, ask, bring back; return the problems heard."""
    with house.client(terminal) as client:
        sold = [client.purchase(purchase(card, line(f"p{n}", 1, 300))) for n in range(SALES)]
        asked = client.balance(card)
        back = client.bring_back(sold[0].json["purchase"], _whole()) if sold[0].status == 201 else sold[0]
    return [answer.problem for answer in (*sold, asked, back) if answer.status not in (200, 201)]


def _whole() -> Body:
    return {"return": "r-1", "lines": [{"line": 0, "quantity": 1, "amount": 300}]}


def test_the_till_needs_nobody_but_its_store(house: TillHouse) -> None:
    """One story, so that the zones start once. Its end is its control: there, what sold before is heard not to."""
    terminal, card = house.terminal(), house.shopper().card
    for zone in HANGING:
        _hangs(house, terminal, card, zone)
    for zone in OTHERS:
        _kill(house, zone)
        assert not answers(house.home, zone), f"{zone} still answers: nothing was tried"
        assert _sells(house, terminal, card) == [], zone
        _until_ready(house)
        house.start_worker() if zone == "ledger-worker" else house._spawn(zone)
        _until_up(house, zone)
    for zone in OTHERS:
        _kill(house, zone)
    assert _sells(house, terminal, card) == []
    _its_own_store_is_down(house, terminal, card)
    house.start_worker()
    assert house.findings() == []


def _hangs(house: TillHouse, terminal: Terminal, card: str, zone: Zone) -> None:
    process = house._running[zone]
    process.send_signal(signal.SIGSTOP)
    try:
        assert _sells(house, terminal, card) == [], zone
    finally:
        process.send_signal(signal.SIGCONT)


def _kill(house: TillHouse, zone: Zone) -> None:
    process = house._running.pop(zone)
    process.kill()
    process.wait()


def _until_ready(house: TillHouse) -> None:
    until = time.monotonic() + UP_SECONDS
    while not house.ready():
        assert time.monotonic() < until, "the till is not ready"
        time.sleep(0.05)


def _its_own_store_is_down(house: TillHouse, terminal: Terminal, card: str) -> None:
    """It says so at once; when there is room again the batch door takes what waited."""
    house.limit_file_size(4_096)  # not one page of the log fits
    waited = [purchase(card, line(f"q{n}", 1, 500)) for n in range(SALES)]
    with house.client(terminal) as client:
        said = [client.purchase(body) for body in waited]
        assert {answer.problem for answer in said if answer.status != 201} == {"not-durable"}
        assert "not-durable" in _sells(house, terminal, card)
        assert client.get("/readyz").status == 503
        house.limit_file_size(resource.RLIM_INFINITY)
        _until_ready(house)
        before = client.balance(card).json["points"]
        taken = client.batch(list(waited)).lines
        after = client.balance(card).json["points"]
    assert {each["status"] for each in taken} == {201}
    fresh = [each for each in taken if not each["replayed"]]
    assert len(fresh) >= sum(answer.status != 201 for answer in said) - 1  # one may have become durable as it failed
    assert after - before == 5 * len(fresh)
