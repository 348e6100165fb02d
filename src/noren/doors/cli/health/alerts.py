"""What the tills found suspicious lately."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from noren.doors.cli.health.finding import Finding
from noren.governance.alerts import SAYS, AlertWord
from noren.house.children import zone_client
from noren.house.home import Home, HomeProblem
from noren.house.inner import CallRefused, ZoneDown
from noren.kernel.say import Say

DAYS: Final = 7
_READ_THEM: Final = Say("noren alerts で店舗と端末を見てください。", "See shops and terminals with: noren alerts")


def look_at_alerts(home: Home) -> Iterator[Finding]:
    """Yield a warning for each kind of alert of the last days; a worker that is down is told by the zones."""
    try:
        with zone_client(home, "ledger-worker") as client:
            found: list[dict[str, Any]] = client.call("/alerts", {"days": DAYS})["alerts"]
    except (HomeProblem, ZoneDown, CallRefused):
        return
    counts: Counter[str] = Counter()
    for alert in found:
        counts[alert["alert"]] += alert["count"]
    for word, count in sorted(counts.items()):
        says = SAYS[AlertWord(word)]
        yield Finding(
            "warning",
            Say(f"この{DAYS}日の警告: {says.ja}({count}回)", f"Alert of the last {DAYS} days: {says.en} ({count} ×)"),
            _READ_THEM,
        )
    if not counts:
        yield Finding("ok", Say(f"警告: この{DAYS}日になし", f"Alerts: none in the last {DAYS} days"))
