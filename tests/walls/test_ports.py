"""Two programmes never share a port: a till that would get another programme's purchases does not start."""

from __future__ import annotations

import socket
from pathlib import Path

from tests.walls.test_processes import new_home
from tests.walls.zone import start


def test_a_door_does_not_open_on_a_port_that_somebody_listens_on(tmp_path: Path) -> None:
    with socket.socket() as listener:
        # The way that lets others listen too, as the till's own server does.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        watched = start(new_home(tmp_path / "home"), "till", tmp_path, port=listener.getsockname()[1])
        assert watched.process.wait(60) == 1
        assert str(watched.port) in watched.log()
