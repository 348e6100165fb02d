"""The ledger side's stores, opened on the engine that the home is on: ledger, its reading side, directory.

The only place that knows which store an engine has. Nothing of the vault is known here; the
vault's wiring (``house/vault.py``) opens its own.
"""

from __future__ import annotations

from noren.activity.connection import BUSY_MS
from noren.activity.feed import SqliteFeed
from noren.activity.ports import AuditFeed, LedgerStore
from noren.activity.store import SqliteLedger
from noren.governance.store import Directory
from noren.house.databases import address_of
from noren.house.home import Home, Zone


def open_ledger(home: Home, zone: Zone, *, busy_ms: int = BUSY_MS) -> LedgerStore:
    """Open the ledger for writing. ``busy_ms``: how long to wait for another process's transaction."""
    if home.on_postgresql:
        address = address_of(home, zone, "ledger")
        from noren.activity.pg_store import PostgresLedger  # the driver is in no core install

        return PostgresLedger(address, busy_ms=busy_ms)
    return SqliteLedger(home.ledger_db, busy_ms=busy_ms)


def open_feed(home: Home, zone: Zone) -> AuditFeed:
    """Open the ledger for reading: what is handed out is durable."""
    if home.on_postgresql:
        address = address_of(home, zone, "ledger")
        from noren.activity.pg_feed import PostgresFeed

        return PostgresFeed(address)
    return SqliteFeed(home.ledger_db)


def open_directory(home: Home, zone: Zone, *, reading: bool = False) -> Directory:
    """Open the directory of companies, shops, agreements and terminals."""
    place = address_of(home, zone, "register") if home.on_postgresql else home.register_db
    return Directory(place, reading=reading)
