"""What waits for others' approval: kept, approved by persons who are others, done once, or refused."""

from __future__ import annotations

from typing import Final

from noren.governance.ports import EntryKind
from noren.governance.staffing import refusing
from noren.governance.staffing.model import Means, Outcome, SignedIn, State, Waiting, skeleton
from noren.governance.staffing.refusing import Refused
from noren.governance.staffing.room import StaffRoom
from noren.kernel.say import Say

ONE: Final = 1
TWO: Final = 2


def wait(room: StaffRoom, author: str, act: str, body: str, says: Say, needs: int) -> Waiting:
    """Let something wait for approvals."""
    kept = room.store.wait(Waiting(0, act, author, room.clock.now(), needs, body, says.ja, says.en))
    room.note(EntryKind.APPROVAL, number=kept.number, act=act, by=author, asked=True, needs=needs)
    return kept


def approve(room: StaffRoom, number: int, by: SignedIn) -> Waiting | Refused:
    """Approve what waits; the answer says whether enough others have: then its act is to be done, once."""
    with room.turn:
        found = _waits(room, number)
        if isinstance(found, Refused):
            return found
        if any(same_person(room, by.account.id, each) for each in (found.author, *found.approvals)):
            return refusing.same_person_twice()
        if not room.store.approve(number, by.account.id, room.clock.now()):
            return refusing.same_person_twice()
        room.note(EntryKind.APPROVAL, number=number, act=found.act, by=by.account.id)
        now = room.store.waiting(number, room.clock.now())
        assert now is not None, "it waits"
        return now


def is_approved(room: StaffRoom, waiting: Waiting) -> bool:
    """Return whether enough others approved who are still here: who was closed meanwhile counts no more."""
    here = {each.id for each in room.active()}
    return sum(each in here for each in waiting.approvals) >= waiting.needs


def refuse(room: StaffRoom, number: int, by: SignedIn) -> Waiting | Refused:
    """Turn down what waits; its author may take it back in the same way."""
    with room.turn:
        found = _waits(room, number)
        if isinstance(found, Refused):
            return found
        room.store.settle(number, Outcome.REFUSED, room.clock.now())
        room.note(EntryKind.APPROVAL_REFUSED, number=number, act=found.act, by=by.account.id)
        now = room.store.waiting(number, room.clock.now())
        assert now is not None, "it waited"
        return now


def _waits(room: StaffRoom, number: int) -> Waiting | Refused:
    found = room.store.waiting(number, room.clock.now())
    if found is None:
        return refusing.no_such_waiting(number)
    return found if found.outcome is Outcome.WAITS else refusing.ALREADY


def same_person(room: StaffRoom, one: str, other: str) -> bool:
    """Return whether two accounts are one person's: alike to the eye, of one name, or of one subject of a provider."""
    if skeleton(one) == skeleton(other):
        return True
    return bool(_subjects(room, one) & _subjects(room, other))


def _subjects(room: StaffRoom, name: str) -> set[str]:
    held = room.store.credentials(name)
    return {each.name for each in held if each.means is Means.OIDC}


def others_who_may(room: StaffRoom, author: str) -> int:
    """Return how many active accounts there are of others than the author."""
    return sum(each.state is State.ACTIVE and not same_person(room, author, each.id) for each in room.accounts())
