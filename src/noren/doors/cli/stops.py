"""How a member's stops and consents are written and shown on the command line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from noren.doors.cli.here import refuse
from noren.kernel.say import Say

_SCOPES: Final[dict[str, Say]] = {
    "all": Say("すべて(今後加わる会社も含む)", "everything, companies that join later too"),
    "purpose": Say("利用目的", "purpose"),
    "recipient": Say("提供先", "recipient"),
    "channel": Say("連絡手段", "channel"),
}


def parse_stop(text: str) -> tuple[str, str]:
    """Return (scope, name) of ``all`` or ``SCOPE:NAME``. Raises Refusal."""
    scope, _, name = text.partition(":")
    if scope not in _SCOPES or (scope == "all") == bool(name):
        refuse(
            f"all か、purpose:名前・recipient:名前・channel:名前 の形で書きます: {text}",
            f"Write all, or purpose:NAME, recipient:NAME or channel:NAME: {text}",
            code=2,
        )
    return scope, name


def shown_choices(found: Mapping[str, Any]) -> Iterator[Say]:
    """Yield a member's choices as lines for a person."""
    on = bool(found["points_only"])
    yield Say(f"ポイントだけモード: {'オン' if on else 'オフ'}", f"Points-only mode: {'on' if on else 'off'}")
    for stop in found["stops"]:
        scope, name, since = _SCOPES[stop["scope"]], stop["name"], stop["since"]
        lifted = stop["resumed"]
        yield Say(
            f"停止: {scope.ja} {name} ({since}から{f'、{lifted}に再開' if lifted else ''})",
            f"Stopped: {scope.en} {name} (since {since}{f', resumed {lifted}' if lifted else ''})",
        )
    for each in found["consents"]:
        to, gone = each["recipient"], each["withdrawn_at"]
        yield Say(
            f"同意: {each['kind']} {to} ({each['given_at']}、文面 {each['text_version']}"
            f"{f'、{gone}に撤回' if gone else ''})",
            f"Consent: {each['kind']} {to} ({each['given_at']}, text {each['text_version']}"
            f"{f', withdrawn {gone}' if gone else ''})",
        )
