"""The named peer: PostgreSQL's own `pgbench -N -M prepared`, one update, one select, one insert and a commit each."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from typing import Final

from noren.testing.postgres import ADMIN, PORT, PostgresServer, binary

SERVER: Final = {"shared_buffers": "512MB", "max_wal_size": "8GB", "max_connections": "200"}
"""Settings of every server measured here, the till's and the peer's: memory and checkpoints, nothing about syncing."""
_SCALE: Final = 10
_WORKERS: Final = 2


def pgbench(server: PostgresServer, clients: int, seconds: float, say: Callable[[str], None]) -> float:
    """Return the peer's transactions per second on the till's own server, with a million rows of its own."""
    _run(server, ["-i", "-q", "-s", str(_SCALE)])
    _run(server, ["-N", "-M", "prepared", "-c", str(clients), "-j", str(_WORKERS), "-T", "3"])
    said = _run(server, ["-N", "-M", "prepared", "-c", str(clients), "-j", str(_WORKERS), "-T", str(int(seconds))])
    found = re.search(r"tps = ([0-9.]+)", said)
    assert found, said
    say(f"pgbench -N -M prepared, {clients} clients: {float(found[1]):,.0f}/s")
    return float(found[1])


def _run(server: PostgresServer, words: list[str]) -> str:
    done = subprocess.run(
        [binary("pgbench"), "-h", str(server.sockets), "-p", str(PORT), "-U", ADMIN, *words, "postgres"],
        env={**os.environ, "PGPASSFILE": str(server.passfile)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout
