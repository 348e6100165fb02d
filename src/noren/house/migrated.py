"""A store as its migration sees it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from noren.house.databases import Database
from noren.house.home import Home, Zone
from noren.revisions.history import History


@dataclass(frozen=True, slots=True)
class Store:
    """One store of a side: its revisions, its file, its database's name, and a zone that may read it.

    ``database`` None: it is a file in a home of either engine.
    """

    history: History
    path: Path
    database: Database | None
    reader: Zone

    def on_server(self, home: Home) -> bool:
        """Return whether the store is a database of a server in this home."""
        return home.on_postgresql and self.database is not None
