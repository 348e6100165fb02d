"""Figures of the till for Prometheus: counts and times by door and status, never by shop, card or member."""

from __future__ import annotations

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from noren.governance.alerts import AlertWord

_log = structlog.get_logger("till")


class TillMetrics:
    """Counts answers and batches; fills the writer's ``Watch``."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        registry = self._registry
        self._children: dict[tuple[str, int], Counter] = {}
        self._answers = Counter(
            "noren_till_answers", "Answers by door and status.", ["door", "status"], registry=registry
        )
        self._replays = Counter("noren_till_replays", "Answers that were resends.", registry=registry)
        self._unknown = Counter("noren_till_unknown_fields", "Fields refused because noren does not take them.",
                                registry=registry)  # fmt: skip
        self._batch = Histogram("noren_till_batch_requests", "Requests made durable by one commit.", registry=registry,
                                buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256))  # fmt: skip
        self._seconds = Histogram("noren_till_batch_seconds", "Seconds from a batch's first decision to durable.",
                                  buckets=(0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.25, 1),
                                  registry=registry)  # fmt: skip
        self._broken = Counter("noren_till_broken", "Breakages by kind.", ["kind"], registry=registry)
        self._alerts = Counter("noren_till_alerts", "Alerts by kind.", ["alert"], registry=registry)
        for word in AlertWord:  # a kind that never came is a zero, not a gap
            self._alerts.labels(word.value)
        self._not_told = Counter("noren_till_draws_not_told", "Purchases not drawn for: what fits could not be told.",
                                 ["why"], registry=registry)  # fmt: skip
        self._ready = Gauge("noren_till_ready", "1 when a durable write is possible.", registry=registry)

    def answered(self, door: str, status: int, *, replayed: bool = False) -> None:
        """Count an answer."""
        child = self._children.get((door, status))
        if child is None:  # looking a child up by its labels takes longer than deciding whether a card is known
            child = self._children[door, status] = self._answers.labels(door, str(status))
        child.inc()
        if replayed:
            self._replays.inc()

    def unknown_field(self) -> None:
        """Count a refused field."""
        self._unknown.inc()

    def batch(self, size: int, seconds: float) -> None:
        """See ``Watch``."""
        self._batch.observe(size)
        self._seconds.observe(seconds)

    def broken(self, what: str) -> None:
        """See ``Watch``."""
        self._broken.labels(what).inc()
        _log.error("till_broken", kind=what)

    def alert(self, word: str) -> None:
        """Count an alert."""
        self._alerts.labels(word).inc()

    def not_told(self, why: str) -> None:
        """Count a purchase that was drawn for in no campaign, because it could not be told which fit."""
        self._not_told.labels(why).inc()

    def page(self, *, ready: bool) -> bytes:
        """Return the figures in Prometheus' text format."""
        self._ready.set(1 if ready else 0)
        return generate_latest(self._registry)
