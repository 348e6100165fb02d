"""Ports filled from the ledger side itself: members' stops."""

from __future__ import annotations

from collections.abc import Sequence

from noren.activity.ports import WholeFeed
from noren.audience.model import Asked
from noren.governance.stopping import Use


class LedgerStops:
    """Fills ``ports.Stops`` from the ledger's own table, read anew each time: a stop holds at the next evaluation."""

    def __init__(self, feed: WholeFeed) -> None:
        self._feed = feed

    def stopped(self, asked: Asked) -> Sequence[bytes]:
        """See ``Stops``."""
        use = Use(asked.purpose, asked.recipient, asked.channel.value)
        return [handle for handle, rule in self._feed.all_stops() if rule.covers(use)]
