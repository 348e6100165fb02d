"""The fixed public table of areas: which three-digit postal areas are populous enough to be a trait.

Made by ``tools/make_areas.py`` from public figures alone; docs/decisions/0004-coarse-areas.md.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Final

MINIMUM_INHABITANTS: Final = 50_000
_TABLE: Final = Path(__file__).with_name("areas.csv")


@cache
def _table() -> list[tuple[str, list[str], int]]:
    with _TABLE.open(encoding="utf-8", newline="") as rows:
        return [(r["postal3"], r["prefectures"].split(), int(r["population_estimate"])) for r in csv.DictReader(rows)]


@cache
def _inhabitants() -> dict[str, int]:
    return {area: people for area, _, people in _table()}


@cache
def prefectures() -> frozenset[str]:
    """Return the names of all 47 prefectures."""
    return frozenset(name for _, names, _ in _table() for name in names)


def is_known(postal_code: str) -> bool:
    """Return whether any place has a postal code with these first three digits."""
    return postal_code[:3] in _inhabitants()


def coarse(postal_code: str) -> str | None:
    """Return the first three digits where the table says enough people live there, else None."""
    area = postal_code[:3]
    return area if _inhabitants().get(area, 0) >= MINIMUM_INHABITANTS else None
