"""The stores of the identity side, as their migration sees them."""

from __future__ import annotations

from noren.governance.leases.migrations import HISTORY as COPIES
from noren.house.home import Home
from noren.house.migrated import Store
from noren.identity.migrations import MEMBER_KEYS, STATUTORY, VAULT


def stores(home: Home) -> tuple[Store, ...]:
    """Return the vault, the census of its copies, and the member keys."""
    return (
        Store(VAULT, home.vault_db, "vault", "vault"),
        Store(COPIES, home.copies_db("vault"), None, "vault"),
        Store(STATUTORY, home.statutory_db, None, "vault"),
        Store(MEMBER_KEYS, home.member_keys_db, "member_keys", "vault"),
    )
