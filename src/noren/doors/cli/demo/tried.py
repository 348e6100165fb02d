"""The demo's trials: what a campaign would have come to over past days, asked on the eve of its first day.

Kept in the home's folder of campaigns, to be shown beside what really came. A trial costs its asker private figures.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Final

import msgspec

from noren.doors.cli.demo.campaigns import FOLDER, PERSONS, of_the_year, patient
from noren.doors.cli.demo.errors import CampaignStuck
from noren.doors.cli.demo.stage import Stage
from noren.house.home import Home
from noren.house.inner import CallRefused
from noren.house.showing_campaigns import TriedShown

TRIED: Final = frozenset({"points-day"})
"""A day's campaign alone: one of two months goes through nearly every member's history, which takes half a minute."""

_FILE: Final = "tried.json"


def try_on_eve(stage: Stage, day: date, shift_days: int) -> None:
    """Try the campaigns that begin on a day, each once.

    Raises:
        CampaignStuck: no figure is given.
    """
    found = tried(stage.home)
    fresh = [each.id for each in of_the_year(shift_days) if each.first == day and each.id in TRIED - found.keys()]
    try:
        for name in fresh:
            found[name] = _try(stage, name)
    except CallRefused as refused:
        raise CampaignStuck(refused.body.decode("utf-8", "replace")) from refused
    if fresh:
        _path(stage.home).write_bytes(msgspec.json.encode(found))


def tried(home: Home) -> dict[str, TriedShown]:
    """Return what was tried so far, by campaign."""
    path = _path(home)
    return msgspec.json.decode(path.read_bytes(), type=dict[str, TriedShown]) if path.exists() else {}


def _try(stage: Stage, name: str) -> TriedShown:
    with patient(stage) as worker:
        answer: Any = worker.call("/campaigns/simulate", {"campaign": name, "asker": PERSONS[0], "days": None})
    return msgspec.convert(answer, TriedShown)


def _path(home: Home) -> Path:
    return home.path / FOLDER / _FILE
