"""The desk process: what it holds.

Stores: the register of dated documents. Keys: none but its own signing and opening keys.
Never: a member, a purchase, a handle, a contact; no store of the ledger side or of the vault.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from noren.governance.announced.store import DocumentStore
from noren.house.documents import open_documents
from noren.house.home import Home
from noren.house.keys import ZoneKeys, open_keys
from noren.house.passes import Porter
from noren.kernel.clock import SystemClock


@dataclass(frozen=True, slots=True)
class DeskRoom:
    """Everything that the desk process holds."""

    home: Home
    porter: Porter
    documents: DocumentStore
    zone_keys: ZoneKeys

    def now(self) -> datetime:
        """Return the machine's instant: what is announced is never moved by a sandbox's clock."""
        return SystemClock().now()

    def close(self) -> None:
        """Close the store."""
        self.documents.close()


def desk_room(home: Home) -> DeskRoom:
    """Open what the desk holds."""
    keys = open_keys(home, "desk")
    return DeskRoom(home, Porter(home, keys), open_documents(home, "desk"), keys)
