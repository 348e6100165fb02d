"""The demo's entry: the persona enters a campaign on her own page, before the day on which it draws."""

from __future__ import annotations

from typing import Any, Final

from noren.doors.cli.demo.browser import Browser
from noren.house.home import Home
from noren.kernel.say import Say

ENTRY: Final = "members-day"


def enter(home: Home, member_number: str, password: str) -> Say | None:
    """Let the member enter; None: she has, or the campaign takes no entries any more."""
    with Browser(home) as browser:
        browser.sign_in(member_number, password)
        listed: list[dict[str, Any]] = browser.get("statement", "/v1/campaigns").json()["open"]
        found = next((each for each in listed if each["campaign"] == ENTRY), None)
        if found is None or found["entered"] is not None:
            return None
        browser.post("statement", "/campaigns/enter", {"campaign": ENTRY})
    title = found["title"]
    return Say(
        f"  会員が、ご自分の画面で「{title['ja']}」にエントリーしました。",
        f"  A member entered “{title['en']}” on her own page.",
    )
