"""What the statement process holds: ledger, directory and records of provision to read, and a ticket's keys.

Held: link (ticket's token to handle), purchase-id (outer names), one-time-code (her phone's
code). It can not write to any store, holds no card index key and no key of the vault, and
learns a member only by a ticket that the vault signed. A pass to the ledger-worker lets it ask for the one
document of who is signed in, and that a purchase of hers be not kept.
"""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

import apsw
from sqlalchemy.exc import SQLAlchemyError

from noren.activity.errors import LedgerBroken
from noren.activity.ports import OwnPageFeed
from noren.house.home import Home
from noren.house.inner import InnerClient
from noren.house.keys import ZoneKeys, open_keys, trusted
from noren.house.ledger_stores import open_directory, open_feed
from noren.house.passes import Porter
from noren.kernel.clock import Clock, SystemClock
from noren.kernel.ids import LinkToken
from noren.kernel.keyring import KeyRing
from noren.kernel.ticket import TicketRefused, UsedTickets, open_ticket
from noren.provision.store import ProvisionReader

ASKING_SECONDS: Final = 10.0
"""How long she waits for the ledger side to take what she asked for."""


class Asking(Protocol):
    """Asks the ledger side for what this process can not do itself."""

    def call(self, path: str, body: object = None) -> Any:
        """Call an operation; raises ``ZoneDown`` or ``CallRefused``."""
        ...


class LedgerAsleep(Exception):
    """The ledger can not be read just now: not made yet, or its disk does not answer."""


class LedgerReader:
    """The ledger and the directory, opened for reading when first needed: this process may start before the till."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._feed: OwnPageFeed | None = None
        self._directory = open_directory(home, "statement", reading=True)

    @contextmanager
    def open(self) -> Generator[OwnPageFeed]:
        """Give the ledger for one answer.

        Raises:
            LedgerAsleep: it can not be read.
        """
        try:
            yield self._opened()
        except (apsw.Error, SQLAlchemyError, LedgerBroken, OSError) as wrong:
            raise LedgerAsleep(f"the ledger can not be read: {type(wrong).__name__}") from None

    def _opened(self) -> OwnPageFeed:
        with self._lock:
            if self._feed is None:
                self._feed = open_feed(self._home, "statement")
            return self._feed

    def shop_name(self, shop: str) -> str | None:
        """Return a shop's name, None where the directory has none."""
        found = self._directory.shop(shop)
        return found.name if found else None


@dataclass(frozen=True, slots=True)
class StatementRoom:
    """All that the statement process can reach."""

    home: Home
    keys: ZoneKeys
    reader: LedgerReader
    clock: Clock
    provisions: ProvisionReader
    worker: InnerClient = field(repr=False)
    asking: Asking = field(repr=False)
    used: UsedTickets = field(repr=False)

    @property
    def link(self) -> KeyRing:
        """Opens the link token of a ticket."""
        return self.keys.ring("link")

    @property
    def purchase_ids(self) -> KeyRing:
        """Makes and reads the outer names of purchases."""
        return self.keys.ring("purchase-id")

    @property
    def codes(self) -> KeyRing:
        """Makes one-time codes."""
        return self.keys.ring("one-time-code")

    def admit(self, ticket: str, nonce: str) -> LinkToken | TicketRefused:
        """Open a ticket of the vault; it is used up."""
        return open_ticket(
            ticket,
            nonce=nonce,
            openings=self.keys.openings,
            verifying=trusted(self.home, "vault").verifying,
            now=self.clock.now(),
            used=self.used,
        )

    def programme_now(self, feed: OwnPageFeed) -> datetime:
        """Return the programme's instant: the machine's, moved by the sandbox clock's offset."""
        offset = feed.clock_offset_us() if self.home.sandbox else 0
        return self.clock.now() + timedelta(microseconds=offset)


def statement_room(home: Home) -> StatementRoom:
    """Wire the statement process."""
    clock, keys = SystemClock(), open_keys(home, "statement")
    asking = InnerClient(home, Porter(home, keys), "ledger-worker", timeout_seconds=ASKING_SECONDS)
    provisions = ProvisionReader(home.provision_db)
    used = UsedTickets(clock.now())
    worker = InnerClient(home, Porter(home, keys), "ledger-worker")
    return StatementRoom(home, keys, LedgerReader(home), clock, provisions, worker, asking, used)
