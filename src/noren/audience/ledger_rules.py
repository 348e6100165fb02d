"""Ports filled from the ledger side itself, until governance stands: members' stops, and no cleared flow."""

from __future__ import annotations

from collections.abc import Sequence

from noren.activity.ports import WholeFeed
from noren.audience.model import Asked


class LedgerStops:
    """Fills ``ports.Stops`` from the ledger's own table, read anew each time: a stop holds at the next evaluation."""

    def __init__(self, feed: WholeFeed) -> None:
        self._feed = feed

    def stopped(self, asked: Asked) -> Sequence[bytes]:
        """See ``Stops``."""
        of = {("purpose", asked.purpose), ("recipient", asked.recipient), ("channel", asked.channel.value)}
        return [handle for handle, scope, name in self._feed.all_stops() if scope == "all" or (scope, name) in of]


class NoFlows:
    """Fills ``ports.ClearedFlows``: governance is not there yet, so nothing is cleared."""

    def cleared(self, purpose: str, recipient: str) -> bool:
        """See ``ClearedFlows``."""
        del purpose, recipient
        return False
