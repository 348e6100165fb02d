"""P1: no process gives its stores' locks away while it runs. One did, and acknowledged purchases were lost (0015)."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from noren.activity.store import SqliteLedger
from noren.doors.idle import IdleWatch
from noren.house.home import Limits
from noren.testing.file_locks import open_stores, stores_without_locks
from noren.testing.member_house import MemberHouse
from noren.testing.ports import port_block

_WRITE_LOCK = 120
"""The byte of a store's ``-shm`` file that a writing transaction locks."""


def looks_as_it_did_once() -> None:
    """Copy each descriptor to look at it, and close the copy."""
    for entry in list(Path("/proc/self/fd").iterdir()):
        with contextlib.suppress(OSError):
            os.close(os.dup(int(entry.name)))


def another_may_write(ledger: Path) -> bool:
    """Return whether another process could write now."""
    asks = (
        "import fcntl, sys; shm = open(sys.argv[1], 'r+b')\n"
        f"fcntl.lockf(shm, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, {_WRITE_LOCK})"
    )
    asked = subprocess.run([sys.executable, "-c", asks, f"{ledger}-shm"], capture_output=True, check=False)
    return asked.returncode == 0


def test_a_look_at_idle_connections_leaves_a_transaction_its_lock(tmp_path: Path) -> None:
    store = SqliteLedger(tmp_path / "ledger.db")
    with socket.create_server(("127.0.0.1", 0)) as listener, store.batch():
        port = listener.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            IdleWatch(port=port, seconds=60).look()
            assert not another_may_write(tmp_path / "ledger.db")
            # This process may hold stores of earlier tests, whose locks went when their files were read.
            ours = tmp_path / "ledger.db-shm"
            assert ours in open_stores(os.getpid())
            assert ours not in stores_without_locks(os.getpid())
            client.getpeername()  # it still stands
    store.close()


def test_a_look_by_copies_would_take_it_away(tmp_path: Path) -> None:
    """The negative control, in a process of its own: its locks are gone for good."""
    script = (
        "from pathlib import Path; import os, sys; sys.path.insert(0, sys.argv[2])\n"
        "from tests.walls.test_file_locks import *\n"
        "store = SqliteLedger(Path(sys.argv[1]))\n"
        "with store.batch():\n"
        "    assert not another_may_write(Path(sys.argv[1]))\n"
        "    looks_as_it_did_once()\n"
        "    print(another_may_write(Path(sys.argv[1])), len(stores_without_locks(os.getpid())))\n"
    )
    words = [sys.executable, "-c", script, str(tmp_path / "ledger.db"), str(Path(__file__).parents[2])]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "1"]


def test_no_process_loses_its_locks_while_it_runs(tmp_path: Path) -> None:
    often = Limits(header_seconds=1, body_seconds=1)
    with port_block(5) as first, MemberHouse(tmp_path / "home", first, limits=often) as house:
        house.buy("R1", 100)
        time.sleep(3 * often.idle_seconds / 4 + 2)  # at least three looks at idle connections
        house.buy("R2", 100)
        for zone in ("till", "ledger-worker", "vault", "statement"):
            assert stores_without_locks(house.pid(zone)) == [], zone
        for zone in ("till", "ledger-worker"):  # the others open theirs when somebody asks, and let them go
            assert open_stores(house.pid(zone)), zone
