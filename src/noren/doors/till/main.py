"""``noren till``: one process, one door."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from collections.abc import Callable
from pathlib import Path
from time import monotonic

from noren.activity.ports import LedgerStore
from noren.doors.logs import log_to_stderr
from noren.doors.serving import Tls, run, serve
from noren.doors.till.alerts import Alerts
from noren.doors.till.allowance import Strangers
from noren.doors.till.app import TillApp
from noren.doors.till.collecting import Collecting
from noren.doors.till.metrics import TillMetrics
from noren.doors.till.probing import Marker, Probing
from noren.doors.till.terminals import Doorkeeper
from noren.house.home import open_home
from noren.house.keys.watch import watching
from noren.house.till import till_room
from noren.kernel.clock import SystemClock, local_date
from noren.register.batches import Answer, Duties
from noren.register.velocity import Velocity
from noren.register.writer import Writer, start_writer


def main(home: Path | None, host: str, port: int | None, tls: Tls | None = None) -> None:
    """Serve the till's door until told to stop."""
    log_to_stderr("till")
    room = till_room(open_home(home))
    zone, metrics, settings = room.home.zone, TillMetrics(), room.home.settings
    room.book.tell = metrics.not_told
    alerts = Alerts(log=room.directory.alerts, metrics=metrics, now=SystemClock().now)
    mark = Marker()
    doorkeeper = Doorkeeper(
        directory=room.directory,
        ring=room.terminal_key,
        sandbox=room.home.sandbox,
        default_per=settings.points.per,
        default_rate=settings.limits.per_terminal,
        strangers=Strangers(rate=settings.limits.bad_keys, mark=mark),
        probing=Probing(
            threshold=settings.alerts.probing_keys,
            window_seconds=settings.alerts.probing_minutes * 60.0,
            mark=mark,
            raise_alert=alerts.alert,
        ),
        today=lambda: local_date(room.clock.now(), zone),
        real_today=lambda: local_date(SystemClock().now(), zone),
    )

    velocity = Velocity(
        threshold=settings.alerts.own_card_purchases,
        within_minutes=settings.alerts.own_card_minutes,
        tell=alerts.own_card,
    )

    def begin(loop: AbstractEventLoop, answer: Answer, more_coming: Callable[[], bool]) -> Writer:
        duties = Duties(room.open_ledger, room.moment, answer, metrics, velocity.saw, room.book, more_coming)
        return start_writer(loop, duties)

    def look(store: LedgerStore) -> None:
        collecting.look()
        room.book.look(store)

    app = TillApp(
        doorkeeper=doorkeeper,
        keys=room.keys,
        clock=room.clock,
        sandbox=room.home.sandbox,
        metrics=metrics,
        alerts=alerts,
        body_seconds=settings.limits.body_seconds,
        start_writer=begin,
        look=look,
    )
    room.book.prepare()
    collecting = Collecting(monotonic)
    try:
        chosen = settings.doors.till if port is None else port
        with watching(room.zone_keys):
            run(lambda: serve(app, interface="rsgi", host=host, port=chosen, tls=tls, limits=settings.limits))
    finally:
        app.stop()
        room.book.close()
