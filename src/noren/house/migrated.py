"""A store as its migration sees it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from noren.house.databases import Database
from noren.house.home import Zone
from noren.revisions.history import History


@dataclass(frozen=True, slots=True)
class Store:
    """One store of a side: its revisions, its file, its database's name, and a zone that may read it."""

    history: History
    path: Path
    database: Database
    reader: Zone
