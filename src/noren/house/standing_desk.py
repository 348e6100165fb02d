"""What the till holds of standings: the desk, over the ledger (read), and the standings' file (read).

What is in force comes from the file: the till opens no store of audiences. When conditions or products have changed,
they are made ready in a thread beside the till's, and the desk says so meanwhile.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from time import monotonic

import structlog

from noren.activity.ports import AuditFeed
from noren.audience.live import Place, Purchase
from noren.audience.standings import InForce, Readying, Rules, StandingDesk
from noren.audience.standings.desk import Names, Told
from noren.audience.standings.publishing import Published
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
    """Makes conditions ready in a thread of its own; what is asked for meanwhile is not ready."""

    def __init__(self, readying: Readying) -> None:
        self._readying = readying
        self._wanted, self._stopping = threading.Event(), False
        self._thread = threading.Thread(target=self._run, name="conditions", daemon=True)
        self._thread.start()

    def current(self, products: int) -> InForce | None:
        """Return what is in force; None: it is being made ready."""
        found = self._readying.current(products)
        if found is None:
            self._wanted.set()
        return found

    def close(self) -> None:
        """End the thread."""
        self._stopping = True
        self._wanted.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            self._wanted.wait()
            self._wanted.clear()
            if self._stopping:
                return
            try:
                self._readying.refresh()
            except Exception as wrong:  # the ledger is away, say: the next question asks for it again
                _log.error("conditions_not_ready", kind=type(wrong).__name__)


class OpenDesk:
    """The desk with what it holds open; close it after use."""

    def __init__(self, home: Home, directory: Directory, zone: Zone = "till") -> None:
        self._feeds: tuple[AuditFeed, AuditFeed] = (open_feed(home, zone), open_feed(home, zone))
        self._files = (StandingReader(home.standings_db), StandingReader(home.standings_db))
        about, beside = self._feeds
        self._aside = Aside(
            Readying(
                about=beside,
                conditions=Published(self._files[1], monotonic),
                shops=DirectoryShops(directory),
                zone=home.zone,
                monotonic=monotonic,
            )
        )
        self._about = about
        self.desk = StandingDesk(
            about=about,
            store=self._files[0],
            in_force=self._aside.current,
            rules=Rules(home.zone, home.settings.points.expiry_days),
        )

    def ask(self, handle: bytes, at: datetime, place: Place, basket: Purchase, names: Names) -> Told:
        """See ``StandingDesk``."""
        return self.desk.ask(handle, at, place, basket, names)

    def knows(self, name: str) -> bool:
        """See ``StandingDesk``."""
        return self.desk.knows(name)

    def stops_of(self, handle: bytes) -> Sequence[Rule]:
        """Return what a member has stopped, read anew: a stop holds with the next question."""
        return self._about.stops_of(handle)

    def close(self) -> None:
        """Close it."""
        self._aside.close()
        for each in (*self._feeds, *self._files):
            each.close()
