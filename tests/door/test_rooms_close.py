"""A zone lets go of every file before its lock is free: whoever waits for the lock may copy or restore the home."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest

from noren.governance.leases.copies import Copies
from noren.house.desk import desk_room
from noren.house.home import Home
from noren.house.ledger_worker import worker_room
from noren.house.vault import vault_room
from noren.testing.vault import a_home


class Room(Protocol):
    """What a zone's process can reach."""

    copies: Copies

    def close(self) -> None: ...


@pytest.mark.parametrize("made", [vault_room, worker_room, desk_room])
def test_a_room_that_was_closed_holds_no_file(made: Callable[[Home], Room], tmp_path: Path) -> None:
    home = a_home(tmp_path / "home")
    room = made(home)
    assert room.copies.census() is not None
    assert held(home.path)  # the control: an open room is seen to hold some
    room.close()
    assert held(home.path) == set()


def held(folder: Path) -> set[str]:
    """Return the files under a folder that this process has open."""
    found = set[str]()
    for number in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # the listing's own
            found.add(str(number.readlink()))
    return {path for path in found if path.startswith(str(folder))}
