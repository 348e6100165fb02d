"""What the ledger-worker holds of standings: their file, the loop that keeps them warm, and which conditions are live.

In force at tills are the campaigns that run or are about to, each where its file says, and approved audiences whose
channel is the till.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from time import monotonic
from typing import Final

from noren.activity.campaigns import CampaignFeed, CampaignRow, CampaignState
from noren.activity.lake.old_lines import LakeLines
from noren.activity.ports import AuditFeed
from noren.audience.batch.loading.lists import list_marks, read_lists
from noren.audience.judging import horizon_of
from noren.audience.kept import condition_of
from noren.audience.model import PROGRAMME, Channel, State, Version
from noren.audience.standings import LiveCondition, Readying, Rules
from noren.audience.standings.changing import Ahead
from noren.audience.standings.keeping import Keeper
from noren.audience.standings.loop import StandingLoop
from noren.audience.standings.store import StandingFile
from noren.audience.store import AudienceStore
from noren.campaign.live import live_condition
from noren.governance.store import Directory
from noren.house.home import Home
from noren.house.standing_desk import DirectoryShops
from noren.kernel.clock import local_date

LATE_DAYS: Final = 2
"""So long after its last day a campaign is asked for: purchases of that day still come in."""

AHEAD_DAYS: Final = 3
"""So long before a month turns its standings, with another horizon, are begun beside those of now."""

LIVE: Final = frozenset({CampaignState.STARTING, CampaignState.RUNNING})
"""In these states a campaign's condition is at the tills: before the first draw, so that nobody waits for it then."""


class LiveHere:
    """Fills ``LiveConditions`` from the audiences' store and the ledger's campaigns.

    ``days_ahead``: with the horizon of so many days later.
    """

    def __init__(
        self,
        home: Home,
        store: AudienceStore,
        feed: CampaignFeed,
        today: Callable[[], date],
        days_ahead: int = 0,
    ) -> None:
        self._home, self._store, self._feed, self._today = home, store, feed, today
        self._ahead = timedelta(days=days_ahead)
        self._campaigns: tuple[int, Sequence[CampaignRow]] = (-1, ())

    def edition(self) -> int:
        """See ``LiveConditions``."""
        marks = list_marks(self._home.lists)
        campaigns = [row.number for row in self._running()]
        told = repr(([(one.name, one.number) for one in self._live()], campaigns, marks, self.horizon()))
        return int.from_bytes(hashlib.sha256(told.encode()).digest()[:7])

    def conditions(self) -> Sequence[LiveCondition]:
        """See ``LiveConditions``."""
        return [
            LiveCondition(one.name, condition_of(one.condition), partners=_partners(one.guards.recipient))
            for one in self._live()
        ] + [live_condition(row) for row in self._running()]

    def lists(self) -> Mapping[str, frozenset[str]]:
        """See ``LiveConditions``."""
        return read_lists(self._home.lists)

    def horizon(self) -> date | None:
        """See ``LiveConditions``: the same as for counts."""
        return horizon_of(self._today() + self._ahead)

    def first_day(self) -> date:
        """Return the first local date with this horizon: of a month."""
        return (self._today() + self._ahead).replace(day=1)

    def _running(self) -> list[CampaignRow]:
        edition = self._feed.campaigns_edition()
        if edition != self._campaigns[0]:
            self._campaigns = edition, [row for row in self._feed.campaigns() if row.state in LIVE]
        today = self._today().toordinal()
        return [row for row in self._campaigns[1] if today <= row.last_day + LATE_DAYS]

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
    store, shops = StandingFile(home.standings_db), DirectoryShops(directory)

    def today() -> date:
        return local_date(now(), home.zone)

    def readying(live: LiveHere) -> Readying:
        return Readying(about=feed, conditions=live, shops=shops, zone=home.zone, monotonic=monotonic)

    coming = LiveHere(home, audiences, feed, today, AHEAD_DAYS)
    keeper = Keeper(
        about=feed,
        store=store,
        readying=readying(LiveHere(home, audiences, feed, today)),
        rules=Rules(home.zone, home.settings.points.expiry_days),
        now=now,
        old=LakeLines(home.lake),
        ahead=Ahead(readying(coming), coming.first_day),
    )
    return StandingLoop(keeper, store)
