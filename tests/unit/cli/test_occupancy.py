"""Who is in a zone: one process, counted users, one starter."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path

import pytest

from noren.house.home import Home, HomeProblem, Settings, Stores
from noren.house.occupancy import MAX_TILLS, PASSING, alone, is_last_user, occupant, occupy, using


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path, Settings())


def test_a_zone_has_one_process(home: Home) -> None:
    assert occupant(home, "till") is None
    with occupy(home, "till"):
        assert occupant(home, "till") == (os.getpid(), False)
        assert occupant(home, "vault") is None
        with pytest.raises(HomeProblem, match="already running"), occupy(home, "till"):
            pass
    assert occupant(home, "till") is None


def test_on_postgresql_a_home_has_several_tills_and_still_one_vault(tmp_path: Path) -> None:
    home = Home(tmp_path, Settings(stores=Stores(engine="postgresql")))
    with ExitStack() as tills:
        for _ in range(MAX_TILLS):
            tills.enter_context(occupy(home, "till"))
        with pytest.raises(HomeProblem, match="already running"), occupy(home, "till"):
            pass
    with occupy(home, "till") as _, ExitStack() as second:
        second.enter_context(occupy(home, "till"))
    with occupy(home, "vault"), pytest.raises(HomeProblem, match="already running"), occupy(home, "vault"):
        pass
    assert occupant(home, "till") is None


def test_the_second_till_alone_is_an_occupant_too(tmp_path: Path) -> None:
    home = Home(tmp_path, Settings(stores=Stores(engine="postgresql")))
    first, second = ExitStack(), ExitStack()
    first.enter_context(occupy(home, "till"))
    second.enter_context(occupy(home, "till"))
    first.close()
    assert occupant(home, "till") == (os.getpid(), False)
    second.close()
    assert occupant(home, "till") is None


def test_a_zone_for_a_command_s_time_says_so(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOREN_STAY", PASSING)
    with occupy(home, "vault"):
        assert occupant(home, "vault") == (os.getpid(), True)


def test_a_number_left_by_a_killed_process_is_not_trusted(home: Home) -> None:
    (home.path / "run").mkdir()
    (home.path / "run" / "till.lock").write_text("1 passing")
    assert occupant(home, "till") is None


def test_only_the_last_user_ends_a_zone(home: Home) -> None:
    with using(home, "vault") as first:
        with using(home, "vault") as second:
            assert not is_last_user(second)
        assert is_last_user(first)


def test_one_command_at_a_time_starts_a_zone(home: Home) -> None:
    with alone(home, "vault", 1), pytest.raises(HomeProblem, match="Try again"), alone(home, "vault", 0.1):
        pass
    with alone(home, "vault", 0):
        pass
