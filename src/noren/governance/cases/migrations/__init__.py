"""The revisions of the cases' store, one file each."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from noren.governance.cases.tables import METADATA
from noren.revisions.history import history_of

HISTORY: Final = history_of(METADATA, Path(__file__).parent)
