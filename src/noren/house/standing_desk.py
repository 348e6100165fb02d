"""What the till holds of standings: the desk, over the ledger (read), and the standings' file (read).

What is in force comes from the file, products and all: the till opens no store of audiences, and goes from one plan to
the next when the ledger-worker gives it one under which everybody has her standing. It is made ready in a thread beside
the till's; meanwhile the one of before is asked.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from time import monotonic

import structlog

from noren.activity.about import AboutHer
from noren.activity.ports import AuditFeed
from noren.audience.live import Place, Purchase
from noren.audience.standings import InForce, Rules, StandingDesk
from noren.audience.standings.desk import Told
from noren.audience.standings.naming import Names
from noren.audience.standings.publishing import Given
from noren.audience.standings.store import StandingReader
from noren.governance.stopping import Rule
from noren.governance.store import Directory
from noren.house.home import Home, Zone
from noren.house.ledger_stores import open_feed

_log = structlog.get_logger("standings")


class DirectoryShops:
    """Fills ``Shops``."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def places(self) -> Mapping[str, Place]:
        """See ``Shops``."""
        return {shop.shop: Place(shop.shop, shop.partner, shop.industry) for shop in self._directory.shops()}


class Aside:
    """Makes ready in a thread of its own what the till was given; until then it goes on with what is ready."""

    def __init__(self, given: Given) -> None:
        self._given = given
        self._wanted, self._stopping = threading.Event(), False
        self._thread = threading.Thread(target=self._run, name="conditions", daemon=True)
        self._thread.start()

    def current(self, products: int, day: int) -> InForce | None:
        """Return what is asked of an instant of a day; None: nothing is ready yet."""
        self._look()
        return self._given.current(products, day)

    def knows(self, name: str, day: int) -> bool:
        """Return whether a condition is asked on a day, by standings that are whole."""
        self._look()
        return self._given.knows(name, day)

    def close(self) -> None:
        """End the thread."""
        self._stopping = True
        self._wanted.set()
        self._thread.join()

    def _look(self) -> None:
        if self._given.stale():
            self._wanted.set()

    def _run(self) -> None:
        while True:
            self._wanted.wait()
            self._wanted.clear()
            if self._stopping:
                return
            try:
                self._given.refresh()
            except Exception as wrong:  # the file is torn, say: the next question asks for it again
                _log.error("conditions_not_ready", kind=type(wrong).__name__)


class OpenDesk:
    """The desk with what it holds open; close it after use."""

    def __init__(self, home: Home, zone: Zone = "till") -> None:
        self._about: AuditFeed = open_feed(home, zone)
        self._files = (StandingReader(home.standings_db), StandingReader(home.standings_db))
        self._aside = Aside(Given(*self._files, home.zone, monotonic))
        self.desk = StandingDesk(
            about=self._about,
            store=self._files[0],
            in_force=self._aside.current,
            rules=Rules(home.zone, home.settings.points.expiry_days),
        )

    def ask(
        self, handle: bytes, at: datetime, place: Place, basket: Purchase, names: Names, about: AboutHer | None = None
    ) -> Told:
        """See ``StandingDesk``."""
        return self.desk.ask(handle, at, place, basket, names, about)

    def knows(self, name: str, day: date) -> bool:
        """Return whether a condition is asked on a day, by standings that are whole."""
        return self._aside.knows(name, day.toordinal())

    def stops_of(self, handle: bytes, about: AboutHer | None = None) -> Sequence[Rule]:
        """Return what a member has stopped, read anew: a stop holds with the next question."""
        return (about or self._about).stops_of(handle)

    def close(self) -> None:
        """Close it."""
        self._aside.close()
        for each in (self._about, *self._files):
            each.close()
