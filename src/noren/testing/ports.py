"""Ports for tests that run side by side: a block of neighbouring ports that nobody else on this machine holds."""

from __future__ import annotations

import fcntl
import os
import socket
import tempfile
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

PORTS: Final = range(18100, 18200)


class NoPortFree(Exception):
    """All ports set aside for these tests are taken: another run goes on, or left something running."""


@contextmanager
def port_block(count: int) -> Generator[int]:
    """Give the first of ``count`` free neighbouring ports; a lock on each keeps them from other tests meanwhile."""
    for first in range(PORTS.start, PORTS.stop - count + 1, count):
        block = range(first, first + count)
        with ExitStack() as locks:
            if all(_lock(port, locks) and _free(port) for port in block):
                yield first
                return
    raise NoPortFree(f"no {count} free ports from {PORTS.start} to {PORTS.stop - 1}")


def _lock(port: int, locks: ExitStack) -> bool:
    """Take a port's lock until ``locks`` closes; blocks of other lengths overlap this one, so each port has its own."""
    held = locks.enter_context((Path(tempfile.gettempdir()) / f"noren-port-{os.getuid()}-{port}.lock").open("wb"))
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
