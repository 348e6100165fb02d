"""The log of alerts: counts add up by the hour, from several tills at once; the old go; nobody is in it.

On both engines. On PostgreSQL each zone comes as its own role: the till may count and nothing
more, the worker may read and forget.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest
from sqlalchemy.exc import DBAPIError

from noren.governance.alert_log import AlertLog
from noren.governance.alerts import SAYS, Alert, AlertWord
from noren.governance.store import Directory
from noren.governance.tables import ALERT
from noren.house.databases import address_of
from noren.kernel.address import DatabaseAddress
from noren.testing.databases import ENGINES, EngineName, a_home_on

NOON = datetime(2026, 11, 25, 12, 34, 56, tzinfo=UTC)
CLERK = Alert(AlertWord.OWN_CARD, "S1", "T1")
PROBE = Alert(AlertWord.KEY_PROBING)


@dataclass
class Desk:
    """A directory as its two zones open it."""

    places: dict[str, Path | DatabaseAddress]
    opened: list[Directory]

    def as_zone(self, zone: Literal["till", "ledger-worker"]) -> AlertLog:
        """Open the directory as a zone; return its alerts."""
        directory = Directory(self.places[zone])
        self.opened.append(directory)
        return directory.alerts


@pytest.fixture(params=ENGINES)
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    engine: EngineName = request.param
    if engine == "postgresql":
        home = a_home_on(engine)
        made = Desk({zone: address_of(home, zone, "register") for zone in ("till", "ledger-worker")}, [])
    else:
        made = Desk(dict.fromkeys(("till", "ledger-worker"), tmp_path / "register.db"), [])
    yield made
    for directory in made.opened:
        directory.close()


def test_counts_of_one_hour_add_up(desk: Desk) -> None:
    till, worker = desk.as_zone("till"), desk.as_zone("ledger-worker")
    till.count({CLERK: 1, PROBE: 3}, at=NOON)
    till.count({CLERK: 2}, at=NOON + timedelta(minutes=20))
    till.count({CLERK: 5}, at=NOON + timedelta(hours=1))
    found = [(raised.hour, raised.alert, raised.count) for raised in worker.since(NOON)]
    hour = NOON.replace(minute=0, second=0)
    assert found == [(hour + timedelta(hours=1), CLERK, 5), (hour, PROBE, 3), (hour, CLERK, 3)]


def test_tills_that_count_at_once_lose_nothing(desk: Desk) -> None:
    tills = [desk.as_zone("till") for _ in range(4)]

    def count(till: AlertLog) -> None:
        for _ in range(25):
            till.count(Counter({CLERK: 1, PROBE: 2}), at=NOON)

    threads = [threading.Thread(target=count, args=(till,)) for till in tills]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = desk.as_zone("ledger-worker").since(NOON)
    assert {raised.alert: raised.count for raised in found} == {CLERK: 100, PROBE: 200}


def test_the_old_are_forgotten(desk: Desk) -> None:
    till, worker = desk.as_zone("till"), desk.as_zone("ledger-worker")
    till.count({CLERK: 1}, at=NOON - timedelta(days=91))
    till.count({CLERK: 1}, at=NOON)
    assert worker.forget(NOON - timedelta(days=90)) == 1
    assert [raised.count for raised in worker.since(NOON - timedelta(days=900))] == [1]


def test_the_worker_raises_none_and_the_till_forgets_none() -> None:
    home = a_home_on("postgresql")
    till, worker = (Directory(address_of(home, zone, "register")) for zone in ("till", "ledger-worker"))
    for forbidden in (lambda: worker.alerts.count({CLERK: 1}, at=NOON), lambda: till.alerts.forget(NOON)):
        with pytest.raises(DBAPIError, match="permission denied"):
            forbidden()
    till.close()
    worker.close()


def test_the_table_has_no_place_for_a_person() -> None:
    assert {column.name for column in ALERT.columns} == {"hour", "word", "shop", "terminal", "count"}


@pytest.mark.parametrize("word", AlertWord)
def test_every_alert_is_said_in_both_languages(word: AlertWord) -> None:
    assert not SAYS[word].ja.isascii()
    assert SAYS[word].en.isascii()
