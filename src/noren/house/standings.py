"""What the ledger-worker holds of standings: their file, the loop that keeps them warm, and which conditions are live.

In force at tills are approved audiences whose channel is the till, until campaigns say more exactly when and where.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from time import monotonic

from noren.activity.lake.old_lines import LakeLines
from noren.activity.ports import AuditFeed
from noren.audience.batch.loading.lists import list_marks, read_lists
from noren.audience.judging import horizon_of
from noren.audience.kept import condition_of
from noren.audience.model import PROGRAMME, Channel, State, Version
from noren.audience.standings import LiveCondition, Readying, Rules
from noren.audience.standings.keeping import Keeper
from noren.audience.standings.loop import StandingLoop
from noren.audience.standings.store import StandingFile
from noren.audience.store import AudienceStore
from noren.governance.store import Directory
from noren.house.home import Home
from noren.house.standing_desk import DirectoryShops
from noren.kernel.clock import local_date


class LiveAudiences:
    """Fills ``LiveConditions`` from the audiences' store."""

    def __init__(self, home: Home, store: AudienceStore, today: Callable[[], date]) -> None:
        self._home, self._store, self._today = home, store, today

    def edition(self) -> int:
        """See ``LiveConditions``."""
        marks = list_marks(self._home.lists)
        told = repr(([(one.name, one.number) for one in self._live()], marks, self.horizon()))
        return int.from_bytes(hashlib.sha256(told.encode()).digest()[:7])

    def conditions(self) -> Sequence[LiveCondition]:
        """See ``LiveConditions``."""
        return [
            LiveCondition(one.name, condition_of(one.condition), partners=_partners(one.guards.recipient))
            for one in self._live()
        ]

    def lists(self) -> Mapping[str, frozenset[str]]:
        """See ``LiveConditions``."""
        return read_lists(self._home.lists)

    def horizon(self) -> date | None:
        """See ``LiveConditions``: the same as for counts."""
        return horizon_of(self._today())

    def _live(self) -> list[Version]:
        today = self._today()
        return [
            one
            for one in self._store.newest_versions()
            if one.guards.channel is Channel.TILL and one.state(today, one.number) is State.APPROVED
        ]


def _partners(recipient: str) -> frozenset[str]:
    return frozenset() if recipient == PROGRAMME else frozenset((recipient,))


def standing_loop(
    home: Home, feed: AuditFeed, directory: Directory, audiences: AudienceStore, now: Callable[[], datetime]
) -> StandingLoop:
    """Open the standings' file and return the loop that keeps it. ``feed``: of its own, for it has its own thread."""
    store = StandingFile(home.standings_db)
    live = LiveAudiences(home, audiences, lambda: local_date(now(), home.zone))
    readying = Readying(
        about=feed, conditions=live, shops=DirectoryShops(directory), zone=home.zone, monotonic=monotonic
    )
    keeper = Keeper(
        about=feed,
        store=store,
        readying=readying,
        rules=Rules(home.zone, home.settings.points.expiry_days),
        now=now,
        old=LakeLines(home.lake),
    )
    return StandingLoop(keeper, store, live)
