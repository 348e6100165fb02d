"""The demo's member tiers: rules drafted by one person, published by another, worked out each month, counted privately.

Published on the morning of the year's first day. Which tier a member has, her own page alone tells.
"""

from __future__ import annotations

import re
import time
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from noren.doors.cli.demo.campaigns import patient
from noren.doors.cli.demo.errors import TiersStuck
from noren.doors.cli.demo.staff import ANALYST, MARKETER, OFFICER, Cast
from noren.doors.cli.demo.stage import Stage
from noren.doors.cli.demo.year import ZONE
from noren.house.showing_campaigns import LevelShown, TiersShown

PAPER: Final = Path(__file__).parent / "papers" / "tiers" / "rules.toml"
_FIRST: Final = re.compile(r"^from = \d{4}-\d{2}-\d{2}$", re.MULTILINE)
_PATIENCE_SECONDS: Final = 90.0
_LOOK_SECONDS: Final = 0.3


def publish_tiers(stage: Stage) -> None:
    """Publish the rules as of the programme's day, unless they are; the ledger-worker works tiers out on its own."""
    found: Any = stage.worker.call("/tiers/show", {})
    if any(each["state"] != "draft" for each in found["versions"]):
        return
    text = _FIRST.sub(f"from = {found['next_from']}", PAPER.read_text("utf-8"))
    drafted: Any = stage.worker.call("/tiers/draft", {"text": text, "author": MARKETER})
    stage.worker.call("/tiers/approve", {"version": drafted["version"], "approver": OFFICER})


def count_tiers(stage: Stage, cast: Cast) -> TiersShown:
    """Wait until every member has a tier, and count each level.

    Raises:
        TiersStuck: they are not worked out.
    """
    rules = _worked_out(stage)
    levels = tuple(_level(stage, cast, each) for each in rules["levels"])
    return TiersShown(date.fromisoformat(rules["first"]), rules["says"]["ja"], rules["says"]["en"], levels)


def _worked_out(stage: Stage) -> dict[str, Any]:
    until, month = time.monotonic() + _PATIENCE_SECONDS, f"{datetime.now(ZONE):%Y-%m}"
    while (found := stage.worker.call("/tiers/show", {}))["worked_out"] != month:
        if time.monotonic() > until:
            raise TiersStuck
        stage.keeper.look()
        time.sleep(_LOOK_SECONDS)
    rules: dict[str, Any] = next(each for each in found["versions"] if each["state"] == "in-force")
    return rules


def _level(stage: Stage, cast: Cast, level: dict[str, Any]) -> LevelShown:
    """Return a level and its private figure, which costs its asker as any other does."""
    text = f'tier = "{level["id"]}"'
    draft = {"text": text, "purpose": "register-coupon", "recipient": "programme", "channel": "till"}
    with patient(stage, cast.token(ANALYST)) as worker:
        told: Any = worker.call("/audiences/count", {"asker": ANALYST, "reach": False, "draft": draft})
    says, figure = level["says"], told["figures"][0]["say"]
    return LevelShown(level["id"], says["ja"], says["en"], figure["ja"], figure["en"])
