"""``noren till``: one process, one door."""

from __future__ import annotations

from pathlib import Path

from noren.doors.logs import log_to_stderr
from noren.doors.serving import Tls, run, serve
from noren.doors.till.app import TillApp
from noren.doors.till.metrics import TillMetrics
from noren.doors.till.terminals import Doorkeeper
from noren.house.home import open_home
from noren.house.till import till_room
from noren.kernel.clock import SystemClock, local_date
from noren.register.writer import Answer, Writer


def main(home: Path | None, host: str, port: int | None, tls: Tls | None = None) -> None:
    """Serve the till's door until told to stop."""
    log_to_stderr("till")
    room = till_room(open_home(home))
    zone, metrics = room.home.zone, TillMetrics()
    doorkeeper = Doorkeeper(
        directory=room.directory,
        ring=room.terminal_key,
        sandbox=room.home.sandbox,
        default_per=room.home.settings.points.per,
        today=lambda: local_date(room.clock.now(), zone),
        real_today=lambda: local_date(SystemClock().now(), zone),
    )

    def start_writer(answer: Answer) -> Writer:
        return Writer(open_store=room.open_ledger, moment=room.moment, answer=answer, watch=metrics)

    app = TillApp(
        doorkeeper=doorkeeper,
        keys=room.keys,
        clock=room.clock,
        sandbox=room.home.sandbox,
        metrics=metrics,
        start_writer=start_writer,
    )
    try:
        chosen = room.home.settings.doors.till if port is None else port
        run(lambda: serve(app, interface="rsgi", host=host, port=chosen, tls=tls))
    finally:
        app.stop()
