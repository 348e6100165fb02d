"""The ledger's revisions, one file each: what changed in its tables, on SQLite and on PostgreSQL, up and down."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from noren.activity.tables import REVISION
from noren.revisions.history import History

HISTORY: Final = History(
    store="ledger",
    folder=Path(__file__).parent,
    head=REVISION,
    known="purchase",
    mark=lambda number, _engine: f"UPDATE meta SET value = {number} WHERE name = 'schema'",
)
