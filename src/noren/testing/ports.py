"""Ports for tests that run side by side: a block of neighbouring ports that nobody else on this machine holds."""

from __future__ import annotations

import fcntl
import socket
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

PORTS: Final = range(18100, 18200)


class NoPortFree(Exception):
    """All ports set aside for these tests are taken: another run goes on, or left something running."""


@contextmanager
def port_block(count: int) -> Generator[int]:
    """Give the first of ``count`` free neighbouring ports; a lock keeps them from other tests meanwhile."""
    for first in range(PORTS.start, PORTS.stop - count + 1, count):
        path = Path(tempfile.gettempdir()) / f"noren-ports-{count}-{first}.lock"
        with path.open("wb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue
            if all(_free(port) for port in range(first, first + count)):
                yield first
                return
    raise NoPortFree(f"no {count} free ports from {PORTS.start} to {PORTS.stop - 1}")


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
