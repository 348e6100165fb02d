"""``noren front``: one process, one door."""

from __future__ import annotations

from pathlib import Path

from noren.doors.front.app import front_app
from noren.doors.logs import log_to_stderr
from noren.doors.serving import Tls, run, serve
from noren.house.front import front_room
from noren.house.home import open_home
from noren.house.keys.watch import watching


def main(home: Path | None, host: str, port: int | None, tls: Tls | None = None) -> None:
    """Serve the public door until told to stop."""
    log_to_stderr("front")
    room = front_room(open_home(home))
    app = front_app(room)
    chosen = room.home.settings.doors.front if port is None else port
    with watching(room.keys):
        run(lambda: serve(app, interface="asgi", host=host, port=chosen, tls=tls))
