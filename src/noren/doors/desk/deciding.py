"""Deciding what waits for approval: one way for the command line and for the pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from litestar import Response

from noren.governance.acting import acting, signed_in_as
from noren.governance.staff import Action, Circumstances
from noren.governance.staff import refusing as policy_refusing
from noren.governance.staffing import approving, recovering
from noren.governance.staffing.model import Outcome, SignedIn, Waiting
from noren.governance.staffing.refusing import NOT_TO_HASTEN, Refused
from noren.governance.staffing.room import StaffRoom
from noren.kernel.say import Say

Perform = Callable[[Waiting], Response[Any]]
HOLDING_OF: Final = {"announce": "register", "break-glass": "accounts"}
"""What somebody's role must be able to approve; else accounts."""


def may(who: SignedIn, action: Action, holding: str, *, own: bool = False) -> Refused | None:
    """Return the rule by which somebody may not."""
    rules = policy_refusing(who.account.roles, action, holding, Circumstances(own=own))
    if rules is None:
        return None
    if rules:
        return Refused(rules[0].name, rules[0].says, rules[0].fix)
    roles = ", ".join(sorted(who.account.roles))
    return Refused(
        "no-role-may",
        Say(
            f"{who.account.id} の役割({roles})では、{holding} に対する {action} はできません。",
            f"No role of {who.account.id} ({roles}) may {action} {holding}.",
        ),
        Say("その役割を持つ人が行ってください。", "Let somebody do it whose role may."),
    )


def may_decide(room: StaffRoom, who: SignedIn, number: int) -> Refused | None:
    """Return why somebody may not decide on what waits under a number."""
    found = room.store.waiting(number, room.clock.now())
    if found is None:
        return None  # the room says so
    own = approving.same_person(room, who.account.id, found.author)
    return may(who, Action.APPROVE, HOLDING_OF.get(found.act, "accounts"), own=own)


def approve_one(
    room: StaffRoom, performers: Mapping[str, Perform], who: SignedIn, number: int
) -> Refused | Waiting | Response[Any]:
    """Approve what waits; where enough others have, do it, once, and return its answer."""
    barred = may_decide(room, who, number)
    if barred is not None:
        return barred
    waits = room.store.waiting(number, room.clock.now())
    if waits is not None and waits.act == recovering.ACT:
        return NOT_TO_HASTEN
    with room.turn:
        found = approving.approve(room, number, who)
        if isinstance(found, Refused) or not approving.is_approved(room, found):
            return found
        room.store.settle(found.number, Outcome.DONE, room.clock.now())
        with acting({**signed_in_as(found.author), "approval": number}):  # hers, whom enough others let do it
            return performers[found.act](found)


def refuse_one(room: StaffRoom, who: SignedIn, number: int) -> Refused | Waiting:
    """Turn down what waits; its author may take it back."""
    waits = room.store.waiting(number, room.clock.now())
    mine = waits is not None and waits.author == who.account.id
    barred = None if mine else may_decide(room, who, number)
    return barred or approving.refuse(room, number, who)
