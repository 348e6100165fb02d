"""The ledger-worker process: what it holds.

Stores: the ledger, the lake, the directory of shops and terminals, the audiences, the standings,
the register of documents (to read), the census of its copies, the records of provision, the
side's erasure list. Keys: card index, receipt index, body hash, purchase id, terminal key, the
link key that makes link tokens for the vault, the one that wraps its copies' keys, the one that
makes each recipient's pseudonyms, the one of what outlives an erasure, those of the erasure list
and of backups. Never: a name, an address, a contact, anything of the vault.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from noren.activity.lake import LakeLoop, LakeWriter, ProductRow, Reference, ShopRow
from noren.activity.ports import AuditFeed, LedgerStore
from noren.audience.standings.loop import StandingLoop
from noren.campaign.rooting import DrawRoots
from noren.governance.erasure_list import ErasureList
from noren.governance.leases.copies import Copies
from noren.governance.log import Log
from noren.governance.ports import Entry, EntryKind, Fact
from noren.governance.store import Directory
from noren.house.audiences import AudienceRoom, audience_room
from noren.house.copies import open_copies
from noren.house.home import Home
from noren.house.inner import InnerClient
from noren.house.keys import ZoneKeys, open_keys
from noren.house.ledger_stores import open_directory, open_feed, open_ledger
from noren.house.logs import open_log
from noren.house.passes import Porter
from noren.house.staff_door import STAFF_SECONDS, DeskDoor
from noren.house.standings import standing_loop
from noren.kernel.clock import SystemClock, local_date
from noren.kernel.keyring import KeyRing
from noren.provision.store import ProvisionStore
from noren.register.till_keys import ReceiptKeys

LAKE_SECONDS: Final = 60.0
"""How long a count waits for purchases to reach the lake."""


@dataclass(frozen=True, slots=True)
class WorkerRoom:
    """Everything that the ledger-worker process holds."""

    home: Home
    porter: Porter
    ledger: LedgerStore
    feed: AuditFeed
    directory: Directory
    lake: LakeWriter
    loop: LakeLoop
    audiences: AudienceRoom
    standings: StandingLoop
    copies: Copies
    provisions: ProvisionStore
    pseudonym: KeyRing
    receipts: ReceiptKeys
    terminal_key: KeyRing
    link: KeyRing
    zone_keys: ZoneKeys
    erasures: ErasureList
    log: Log
    roots: DrawRoots
    tier_feed: AuditFeed
    """Of its own: a month's tiers are read in a pass of minutes, and nobody else waits for it."""

    def now(self) -> datetime:
        """Return the programme's instant."""
        return instant_of(self.home, self.feed)

    def today(self) -> date:
        """Return the programme's local date."""
        return local_date(self.now(), self.home.zone)

    def note(self, kind: EntryKind, **facts: Fact) -> None:
        """Write an act that concerns no single member into the side's audit log; return once it is on the disk."""
        self.log.append([Entry(kind, SystemClock().now(), facts)])

    def staff_door(self) -> DeskDoor:
        """Return what knows who is signed in: the desk."""
        return DeskDoor(InnerClient(self.home, self.porter, "desk", timeout_seconds=STAFF_SECONDS), self.porter)

    def close(self) -> None:
        """Close the stores and the log."""
        self.log.close()
        self.standings.close()
        self.copies.store.close()
        self.provisions.close()
        self.audiences.close()
        self.lake.close()
        self.tier_feed.close()
        self.feed.close()
        self.ledger.close()
        self.directory.close()


def instant_of(home: Home, feed: AuditFeed) -> datetime:
    """Return the programme's instant: the sandbox's clock is moved by the till, which keeps the offset."""
    offset = feed.clock_offset_us() if home.sandbox else 0
    return SystemClock().now() + timedelta(microseconds=offset)


def has_reached(loop: LakeLoop, entry: int, *, seconds: float = LAKE_SECONDS) -> bool:
    """Return whether the lake has what the ledger had up to an entry; wait for it a little."""
    until = time.monotonic() + seconds
    while loop.status().entry < entry and time.monotonic() < until:
        time.sleep(0.1)
    return loop.status().entry >= entry


def _erasure_list(home: Home, ring: KeyRing) -> ErasureList:
    path, second = home.erasures("ledger")
    made = ErasureList(path, ring, second)
    made.begin()
    return made


def worker_room(home: Home) -> WorkerRoom:
    """Open what the ledger-worker holds."""
    keys = open_keys(home, "ledger-worker")
    ledger, directory = open_ledger(home, "ledger-worker"), open_directory(home, "ledger-worker")
    feed, lake = open_feed(home, "ledger-worker"), LakeWriter(home.lake)
    log = open_log(home, keys)
    reference = Reference(
        products=lambda: (ProductRow(str(row[0]), *row[1:]) for row in feed.products()),
        shops=lambda: (
            ShopRow(s.shop, s.partner, s.name, s.industry, s.postal_code, s.prefecture, s.handles_personal_information)
            for s in directory.shops()
        ),
    )
    loop = LakeLoop(
        feed,
        lake,
        home.zone,
        reference=reference,
        every_seconds=home.settings.lake.every_seconds,
        batch_rows=home.settings.lake.batch_rows,
        vacuum_hours=home.settings.lake.vacuum_hours,
    )
    audiences = audience_room(
        home, feed, directory, lambda: has_reached(loop, feed.last_entry()), lambda: instant_of(home, feed)
    )
    apart = open_feed(home, "ledger-worker")
    return WorkerRoom(
        home=home,
        porter=Porter(home, keys),
        ledger=ledger,
        feed=feed,
        directory=directory,
        lake=lake,
        loop=loop,
        audiences=audiences,
        standings=standing_loop(home, apart, directory, audiences.store, lambda: instant_of(home, apart)),
        provisions=ProvisionStore(home.provision_db, keys.ring("ledger-statutory")),
        pseudonym=keys.ring("recipient-pseudonym"),
        copies=open_copies(home, keys, SystemClock(), log),
        receipts=ReceiptKeys(
            keys.ring("card-index"),
            keys.ring("receipt-index"),
            keys.ring("body-hash"),
            keys.ring("purchase-id"),
            edition=keys.edition,
        ),
        terminal_key=keys.ring("terminal-key"),
        link=keys.ring("link"),
        zone_keys=keys,
        erasures=_erasure_list(home, keys.ring("ledger-erasures")),
        log=log,
        roots=DrawRoots(feed, log),
        tier_feed=open_feed(home, "ledger-worker"),
    )
