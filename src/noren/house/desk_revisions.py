"""The stores of neither side, as their migration sees them."""

from __future__ import annotations

from noren.governance.announced.migrations import HISTORY
from noren.governance.cases.migrations import HISTORY as CASES
from noren.governance.leases.migrations import HISTORY as COPIES
from noren.governance.staffing.migrations import HISTORY as STAFF
from noren.house.home import Home
from noren.house.migrated import Store


def stores(home: Home) -> tuple[Store, ...]:
    """Return the register of documents, the cases, the staff accounts, the census of the desk's copies."""
    return (
        Store(HISTORY, home.governance_db, "governance", "desk"),
        Store(CASES, home.cases_db, None, "desk"),
        Store(STAFF, home.staff_db, None, "desk"),
        Store(COPIES, home.copies_db("desk"), None, "desk"),
    )
