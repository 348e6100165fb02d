"""Incidents with something late, and open requests that may reach purchases: everybody who runs the house shall see."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from noren.doors.cli.health.finding import Finding
from noren.house.children import zone_client
from noren.house.home import Home, HomeProblem
from noren.house.inner import CallRefused, ZoneDown
from noren.kernel.say import Say


def look_at_cases(home: Home) -> Iterator[Finding]:
    """Yield what the desk's cases say; a desk that is down is told by the zones."""
    try:
        with zone_client(home, "desk") as desk:
            incidents: list[dict[str, Any]] = desk.call("/incidents/list", {})
            requests: list[dict[str, Any]] = desk.call("/requests/list", {})
    except (HomeProblem, ZoneDown, CallRefused):
        return
    late = sum(any(each["late"] for each in case["due"]) for case in incidents)
    waiting = sum(bool(case["due"]) for case in incidents) - late
    loud = sum(case["loud"] for case in requests)
    if late:
        what = Say(f"期限を過ぎた漏えい等の事案: {late}件", f"Incidents with something late: {late}")
        yield Finding("wrong", what, Say("noren incident list", "noren incident list"))
    if waiting:
        what = Say(f"期限のある漏えい等の事案: {waiting}件", f"Incidents with something due: {waiting}")
        yield Finding("warning", what, Say("noren incident list", "noren incident list"))
    if loud:
        what = Say(f"購買履歴に及びうる照会が対応中: {loud}件", f"Open requests that may reach purchases: {loud}")
        yield Finding("warning", what, Say("noren request list", "noren request list"))
