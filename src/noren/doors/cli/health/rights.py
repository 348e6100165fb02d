"""Members' requests with their clocks: one that is late is something wrong, and who runs the house sees it."""

from __future__ import annotations

from collections.abc import Iterator

from noren.doors.cli.health.finding import Finding
from noren.house.children import zone_client
from noren.house.home import Home, HomeProblem
from noren.house.inner import CallRefused, ZoneDown
from noren.kernel.say import Say

_ADVICE = Say("noren member request list", "noren member request list")


def look_at_rights(home: Home) -> Iterator[Finding]:
    """Yield what is open; a vault that is down is told by the zones."""
    try:
        with zone_client(home, "vault") as vault:
            found: dict[str, int] = vault.call("/rights/due", {})
    except (HomeProblem, ZoneDown, CallRefused):
        return
    late, waiting = found["late"], found["open"] - found["late"]
    if late:
        what = Say(f"期限を過ぎた会員のご請求: {late}件", f"Requests of members past their day: {late}")
        yield Finding("wrong", what, _ADVICE)
    if waiting:
        what = Say(f"対応中の会員のご請求: {waiting}件", f"Open requests of members: {waiting}")
        yield Finding("warning", what, _ADVICE)
