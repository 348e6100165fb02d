"""The register's revisions, one file each: what changed in its table, on SQLite and on PostgreSQL, up and down."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from noren.governance.announced.tables import METADATA
from noren.revisions.history import history_of

HISTORY: Final = history_of(METADATA, Path(__file__).parent)
