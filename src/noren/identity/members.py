"""A member in clear, in memory, with her cards, and her way to and from her sealed rows."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from noren.identity.cards_at_rest import Card, open_cards
from noren.identity.choices import Choices
from noren.identity.model import PERSON_FIELDS, Contact, Field, MemberRow, Person, Standing
from noren.identity.ports import VaultBatch
from noren.identity.sealed import open_fields, seal_fields
from noren.identity.sealed_choices import choices_from, texts_of
from noren.identity.seen import Seen, seen_from, text_of
from noren.identity.tables import MEMBER
from noren.identity.vault import Vault
from noren.kernel.ids import LinkToken
from noren.kernel.keyring import KeyRing


@dataclass(frozen=True, slots=True, repr=False)
class Member:
    """A member opened: her row, her key, her fields and her cards in clear.

    ``told`` is the text of the traits that the ledger side was last told; ``password`` an Argon2id hash.
    """

    at_rest: MemberRow
    key: KeyRing
    person: Person
    contact: Contact
    cards: tuple[Card, ...] = ()
    link_token: LinkToken | None = None
    told: str | None = None
    password: str | None = None
    choices: Choices = field(default_factory=Choices)
    seen: Seen = field(default_factory=Seen)

    @property
    def row(self) -> bytes:
        """Her random row in the vault."""
        return self.at_rest.row


LIVING: Final = frozenset({Standing.HERE, Standing.MERGING})
WITH_WITHDRAWN: Final = LIVING | {Standing.WITHDRAWN}


def open_members(
    vault: Vault, batch: VaultBatch, rows: Iterable[bytes], *, standing: frozenset[Standing] = LIVING
) -> dict[bytes, Member]:
    """Open members that are here or being merged; unknown, merged and erased ones are left out, and who has left.

    Raises:
        KeyMissing: a member's key is gone.
        DoesNotOpen: a field was changed or moved, or a card is missing.
    """
    found = {row: m for row, m in batch.members(rows).items() if m.standing in standing}
    keys = vault.keys.open(found)
    contacts = vault.drawer.open(batch, keys)
    fields = {row: open_fields(keys[row], m.sealed, table=MEMBER.name, row=row) for row, m in found.items()}
    cards = open_cards(batch, {row: (keys[row], int(mine["cards"] or 0)) for row, mine in fields.items()})
    return {
        row: _opened(m, keys[row], fields[row], contacts.get(row, Contact()), cards[row]) for row, m in found.items()
    }


def _opened(
    at_rest: MemberRow, key: KeyRing, fields: Mapping[str, Field], contact: Contact, cards: tuple[Card, ...]
) -> Member:
    person = Person(**{name: fields[name] for name in PERSON_FIELDS})
    token = fields["link_token"]
    return Member(
        at_rest, key, person, contact, cards, _token(token) if token else None, fields["told"], fields["password"],
        choices_from(fields), seen_from(fields.get("seen")),
    )  # fmt: skip


def _token(text: str) -> LinkToken:
    return LinkToken(base64.b64decode(text))


def at_rest(member: Member) -> MemberRow:
    """Seal a member whole: fresh nonces for every field, so that a change does not show which field it was."""
    person = {name: getattr(member.person, name) for name in PERSON_FIELDS}
    kept = {"password": member.password, "cards": str(len(member.cards)), "seen": text_of(member.seen)}
    rest = {**kept, **texts_of(member.choices)}
    values = {**person, **_of_the_crossing(member), **rest}
    return replace(member.at_rest, sealed=seal_fields(member.key, values, table=MEMBER.name, row=member.row))


def settled(member: Member) -> MemberRow:
    """Return her row with what the crossing changed sealed anew, the rest as it lies."""
    fresh = seal_fields(member.key, _of_the_crossing(member), table=MEMBER.name, row=member.row)
    return replace(member.at_rest, sealed={**member.at_rest.sealed, **fresh})


def _of_the_crossing(member: Member) -> dict[str, Field]:
    token = member.link_token
    return {"link_token": base64.b64encode(token.reveal()).decode() if token else None, "told": member.told}


def put_members(vault: Vault, batch: VaultBatch, members: Sequence[Member]) -> None:
    """Write members with their contacts; cards are written by themselves."""
    batch.put_members([at_rest(member) for member in members])
    vault.drawer.put(batch, {m.row: m.contact for m in members}, {m.row: m.key for m in members})


def heard(vault: Vault, member: Member) -> Member:
    """Return the member as heard of today."""
    return replace(member, seen=member.seen.heard(vault.today()))


def mark(member: Member, *, pending: bool) -> Member:
    """Return the member with her pending mark set."""
    return replace(member, at_rest=replace(member.at_rest, pending=pending))
