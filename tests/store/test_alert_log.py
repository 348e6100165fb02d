"""The log of alerts: counts add up by the hour, from several tills at once; the old go; nobody is in it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from noren.governance.alerts import SAYS, Alert, AlertWord
from noren.governance.store import Directory
from noren.governance.tables import ALERT

NOON = datetime(2026, 11, 25, 12, 34, 56, tzinfo=UTC)
CLERK = Alert(AlertWord.OWN_CARD, "S1", "T1")
PROBE = Alert(AlertWord.KEY_PROBING)


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Directory]:
    made = Directory(tmp_path / "register.db")
    yield made
    made.close()


def test_counts_of_one_hour_add_up(directory: Directory) -> None:
    log = directory.alerts
    log.count({CLERK: 1, PROBE: 3}, at=NOON)
    log.count({CLERK: 2}, at=NOON + timedelta(minutes=20))
    log.count({CLERK: 5}, at=NOON + timedelta(hours=1))
    found = [(raised.hour, raised.alert, raised.count) for raised in log.since(NOON)]
    hour = NOON.replace(minute=0, second=0)
    assert found == [(hour + timedelta(hours=1), CLERK, 5), (hour, PROBE, 3), (hour, CLERK, 3)]


def test_tills_that_count_at_once_lose_nothing(tmp_path: Path) -> None:
    tills = [Directory(tmp_path / "register.db") for _ in range(4)]

    def count(till: Directory) -> None:
        for _ in range(25):
            till.alerts.count(Counter({CLERK: 1, PROBE: 2}), at=NOON)

    threads = [threading.Thread(target=count, args=(till,)) for till in tills]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {raised.alert: raised.count for raised in tills[0].alerts.since(NOON)} == {CLERK: 100, PROBE: 200}


def test_the_old_are_forgotten(directory: Directory) -> None:
    directory.alerts.count({CLERK: 1}, at=NOON - timedelta(days=91))
    directory.alerts.count({CLERK: 1}, at=NOON)
    assert directory.alerts.forget(NOON - timedelta(days=90)) == 1
    assert [raised.count for raised in directory.alerts.since(NOON - timedelta(days=900))] == [1]


def test_the_table_has_no_place_for_a_person() -> None:
    assert {column.name for column in ALERT.columns} == {"hour", "word", "shop", "terminal", "count"}


@pytest.mark.parametrize("word", AlertWord)
def test_every_alert_is_said_in_both_languages(word: AlertWord) -> None:
    assert not SAYS[word].ja.isascii()
    assert SAYS[word].en.isascii()
