"""The register of documents as a zone opens it: the desk to add, the others to read."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import datetime

from noren.governance.announced.store import DocumentStore
from noren.governance.register import Register
from noren.house.databases import address_of
from noren.house.home import Home, Zone


def open_documents(home: Home, zone: Zone) -> DocumentStore:
    """Open the register for a zone that may: adding is for the desk alone.

    Raises:
        NotThisRevision: another version of noren made it, or nobody has yet.
    """
    place = address_of(home, zone, "governance") if home.on_postgresql else home.governance_db
    return DocumentStore(place, reading=zone != "desk")


@contextmanager
def reading_register(home: Home, zone: Zone) -> Generator[Callable[[datetime], Register] | None]:
    """Give the register at an instant, read anew; None where no desk has made one yet.

    Raises:
        NotThisRevision: another version of noren made it.
    """
    if not home.on_postgresql and not home.governance_db.exists():
        yield None
        return
    documents = open_documents(home, zone)
    try:
        yield documents.register
    finally:
        documents.close()
