"""The register of documents as a zone opens it: the desk to add, the others to read."""

from __future__ import annotations

from noren.governance.announced.store import DocumentStore
from noren.house.databases import address_of
from noren.house.home import Home, Zone


def open_documents(home: Home, zone: Zone) -> DocumentStore:
    """Open the register for a zone that may: adding is for the desk alone.

    Raises:
        NotThisRevision: another version of noren made it, or nobody has yet.
    """
    place = address_of(home, zone, "governance") if home.on_postgresql else home.governance_db
    return DocumentStore(place, reading=zone != "desk")
