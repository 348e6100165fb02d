"""A way back where every host and officer is locked out: asked by whoever holds the home, good after a day of noise.

It ends where somebody who is active ends it; nobody can hasten it. Nothing but an invitation comes of it. Where a
restore left nobody who could end it, there is nobody to wait for: it is good at once, and as loud.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from noren.governance.ports import EntryKind
from noren.governance.staffing import refusing
from noren.governance.staffing.approving import wait
from noren.governance.staffing.model import Outcome, State, Waiting
from noren.governance.staffing.refusing import Refused
from noren.governance.staffing.room import StaffRoom
from noren.governance.staffing.tending import TENDING, Invited, invite
from noren.kernel.say import Say

ACT: Final = "recover"
REST: Final = timedelta(hours=24)
NOT_THUS: Final = Refused(
    "recover-not-thus",
    Say(
        "この方法で招待し直せるのは、有効な(または復元で失われた)運用の担当とプライバシー責任者だけです。",
        "Only an active host or privacy officer, or one lost with a restore, is invited anew in this way.",
    ),
    Say("ほかの人は noren staff invite で招待してください。", "Invite others with: noren staff invite"),
)


def recover(room: StaffRoom, name: str) -> Invited | Waiting | Refused:
    """Ask for a way back, or where a day has gone by since, invite; what it is at meanwhile is returned."""
    with room.turn:
        account = room.account(name)
        if account is None:
            return refusing.unknown(name)
        if account.state not in (State.ACTIVE, State.LOST) or not TENDING & account.roles:
            return NOT_THUS
        if room.is_governed() and not any(TENDING & each.roles for each in room.active()):
            room.note(EntryKind.STAFF_CHANGED, account=name, change="recovered", by="home")
            return invite(room, name, "")
        asked = next((each for each in asked_now(room) if each.body == name), None)
        if asked is None:
            return _ask(room, name)
        if room.clock.now() < takes_effect(asked):
            return asked
        room.store.settle(asked.number, Outcome.DONE, room.clock.now())
        room.note(EntryKind.STAFF_CHANGED, account=name, change="recovered", number=asked.number, by="home")
        return invite(room, name, "")


def _ask(room: StaffRoom, name: str) -> Waiting:
    says = Say(
        f"ホームを持つ人による {name} の再招待(24時間後に有効。覚えがなければ終わらせる)",
        f"{name} invited anew by whoever holds the home (in 24 hours; end it if you know nothing of it)",
    )
    room.note(EntryKind.STAFF_CHANGED, account=name, change="recovery-asked", by="home")
    return wait(room, "", ACT, name, says, 0)


def asked_now(room: StaffRoom) -> Sequence[Waiting]:
    """Return the ways back that were asked for and are neither ended nor used."""
    found = room.store.all_waiting(room.clock.now())
    return [each for each in found if each.act == ACT and each.outcome is Outcome.WAITS]


def takes_effect(asked: Waiting) -> datetime:
    """Return when it is good."""
    return asked.at + REST
