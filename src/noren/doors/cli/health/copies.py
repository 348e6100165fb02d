"""Copies past their end: what should be gone and is not proved to be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from noren.doors.cli.copying import census
from noren.doors.cli.health.finding import Finding
from noren.house.home import Home, HomeProblem
from noren.house.inner import CallRefused, ZoneDown
from noren.kernel.say import Say

_SEE: Final = Say("noren copy list で見てください。", "See them with: noren copy list")


def look_at_copies(home: Home) -> Iterator[Finding]:
    """Yield what the census says; a zone that is down is told by the zones."""
    try:
        found = census(home)
    except (HomeProblem, ZoneDown, CallRefused):
        return
    late, living = sum(copy["overdue"] for copy in found), sum(copy["state"] != "gone" for copy in found)
    if late:
        yield Finding("wrong", Say(f"期限を過ぎた複製: {late}件", f"Copies past their end: {late}"), _SEE)
    else:
        yield Finding("ok", Say(f"複製: {living}件、すべて期限内", f"Copies: {living}, all within their lease"))
