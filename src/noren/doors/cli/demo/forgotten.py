"""The demo's purchase that its member does not want kept: the persona asks for it on her own page, by its forms.

Nobody else may: no operation of the operator's asks for it. So the demo signs in as she would, and goes over with the
ticket. It is carried out by the ledger-worker, within hours, as for everybody; until then her page says that it waits.
"""

from __future__ import annotations

from typing import Any, Final

from noren.doors.cli.demo.browser import Browser
from noren.house.home import Home
from noren.kernel.say import Say

_LOOKED_AT: Final = 20


def ask_not_to_keep(home: Home, number: str, password: str) -> Say | None:
    """Let the member ask that her newest purchase is not kept; None: one waits or is gone already, or none is there."""
    with Browser(home) as browser:
        browser.sign_in(number, password)
        found: list[dict[str, Any]] = browser.get("statement", f"/v1/purchases?limit={_LOOKED_AT}").json()["purchases"]
        if not found or any(each.get("state") in ("waits", "gone") for each in found):
            return None
        newest = found[0]
        browser.post("statement", "/forget/ask", {"purchase": newest["purchase"], "line": ""})
    hours = home.settings.erasure.gather_hours + 1
    return Say(
        f"会員が、{newest['date']} のお買い物({newest['amount']:,})を「残さない」と申し出ました。"
        f"1時間は取り消せ、{hours}時間以内に店・時刻・明細が消えます。ポイントは残ります(ご本人の画面に出ています)。",
        f"The member asked that her purchase of {newest['date']} ({newest['amount']:,}) is not kept. For an hour she"
        f" may take it back; within {hours} hours shop, time and lines are gone. Points stay (her page shows it).",
    )
