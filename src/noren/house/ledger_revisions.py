"""The stores of the ledger side, as their migration sees them."""

from __future__ import annotations

from noren.activity.migrations import HISTORY as LEDGER
from noren.audience.migrations import HISTORY as AUDIENCES
from noren.governance.leases.migrations import HISTORY as COPIES
from noren.governance.migrations import HISTORY as REGISTER
from noren.house.home import Home
from noren.house.migrated import Store
from noren.provision.migrations import HISTORY as PROVISION


def stores(home: Home) -> tuple[Store, ...]:
    """Return the ledger, the register, and the audiences and the census of copies, which are files in every home."""
    return (
        Store(LEDGER, home.ledger_db, "ledger", "ledger-worker"),
        Store(REGISTER, home.register_db, "register", "ledger-worker"),
        Store(AUDIENCES, home.audiences_db, None, "ledger-worker"),
        Store(PROVISION, home.provision_db, None, "ledger-worker"),
        Store(COPIES, home.copies_db("ledger-worker"), None, "ledger-worker"),
    )
