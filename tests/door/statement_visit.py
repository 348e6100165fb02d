"""A browser at the statement door, without a browser: cookies kept, redirections not followed."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from litestar.testing import TestClient

from noren.doors.statement import statement_app
from noren.house.home import CONFIG, Home, Programme, Settings, open_home, write_settings
from noren.house.keys import SIDES, make_side, open_keys
from noren.house.statement import StatementRoom
from noren.kernel.ids import Handle
from noren.kernel.sealing import make_link_token
from noren.testing.vault_door import FakeVaultDoor


def make_home(path: Path) -> Home:
    """Make a sandbox programme with all its keys."""
    path.mkdir()
    (path / CONFIG).write_text(write_settings(Settings(programme=Programme(kind="sandbox"))), "utf-8")
    home = open_home(path)
    for side in SIDES:
        make_side(home, side)
    return home


class Visit:
    """A browser at the statement door. ``get`` and ``post`` never follow a redirection."""

    def __init__(self, room: StatementRoom, handle: Handle) -> None:
        self.room = room
        self.client: Any = TestClient(statement_app(room), base_url="https://statement.localhost")  # type: ignore[arg-type]
        token = make_link_token(open_keys(room.home, "ledger-worker").ring("link"), handle)
        self.vault = FakeVaultDoor(room.home, token)

    def get(self, path: str) -> Any:
        return self.client.get(path, follow_redirects=False)

    def post(self, path: str, **more: Any) -> Any:
        return self.client.post(path, follow_redirects=False, **more)

    def nonce(self) -> str:
        sent = self.get("/")
        assert sent.status_code == 303
        return parse_qs(urlsplit(sent.headers["location"]).query)["nonce"][0]

    def enter(self) -> Any:
        return self.post("/enter", data={"ticket": self.vault.ticket(self.nonce())})
