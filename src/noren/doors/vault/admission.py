"""Letting a member in by number and password: first whether a try may go on, then a turn at hashing, then the vault."""

from __future__ import annotations

from dataclasses import dataclass

from noren.doors.vault.desk import Desk
from noren.doors.vault.hashing import NoTurn
from noren.doors.vault.troubles import CROWDED, too_often
from noren.identity.model import Refused
from noren.identity.sign_in import WRONG, sign_in
from noren.kernel.ids import MalformedId, MemberNumber
from noren.kernel.say import Say


@dataclass(frozen=True, slots=True)
class TryLater:
    """Not now: in so many seconds."""

    reason: Say
    seconds: int


async def admit(desk: Desk, number: str, password: str) -> bytes | Refused | TryLater:
    """Return the row of the member who signs in."""
    try:
        known = MemberNumber(number)
    except MalformedId:
        return WRONG
    account = desk.room.vault.indexes.member_number(known)
    wait = desk.attempts.wait(account)
    if wait:
        return _resting(wait)
    # Counted only once its turn has come: what costs us no hash must not push others' counts out of memory.
    row = await desk.hashing.run(lambda: _tried(desk, account, known, password))
    return TryLater(CROWDED, row.seconds) if isinstance(row, NoTurn) else row


def _tried(desk: Desk, account: bytes, number: MemberNumber, password: str) -> bytes | Refused | TryLater:
    wait = desk.attempts.count(account)
    if wait:
        return _resting(wait)
    row = sign_in(desk.room.vault, number=number, password=password)
    if not isinstance(row, Refused):
        desk.attempts.succeeded(account)
    return row


def _resting(seconds: int) -> TryLater:
    return TryLater(too_often(seconds), seconds)
