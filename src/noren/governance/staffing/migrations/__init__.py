"""The revisions of the staff accounts' store, one file each."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from noren.governance.staffing.tables import METADATA
from noren.revisions.history import history_of

HISTORY: Final = history_of(METADATA, Path(__file__).parent)
