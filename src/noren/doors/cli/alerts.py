"""``noren alerts``: what the tills found suspicious, by the hour. It names shops and terminals, never a person."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from noren.doors.cli.here import HomeOption, JsonOption, LangOption, here
from noren.doors.cli.speech import both
from noren.kernel.say import Say

MAX_DAYS: Final = 3_660

DaysOption = Annotated[
    int,
    typer.Option("--days", min=1, max=MAX_DAYS, help=both("さかのぼる日数", "How many days back")),
]


def alerts(
    context: typer.Context,
    days: DaysOption = 7,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show alerts."""
    from noren.house.children import zone_client

    at = here(context, home, lang, as_json)
    with zone_client(at.home(), "ledger-worker") as ledger:
        found: dict[str, Any] = ledger.call("/alerts", {"days": days})
    at.answer(found, *(line(alert) for alert in found["alerts"]))
    if not found["alerts"] and not at.as_json:
        at.say(f"この{days}日に、警告はありません。", f"There was no alert in {days} days.")


def line(alert: dict[str, Any]) -> Say:
    """Return one alert as a line: the hour (UTC), how often, where, what."""
    from noren.governance.alerts import SAYS, AlertWord

    says = SAYS[AlertWord(alert["alert"])]
    hour = f"{alert['hour'][:13]}:00Z"
    where = " ".join(filter(None, (alert["shop"], alert["terminal"]))) or "-"
    return Say(
        f"{hour}  {alert['count']:>6,}回  {where:<24}  {alert['alert']}: {says.ja}",
        f"{hour}  {alert['count']:>6,} ×  {where:<24}  {alert['alert']}: {says.en}",
    )


def add_to(app: typer.Typer) -> None:
    """Put ``alerts`` on the command line."""
    app.command("alerts", help=both("レジの扉で気づいた怪しい動きを見る", "Show what looked suspicious at the tills"))(
        alerts
    )
