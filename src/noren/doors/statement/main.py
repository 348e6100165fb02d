"""``noren statement``: one process, one door."""

from __future__ import annotations

from pathlib import Path

from noren.doors.logs import log_to_stderr
from noren.doors.serving import Tls, run, serve
from noren.doors.statement.app import statement_app
from noren.house.home import open_home
from noren.house.keys.watch import watching
from noren.house.statement import statement_room


def main(home: Path | None, host: str, port: int | None, tls: Tls | None = None) -> None:
    """Serve the member's own ledger door until told to stop."""
    log_to_stderr("statement")
    room = statement_room(open_home(home))
    app = statement_app(room)
    chosen = room.home.settings.doors.statement if port is None else port
    with watching(room.keys):
        run(lambda: serve(app, interface="asgi", host=host, port=chosen, tls=tls))
