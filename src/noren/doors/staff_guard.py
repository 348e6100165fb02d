"""The question at every act of an operator: who is signed in, and may she, by which rule.

Before there is an account in the home, acts go by the name that they claim. From the first on, nothing does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

import msgspec

from noren.governance.acting import CLAIMED, NOBODY, signed_in_as
from noren.governance.ports import Fact
from noren.governance.staff import refusing
from noren.governance.staffing.refusing import NOT_SIGNED_IN, Refused, not_you
from noren.house.home import Home, Zone
from noren.house.inner import ZoneDown
from noren.house.staff_acts import ACTS, Act
from noren.house.staff_door import StaffDoor, Standing
from noren.house.staff_mark import has_staff
from noren.kernel.say import Say


@dataclass(frozen=True, slots=True)
class StaffGuard:
    """Judges an operator's calls of one zone."""

    home: Home
    zone: Zone
    door: StaffDoor

    def judge(self, path: str, token: str, body: bytes) -> Refused | Mapping[str, Fact]:
        """Return why a call is not done; or, where it goes on, what its entries in the log tell of who does it."""
        row = ACTS.get(self.zone, {}).get(path.rstrip("/"))
        if row is None:
            return _no_row(path)
        if not isinstance(row, Act):
            return NOBODY  # nobody's, or its own handler asks and says so
        if not has_staff(self.home):
            return CLAIMED
        try:
            who = self.door.standing(token) if token else None
        except ZoneDown:
            return _desk_away()
        return NOT_SIGNED_IN if who is None else _may(who, row, body) or signed_in_as(who.account)


def _may(who: Standing, act: Act, body: bytes) -> Refused | None:
    claimed = _claimed(act, body)
    if claimed not in (None, who.account):
        return not_you(str(claimed), who.account)
    rules = refusing(who.roles, act.action, act.holding, replace(act.about))
    if rules is None:
        return None
    roles = "、".join(sorted(who.roles)), ", ".join(sorted(who.roles))
    if not rules:
        return Refused(
            "no-role-may",
            Say(
                f"{who.account} の役割({roles[0]})では、{act.holding} に対する {act.action} はできません。",
                f"No role of {who.account} ({roles[1]}) may {act.action} {act.holding}.",
            ),
            Say("その役割を持つ人が行ってください。", "Let somebody do it whose role may."),
        )
    return Refused(rules[0].name, rules[0].says, rules[0].fix)


def _claimed(act: Act, body: bytes) -> object:
    """Return the name that a request claims; None: it names nobody."""
    if not act.named:
        return None
    try:
        found: Any = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return None
    return cast("dict[str, Any]", found).get(act.named, "") if isinstance(found, dict) else ""


def _no_row(path: str) -> Refused:
    return Refused(
        "act-unknown",
        Say(f"{path} は、だれが行えるかが決まっていません。", f"Who may do {path} is not settled."),
        Say("src/noren/house/staff_acts.py に行を加えてください。", "Add its row to src/noren/house/staff_acts.py."),
    )


def _desk_away() -> Refused:
    return Refused(
        "desk-away",
        Say(
            "事務局(desk)が応答しないので、だれがサインインしているかを確かめられません。何もしていません。",
            "The desk does not answer, so nobody can say who is signed in; nothing was done.",
        ),
        Say("noren doctor で確かめてください。", "Look with: noren doctor"),
    )
