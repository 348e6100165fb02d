"""Counts and tills look back equally far, and how far moves once a month."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from noren.audience.counting import moment_of
from noren.audience.judging import horizon_of
from noren.audience.language.review.spans import months_before
from noren.house.standings import LiveHere
from noren.testing.audience_house import AudienceHouse


@pytest.mark.parametrize("day", [date(2026, 11, 26), date(2026, 11, 1), date(2028, 2, 29), date(2027, 3, 31)])
def test_36_months_are_always_within(day: date) -> None:
    horizon = horizon_of(day)
    assert horizon.day == 1
    assert horizon <= months_before(day, 36) < horizon + timedelta(days=31)


def test_counts_and_tills_look_back_equally_far_and_a_new_month_is_a_new_edition(tmp_path: Path) -> None:
    with AudienceHouse(tmp_path / "home") as house:
        today = [date(2026, 11, 29)]
        live = LiveHere(house.home, house.room.audiences.store, house.room.feed, lambda: today[0])
        editions: list[int] = []
        for day in (29, 30):
            today[0] = date(2026, 11, day)
            assert live.horizon() == moment_of(today[0], house.home.zone).horizon == date(2023, 11, 1)
            editions.append(live.edition())
        today[0] = date(2026, 12, 1)
        editions.append(live.edition())
    assert editions[0] == editions[1] != editions[2]
