"""Ends connections on which nothing happens.

The server times a request's head, but neither a TLS handshake that does not go on nor the first
bytes by which it tells HTTP/1.1 from HTTP/2 (measured; `docs/how-to/tls.md`): silent connections
would take every place for ever. The kernel knows for each connection when something last came
and went; whoever has been silent for too long is shut down, and the server sees a closed one.

Nothing is opened, copied or closed here. On Linux, closing *any* copy of a file's descriptor gives up
all locks that the process holds on that file: a watch that copied each descriptor to look at it took
SQLite's locks away from under the ledger, and acknowledged purchases were lost (decision 0015).
"""

from __future__ import annotations

import contextlib
import socket
import struct
import sys
import threading
from collections.abc import Generator
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
            self.look()

    def look(self) -> None:
        """Look once at every connection, and end the idle ones."""
        for entry in list(_OPEN.iterdir()):
            with _lent(int(entry.name)) as connection:
                if connection is not None and self._is_ours(connection) and self._is_idle(connection):
                    with contextlib.suppress(OSError):
                        connection.shutdown(socket.SHUT_RDWR)

    def _is_ours(self, connection: socket.socket) -> bool:
        return (
            connection.type == socket.SOCK_STREAM
            and connection.family in _TCP
            and connection.getsockname()[1] == self._port
        )

    def _is_idle(self, connection: socket.socket) -> bool:
        idle = idleness(connection)
        return idle is not None and min(idle.sent_ms_ago, idle.came_ms_ago) > self._limit_ms

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()


def idleness(connection: socket.socket) -> Idleness | None:
    """Return how idle a connection is; None when it does not stand (it listens, or is closing already)."""
    state, sent, came = _INFO.unpack(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _INFO.size))
    return Idleness(sent, came) if state == _ESTABLISHED else None


@contextlib.contextmanager
def _lent(number: int) -> Generator[socket.socket | None]:
    """Lend an open descriptor as a socket, if it is one, without a copy of it, and give it back open."""
    try:
        connection = socket.socket(fileno=number)
    except OSError:  # a file, or closed by now
        yield None
        return
    try:
        yield connection
    except OSError:  # closed by now, by whoever owns it
        return
    finally:
        connection.detach()
