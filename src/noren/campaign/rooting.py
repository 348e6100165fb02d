"""The root over each campaign's draws, written into the side's log: daily, and when a campaign is stopped.

Whoever holds a root finds a draw that was changed or taken out afterwards. Leaves that were read stay read: what is
kept of them is the right edge of the tree.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Final

from noren.activity.campaigns import CampaignFeed, CampaignRow, CampaignState
from noren.campaign.leaves import Growing
from noren.governance.log import Log
from noren.governance.ports import Entry, EntryKind
from noren.kernel.clock import SystemClock

READ_AT_ONCE: Final = 10_000
DRAWN: Final = frozenset({CampaignState.RUNNING, CampaignState.STOPPED, CampaignState.REVEALING})
"""In these states a campaign may have draws without a root: a seed is revealed a week after the last."""


class DrawRoots:
    """Writes roots. After a restart each campaign's root is written once more, whatever the log has."""

    def __init__(self, feed: CampaignFeed, log: Log) -> None:
        self._feed, self._log = feed, log
        self._trees: dict[int, Growing] = {}
        self._written: dict[int, int] = {}
        self._lock = threading.Lock()

    def write_all(self) -> int:
        """Write the root of each campaign that was drawn for since its last root; return of how many."""
        return sum(self.write(row) for row in self._feed.campaigns() if row.state in DRAWN)

    def write(self, row: CampaignRow) -> bool:
        """Write a campaign's root, where there are new draws; return whether there were."""
        with self._lock:
            tree = self._trees.setdefault(row.number, Growing())
            for leaf in leaves_after(self._feed, row.number, tree.size - 1):
                tree.add(leaf)
            if tree.size == self._written.get(row.number, 0):
                return False
            facts = {"campaign": row.campaign, "leaves": tree.size, "root": tree.root.hex()}
            self._log.append([Entry(EntryKind.DRAWS_ROOT, SystemClock().now(), facts)])
            self._written[row.number] = tree.size
            return True


def leaves_after(feed: CampaignFeed, number: int, seq: int) -> Iterator[bytes]:
    """Yield the leaves of a campaign behind a draw, in their order."""
    while found := feed.draws_after(number, seq, READ_AT_ONCE):
        yield from (draw.leaf for draw in found)
        seq = found[-1].seq
