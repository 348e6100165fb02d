"""Correcting one member's registration (art. 34): the field is exchanged, the old value is in no file of the store.

The ledger side hears of it only where a coarse trait changed, as at an import.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from noren.governance.ports import Entry, EntryKind
from noren.identity.checks import check_application
from noren.identity.crossing import needs_telling, tell_members
from noren.identity.erasing import forget_deleted
from noren.identity.errors import LedgerAway
from noren.identity.members import Member, heard, mark, put_members
from noren.identity.model import CONTACT_FIELDS, PERSON_FIELDS, Application, Field, Refused, Standing
from noren.identity.requests import find_member
from noren.identity.vault import Vault
from noren.kernel.ids import CardNumber
from noren.kernel.say import Say

CORRECTABLE: Final = tuple(
    name for name in (*PERSON_FIELDS, *CONTACT_FIELDS) if name not in ("member_number", "email_ok", "post_ok")
)
"""What can be corrected. A number is reissued, and what she agreed to is a choice with its evidence."""

BY_HER_OWN_HAND: Final = frozenset(CONTACT_FIELDS)
"""What she corrects on her own page. Name, birth and the like are asked for, and looked at by somebody."""

NOT_THAT: Final = Refused(
    Say(
        f"訂正できる項目は {'・'.join(CORRECTABLE)} です。",
        f"What can be corrected: {', '.join(CORRECTABLE)}.",
    )
)
LEFT_ALREADY: Final = Refused(
    Say("退会した会員の登録は訂正できません。", "The registration of who has left is not corrected.")
)


@dataclass(frozen=True, slots=True)
class Corrected:
    """What changed, by the names of fields. ``told``: whether the ledger side knows, where it has to."""

    fields: tuple[str, ...]
    told: bool = True


def correct(vault: Vault, *, who: CardNumber | bytes, values: Mapping[str, str], by: str) -> Corrected | Refused:
    """Correct fields of a member, all or none; an empty value takes a field out."""
    if not values or not set(values) <= set(CORRECTABLE):
        return NOT_THAT
    with vault.writing:
        with vault.store.batch() as batch:
            member = find_member(vault, batch, who)
            if isinstance(member, Refused):
                return member
            if member.at_rest.standing is not Standing.HERE:
                return LEFT_ALREADY
            checked = _checked(vault, member, values)
            if isinstance(checked, Refused):
                return checked
            changed = tuple(name for name, value in checked.items() if value != _value(member, name))
            if not changed:
                return Corrected(())
            after = _given(member, checked)
            untold = needs_telling(vault, after, card_added=False)
            after = heard(vault, mark(after, pending=untold))
            put_members(vault, batch, [after])
        _note(vault, member, changed, by)
        forget_deleted(vault)
        return Corrected(changed, _told(vault, after) if untold else True)


def _checked(vault: Vault, member: Member, values: Mapping[str, str]) -> dict[str, Field] | Refused:
    row = {"member_number": member.person.member_number, **{name: value.strip() for name, value in values.items()}}
    found, _ = check_application(row, today=vault.today())
    return dict(found.given) if isinstance(found, Application) else found


def _value(member: Member, name: str) -> Field:
    return getattr(member.contact if name in CONTACT_FIELDS else member.person, name)


def _given(member: Member, given: Mapping[str, Field]) -> Member:
    contact = {name: value for name, value in given.items() if name in CONTACT_FIELDS}
    person = {name: value for name, value in given.items() if name not in CONTACT_FIELDS}
    return replace(member, person=replace(member.person, **person), contact=replace(member.contact, **contact))


def _note(vault: Vault, member: Member, changed: tuple[str, ...], by: str) -> None:
    if vault.journal is not None:
        facts = {"fields": " ".join(changed), "by": by}
        entry = Entry(EntryKind.CORRECTION, vault.clock.now(), facts, vault.journal.subject(member.row))
        vault.journal.append([entry])


def _told(vault: Vault, member: Member) -> bool:
    try:
        return member.row not in tell_members(vault, [member])
    except LedgerAway:
        return False
