"""Ends connections on which nothing happens.

The server times a request's head, but neither a TLS handshake that does not go on nor the first
bytes by which it tells HTTP/1.1 from HTTP/2 (measured; `docs/how-to/tls.md`): silent connections
would take every place for ever. The kernel knows for each connection when something last came
and went; whoever has been silent for too long is shut down, and the server sees a closed one.
"""

from __future__ import annotations

import contextlib
import os
import socket
import stat
import struct
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_OPEN: Final = Path("/proc/self/fd")
# struct tcp_info of Linux, stable: its state, then when something was last sent and last came (milliseconds ago).
_INFO: Final = struct.Struct("=B43xI4xI")
_ESTABLISHED: Final = 1
_TCP: Final = (socket.AF_INET, socket.AF_INET6)


@dataclass(frozen=True, slots=True)
class Idleness:
    """How long nothing was sent and nothing came, at a connection that stands."""

    sent_ms_ago: int
    came_ms_ago: int


class IdleWatch(threading.Thread):
    """Looks at the connections of this process' listener on ``port``. Does nothing where there is no Linux."""

    def __init__(self, *, port: int, seconds: float) -> None:
        super().__init__(name=f"idle-{port}", daemon=True)
        self._port = port
        self._limit_ms = int(seconds * 1_000)
        self._every = max(1.0, seconds / 4)
        self._stop = threading.Event()

    def run(self) -> None:
        """Look, until stopped."""
        while sys.platform == "linux" and not self._stop.wait(self._every):
            for connection in _connections(self._port):
                with connection:
                    idle = idleness(connection)
                    if idle is not None and min(idle.sent_ms_ago, idle.came_ms_ago) > self._limit_ms:
                        with contextlib.suppress(OSError):
                            connection.shutdown(socket.SHUT_RDWR)

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()


def idleness(connection: socket.socket) -> Idleness | None:
    """Return how idle a connection is; None when it does not stand (it listens, or is closing already)."""
    state, sent, came = _INFO.unpack(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _INFO.size))
    return Idleness(sent, came) if state == _ESTABLISHED else None


def _connections(port: int) -> Iterator[socket.socket]:
    """Yield a handle of our own for each TCP socket of this process that is bound to ``port``."""
    for number in _OPEN.iterdir():
        copy = _copy(int(number.name))
        if copy is None:
            continue
        if copy.type == socket.SOCK_STREAM and copy.family in _TCP and copy.getsockname()[1] == port:
            yield copy
        else:
            copy.close()


def _copy(number: int) -> socket.socket | None:
    """Return a copy of an open socket. The number may belong to something else by now: what counts is asked of it."""
    try:
        copy = os.dup(number)
    except OSError:
        return None
    if stat.S_ISSOCK(os.fstat(copy).st_mode):
        return socket.socket(fileno=copy)
    os.close(copy)
    return None
