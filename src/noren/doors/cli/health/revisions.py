"""The stores' revisions, asked of a child per side: this process opens no store."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from noren.doors.cli.health.finding import Finding
from noren.doors.cli.here import Refusal
from noren.doors.cli.migrate import look_at_all
from noren.house.home import Home
from noren.house.upgrade_words import Standing
from noren.kernel.say import Say

_MIGRATE: Final = Say(
    "ゾーンを止めて noren migrate を行ってください(何をするかは --dry-run)。",
    "End the zones and run: noren migrate (--dry-run shows what it would do).",
)
_REMOVE: Final = Say(
    "個人データの複製です。要らなければ消してください。",
    "It is a copy of personal data: remove it when it is not needed.",
)


def look_at_revisions(home: Home) -> Iterator[Finding]:
    """Yield a finding per store that is not at this noren's revision, per copy left, and one for all that are."""
    try:
        standings = look_at_all(home)
    except Refusal as refused:
        yield Finding("wrong", refused.say)
        return
    made = [standing for standing in standings if standing.found is not None]
    yield from (_wrong(each) for each in made if each.found != each.head)
    right = ", ".join(f"{each.store} {each.found}" for each in made if each.found == each.head)
    if right:
        yield Finding("ok", Say(f"ストアの版: {right}", f"Revisions of the stores: {right}"))
    for copy in (copy for standing in made for copy in standing.copies):
        yield Finding("warning", Say(f"移行の複製: {copy}", f"A migration's copy: {copy}"), _REMOVE)


def _wrong(standing: Standing) -> Finding:
    what = Say(
        f"{standing.store}: 版 {standing.found}(この noren は {standing.head})",
        f"{standing.store}: revision {standing.found}, not this noren's {standing.head}",
    )
    return Finding("wrong", what, Say(*standing.problem) if standing.problem is not None else _MIGRATE)
