"""The demo's home and its zones: made as ``noren init --sandbox`` makes one, kept running as ``noren up`` does."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from noren.doors.cli.demo.errors import DemoStopped, PortTaken
from noren.doors.cli.supervisor import Supervisor, Tell
from noren.house.home import CONFIG, Doors, Home, open_home, write_settings
from noren.house.inner import InnerClient
from noren.house.keys import open_keys
from noren.house.origins import Origins, origins
from noren.house.passes import Porter


@dataclass(frozen=True, slots=True)
class Stage:
    """A home with all its zones running, and the operator's way in. ``keeper`` restarts a zone that falls."""

    home: Home
    worker: InnerClient
    vault: InnerClient
    desk: InnerClient
    keeper: Supervisor

    @property
    def origins(self) -> Origins:
        """Where a browser finds the doors."""
        return origins(self.home)

    @property
    def till(self) -> str:
        """Where a till on this machine finds its door."""
        return f"http://127.0.0.1:{self.home.settings.doors.till}"


@contextmanager
def stage(home: Home, tell: Tell) -> Generator[Stage]:
    """Start all zones and wait until they answer; they end with the context, however it is left.

    Raises:
        PortTaken: somebody else listens where a door would.
        HomeProblem: a zone does not come up, or runs already.
    """
    porter = Porter(home, open_keys(home, "operator"))
    with (
        closing(InnerClient(home, porter, "ledger-worker")) as worker,
        closing(InnerClient(home, porter, "vault")) as vault,
        closing(InnerClient(home, porter, "desk")) as desk,
        Supervisor(home, tell) as keeper,
    ):
        for port in msgspec.structs.astuple(home.settings.doors):
            _need_free(port, home)
        keeper.start()
        yield Stage(home, worker, vault, desk, keeper)


def make_home(path: Path, first_port: int | None) -> Home:
    """Make a sandbox home whose amounts are what the source's are, US cents. ``first_port``: the first of five.

    Raises:
        DemoStopped: ``noren init`` refused; its reason is the message.
    """
    words = ["init", "--home", str(path), "--sandbox", "--currency", "USD", "--zone", "Asia/Tokyo"]
    command = [sys.executable, "-m", "noren.doors.cli.main", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise DemoStopped(done.stderr.strip())
    home = open_home(path)
    if first_port is None:
        return home
    doors = Doors(*range(first_port, first_port + len(Doors.__struct_fields__)))
    settings = msgspec.structs.replace(home.settings, doors=doors)
    (path / CONFIG).write_text(write_settings(settings), "utf-8")
    return open_home(path)


def _need_free(port: int, home: Home) -> None:
    """Else another programme's door would answer in the place of ours."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            raise PortTaken(port, str(home.path / CONFIG)) from None
