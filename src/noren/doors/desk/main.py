"""``noren desk``: the inner door of the desk."""

from __future__ import annotations

from pathlib import Path

from noren.doors.desk.cases import case_handlers
from noren.doors.desk.clearing import clearing_handlers
from noren.doors.desk.documents import document_handlers
from noren.doors.inner_door import inner_app
from noren.doors.logs import log_to_stderr
from noren.doors.serving import run, serve
from noren.house.desk import desk_room
from noren.house.home import open_home
from noren.house.keys.watch import watching
from noren.house.logs import keeping


def main(home: Path | None) -> None:
    """Serve the inner door until told to stop."""
    log_to_stderr("desk")
    room = desk_room(open_home(home))
    handlers = [*document_handlers(room), *clearing_handlers(room), *case_handlers(room.case_room())]
    app = inner_app(room.porter, handlers)
    try:
        with watching(room.zone_keys), keeping(room.home, room.zone_keys, room.journal):
            run(lambda: serve(app, interface="asgi", uds=room.home.socket("desk")))
    finally:
        room.close()
