"""The audiences' revisions, one file each: what changed in their tables, up and down."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from noren.audience.tables import METADATA
from noren.revisions.history import history_of

HISTORY: Final = history_of(METADATA, Path(__file__).parent)
