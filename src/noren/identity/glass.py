"""A member's record shown through broken glass: her own log says so before a field of it is read out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from noren.governance.ports import Entry, EntryKind
from noren.governance.staff import Action, Circumstances, Role, refusing
from noren.identity.disclosing import registration
from noren.identity.model import Refused
from noren.identity.requests import find_member
from noren.identity.vault import Vault
from noren.kernel.ids import CardNumber
from noren.kernel.say import Say

NOT_SO = Refused(
    Say(
        "緊急の開示の条件(ほかの二人の承認・記録・15分)がそろっていません(規則 glass-is-broken-by-two)。",
        "Two others' approval, the record and the 15 minutes are not all there (rule glass-is-broken-by-two).",
    )
)


@dataclass(frozen=True, slots=True)
class Word:
    """What the desk says of glass that is broken now. ``roles``: those that she has now."""

    number: int
    by: str
    roles: frozenset[Role]
    why: str
    approvals: int
    until: datetime


def look_through(vault: Vault, *, card: CardNumber, word: Word) -> dict[str, Any] | Refused:
    """Show a member's registration and contact, never more; the member sees who looked, and why."""
    loud = vault.journal is not None
    asked = Circumstances(approvals=word.approvals, loud=loud)
    barred = refusing(word.roles, Action.BREAK_GLASS, "member-record", asked) is not None
    if vault.journal is None or barred or vault.clock.now() >= word.until:
        return NOT_SO
    with vault.store.reading() as batch:
        member = find_member(vault, batch, card)
    if isinstance(member, Refused):
        return member
    facts = {"by": word.by, "number": word.number, "why": word.why}
    vault.journal.append([Entry(EntryKind.BREAK_GLASS, vault.clock.now(), facts, vault.journal.subject(member.row))])
    return registration(member)
