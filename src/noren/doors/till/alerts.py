"""The till's alerts: counted in the figures at once, said in the log and kept for ``noren alerts`` a second later.

Raising one costs a count in memory; a thread of its own writes what has gathered, so that no
request ever waits for it. While the directory can not be written, counts are kept and tried again.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, Protocol

import structlog

from noren.doors.till.metrics import TillMetrics
from noren.governance.alerts import Alert, AlertWord

GATHER_SECONDS: Final = 1.0
MAX_KINDS: Final = 10_000

_log = structlog.get_logger("till")


class Log(Protocol):
    """Where alerts are kept."""

    def count(self, raised: Mapping[Alert, int], *, at: datetime) -> None:
        """Add to the counts of the hour that holds ``at``."""
        ...


class Alerts(threading.Thread):
    """Raises alerts from any thread; keeps their counts."""

    def __init__(self, *, log: Log, metrics: TillMetrics, now: Callable[[], datetime]) -> None:
        super().__init__(name="till-alerts", daemon=True)
        self._kept = log
        self._metrics = metrics
        self._now = now
        self._raised: Counter[Alert] = Counter()
        self._wake = threading.Condition()
        self._stopping = False

    def alert(self, alert: Alert) -> None:
        """Raise an alert."""
        self._metrics.alert(alert.word.value)
        with self._wake:
            if alert in self._raised or len(self._raised) < MAX_KINDS:
                self._raised[alert] += 1
            self._wake.notify()

    def own_card(self, shop: str, terminal: str) -> None:
        """Raise the alert of one member who bought again and again at one terminal."""
        self.alert(Alert(AlertWord.OWN_CARD, shop, terminal))

    def conflict(self, shop: str, terminal: str) -> None:
        """Raise the alert of a receipt number that came with two bodies: the terminal only, never the receipt."""
        self.alert(Alert(AlertWord.RECEIPT_CONFLICT, shop, terminal))

    def run(self) -> None:
        """Write what gathers, until stopped."""
        while not self._stopping:
            with self._wake:
                while not self._raised and not self._stopping:
                    self._wake.wait()
                self._wake.wait_for(lambda: self._stopping, GATHER_SECONDS)
                raised, self._raised = self._raised, Counter()
            for alert, count in raised.items():
                _log.warning("alert", alert=alert.word.value, shop=alert.shop, terminal=alert.terminal, count=count)
            self._write(raised)

    def stop(self) -> None:
        """Write what has gathered and end the thread."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        if self.is_alive():
            self.join(timeout=10)

    def _write(self, raised: Counter[Alert]) -> None:
        if not raised:
            return
        try:
            self._kept.count(raised, at=self._now())
        except Exception as wrong:  # whatever it is: the till goes on, and these are tried again with the next
            self._metrics.broken(type(wrong).__name__)
            with self._wake:
                self._raised.update(raised)
