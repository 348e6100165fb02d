"""Erasing a member from the ledger: her rows go, and of her points only sums of all erased members together stay.

Reconciliation needs what each company's accounts moved with members who are gone. So every posting that goes is
added to the closing account: one row per company and kind of movement, of all erased members together, since the
beginning. It holds no day, shop, receipt or entry: nothing in it tells one purchase from another, or who made two.

A purchase goes with its receipt, its returns, its redemptions and its postings in one transaction, so that books
are balanced at every instant. What no index leads to (other postings, one-time codes) goes in one pass over the
store for all who wait (``left_behind``), with the lake's rows (``lake.erasing``). Until then a handle stands in
``erasing``: it leads to nobody, since the vault's link token died first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from noren.activity.model import POOL, PROGRAMME, Changes, Kind, MemberState, Posting
from noren.activity.points import Standing
from noren.activity.ports import LedgerBatch, LedgerStore

MAX_MERGED: Final = 1_000
"""How many members one member may have taken over."""


def erase(store: LedgerStore, *, handle: bytes, day: int, now_us: int) -> bool:
    """Erase a member with whoever was merged into her; False where there is none (any more).

    Her points lapse into the closing account first: what she had is nobody's, and what she owed is written off.
    """
    with store.batch() as batch:
        family = _family(batch, handle)
        if not family:
            return False
        _close(batch, family, day)
        for each in family:
            batch.erase(each, now_us)
        batch.turn_purchases()
        return True


def withdraw(store: LedgerStore, *, handle: bytes, day: int) -> bool:
    """End a membership (退会): points lapse, cards and coupons end, the rest stays until it is erased.

    False where there is no such member (any more); done again, it changes nothing.
    """
    with store.batch() as batch:
        member = batch.members([handle]).get(handle)
        if member is None or member.state is MemberState.MERGED:
            return False
        _close(batch, [handle], day)
        closed = batch.members([handle])[handle]
        changes = Changes(members={handle: replace(closed, state=MemberState.CLOSED)})
        batch.write(changes)
        batch.void(handle)
        batch.turn_purchases()
        return True


def _family(batch: LedgerBatch, handle: bytes) -> list[bytes]:
    """Return the handle and all that were merged into it, over any number of steps, where they are in the store."""
    found, ahead = [handle], [handle]
    while ahead:
        ahead = [source for each in ahead for source in batch.merged_into(each) if source not in found]
        found += ahead
        assert len(found) <= MAX_MERGED, "merges without end"
    known = batch.members(found)
    return [each for each in found if each in known]


def _close(batch: LedgerBatch, handles: Sequence[bytes], day: int) -> None:
    """Post all that the members still have to the closing of their accounts."""
    members, lots = batch.members(handles), batch.lots(handles)
    changes, entry = Changes(), batch.next_entry()
    for handle, member in members.items():
        standing = Standing(member, tuple(lots.get(handle, ())))
        held = [(POOL, member.pool), *((lot.number, lot.points) for lot in standing.lots)]
        moves = [(lot, points) for lot, points in held if points]
        changes.postings += [
            Posting(entry, number, Kind.CLOSE, handle, lot, PROGRAMME, day, -points)
            for number, (lot, points) in enumerate(moves)
        ]
        changes.members[handle] = replace(member, pool=0)
        changes.lots.update({lot.number: replace(lot, points=0) for lot in standing.lots})
        entry += bool(moves)
    changes.next_entry = entry
    if changes.postings:
        batch.write(changes)
