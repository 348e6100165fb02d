"""The files that an evaluation is given."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Inputs:
    """``lists``: a folder of ``NAME.txt``. What is None was not given."""

    members: Path
    purchases: Path
    products: Path | None = None
    messages: Path | None = None
    redemptions: Path | None = None
    balances: Path | None = None
    lists: Path | None = None
