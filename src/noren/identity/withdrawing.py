"""Withdrawal (退会), apart from erasure: the membership ends at once, her data goes on the day that she is told.

From the moment of it her cards are dead, her points lapse and her coupons are void; nobody can sign in. Her data is
kept until its day, to answer what she may still ask, and is then erased by the sweep like any other erasure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from noren.governance.ports import Entry, EntryKind
from noren.identity.cards import UNKNOWN_CARD, find_by_card
from noren.identity.erasing import MERGE_FIRST, erase_row, forget_deleted
from noren.identity.errors import LedgerAway
from noren.identity.members import WITH_WITHDRAWN, Member, open_members, put_members
from noren.identity.model import Refused, Standing
from noren.identity.vault import Vault
from noren.kernel.ids import CardNumber

_PAGE = 500


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A membership has ended. ``erased_on``: the day on which her data goes; ``told``: as ``Erased``."""

    erased_on: date
    told: bool


def withdraw_member(vault: Vault, *, card: CardNumber, keep_days: int) -> Withdrawn | Refused:
    """End the membership of the member with this card; again, it changes nothing."""
    with vault.writing:
        with vault.store.reading() as batch:
            found = find_by_card(vault, batch, card, standing=WITH_WITHDRAWN)
        if found is None:
            return UNKNOWN_CARD
        member = found[0]
        if member.at_rest.standing is Standing.MERGING:
            return MERGE_FIRST
        if member.at_rest.standing is Standing.WITHDRAWN:
            return Withdrawn(_day_of(member), told=not member.at_rest.pending)
        until = vault.today() + timedelta(days=keep_days)
        # What the ledger side was last told of her has no use any more: in its place stands her day.
        left = replace(member.at_rest, standing=Standing.WITHDRAWN, pending=True)
        with vault.store.batch() as batch:
            put_members(vault, batch, [replace(member, at_rest=left, told=until.isoformat(), password=None)])
        if vault.journal is not None:
            facts, subject = {"until": until.isoformat()}, vault.journal.subject(member.row)
            vault.journal.append([Entry(EntryKind.WITHDRAWAL, vault.clock.now(), facts, subject)])
        try:
            finish_withdrawal(vault, member.row)
        except LedgerAway:
            return Withdrawn(until, told=False)
        return Withdrawn(until, told=True)


def finish_withdrawal(vault: Vault, row: bytes) -> None:
    """Tell the ledger side of a withdrawal that is noted.

    Raises:
        LedgerAway: it does not answer; the row stays pending.
    """
    with vault.store.reading() as batch:
        member = open_members(vault, batch, [row], standing=WITH_WITHDRAWN)[row]
    if member.link_token is not None:
        vault.ledger.withdraw(member.link_token)
    with vault.store.batch() as batch:
        batch.put_members([replace(member.at_rest, pending=False)])


def erase_withdrawn(vault: Vault) -> int:
    """Erase who has left and whose day has come; return how many."""
    after, count = b"", 0
    while True:
        with vault.writing:
            with vault.store.reading() as batch:
                rows = batch.withdrawn(after, _PAGE)
                members = open_members(vault, batch, rows, standing=frozenset({Standing.WITHDRAWN}))
            due = [member for member in members.values() if _day_of(member) <= vault.today()]
            for member in due:
                erase_row(vault, member)
        count += len(due)
        if len(rows) < _PAGE:
            return count
        after = rows[-1]


def erase_due(vault: Vault) -> int:
    """Do what a day brings: erase who has left and whose day has come, and drop what stands for nobody any more."""
    erased = erase_withdrawn(vault)
    with vault.writing, vault.store.batch() as batch:
        batch.remove_strays()
    vault.erasures.forget(vault.today())
    if vault.statutory is not None:
        vault.statutory.end_months(vault.today())
    forget_deleted(vault)
    return erased


def _day_of(member: Member) -> date:
    return date.fromisoformat(member.told or "")
