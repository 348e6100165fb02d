"""The desk process: what it holds.

Stores: the register of dated documents. Keys: none but its own signing and opening keys.
Never: a member, a purchase, a handle, a contact; no store of the ledger side or of the vault.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from noren.governance.announced.founding import found
from noren.governance.announced.store import DocumentStore
from noren.governance.ports import Journal
from noren.house.documents import open_documents
from noren.house.home import Home
from noren.house.keys import ZoneKeys, open_keys
from noren.house.passes import Porter
from noren.kernel.clock import SystemClock

SANDBOX_BEFORE: Final = timedelta(days=3 * 366)
"""A sandbox's register begins so long ago: its programme's clock may stand in the past."""


@dataclass(frozen=True, slots=True)
class DeskRoom:
    """Everything that the desk process holds. ``journal`` None: there is no log of this side yet."""

    home: Home
    porter: Porter
    documents: DocumentStore
    zone_keys: ZoneKeys
    journal: Journal | None = None

    def now(self) -> datetime:
        """Return the machine's instant."""
        return SystemClock().now()

    def close(self) -> None:
        """Close the store."""
        self.documents.close()


def desk_room(home: Home) -> DeskRoom:
    """Open what the desk holds; a new register begins with what ships."""
    keys = open_keys(home, "desk")
    room = DeskRoom(home, Porter(home, keys), open_documents(home, "desk"), keys)
    found(room.documents, room.now() - (SANDBOX_BEFORE if home.sandbox else timedelta(0)))
    return room
