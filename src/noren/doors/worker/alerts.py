"""What the tills found suspicious, to be read by the operator."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from litestar import post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from noren.doors.worker.bodies import AlertAnswer, AlertsAnswer, AlertsBody
from noren.doors.worker.turn import Turn
from noren.governance.alerts import Raised
from noren.kernel.clock import SystemClock


def alert_handlers(turn: Turn) -> list[Any]:
    """Return the handler of ``/alerts``. Alerts live by the machine's clock, never by a sandbox's."""
    log = turn.room.directory.alerts

    @post("/alerts", status_code=HTTP_200_OK, sync_to_thread=True)
    def alerts(data: JSONBody[AlertsBody]) -> AlertsAnswer:
        return AlertsAnswer([_shown(raised) for raised in log.since(SystemClock().now() - timedelta(days=data.days))])

    return [alerts]


def _shown(raised: Raised) -> AlertAnswer:
    alert = raised.alert
    return AlertAnswer(raised.hour, alert.word.value, alert.shop or None, alert.terminal or None, raised.count)
