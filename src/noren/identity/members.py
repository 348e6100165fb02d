"""A member in clear, in memory, and her way to and from her sealed rows."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from noren.identity.model import PERSON_FIELDS, CardRow, Contact, Field, MemberRow, Person, Standing
from noren.identity.ports import VaultBatch
from noren.identity.sealed import open_field, open_fields, seal_field, seal_fields
from noren.identity.tables import CARD, MEMBER
from noren.identity.vault import Vault
from noren.kernel.ids import CardNumber, LinkToken
from noren.kernel.keyring import KeyRing


@dataclass(frozen=True, slots=True, repr=False)
class Member:
    """A member opened: her row, her key, her fields in clear, her cards still sealed.

    ``told`` is the text of the traits that the ledger side was last told; ``password`` an Argon2id hash.
    """

    at_rest: MemberRow
    key: KeyRing
    person: Person
    contact: Contact
    cards: tuple[CardRow, ...] = ()
    link_token: LinkToken | None = None
    told: str | None = None
    password: str | None = None

    @property
    def row(self) -> bytes:
        """Her random row in the vault."""
        return self.at_rest.row


def open_members(vault: Vault, batch: VaultBatch, rows: Iterable[bytes]) -> dict[bytes, Member]:
    """Open members that are here or being merged; unknown and merged ones are left out.

    Raises:
        KeyMissing: a member's key is gone.
        DoesNotOpen: a field was changed or moved.
    """
    found = {row: m for row, m in batch.members(rows).items() if m.standing is not Standing.MERGED}
    keys = vault.keys.open(found)
    contacts = vault.drawer.open(batch, keys)
    cards = batch.cards_of(found)
    return {row: _opened(m, keys[row], contacts.get(row, Contact()), cards.get(row, [])) for row, m in found.items()}


def _opened(at_rest: MemberRow, key: KeyRing, contact: Contact, cards: Sequence[CardRow]) -> Member:
    fields = open_fields(key, at_rest.sealed, table=MEMBER.name, row=at_rest.row)
    token, told, password = (fields.pop(name, None) for name in ("link_token", "told", "password"))
    return Member(
        at_rest, key, Person(**fields), contact, tuple(cards), _token(token) if token else None, told, password
    )


def _token(text: str) -> LinkToken:
    return LinkToken(base64.b64decode(text))


def at_rest(member: Member) -> MemberRow:
    """Seal a member whole: fresh nonces for every field, so that a change does not show which field it was."""
    person = {name: getattr(member.person, name) for name in PERSON_FIELDS}
    values = {**person, **_of_the_crossing(member), "password": member.password}
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


def mark(member: Member, *, pending: bool) -> Member:
    """Return the member with her pending mark set."""
    return replace(member, at_rest=replace(member.at_rest, pending=pending))


def seal_card(vault: Vault, card: CardNumber, member: Member, at: CardRow) -> CardRow:
    """Return the card's row with its number sealed under this member's key."""
    number = seal_field(member.key, card.reveal(), table=CARD.name, column="number", row=at.row)
    return replace(at, member=member.row, index=vault.indexes.card(card), number=number)


def open_card(member: Member, card: CardRow) -> CardNumber:
    """Return the number of one of a member's cards."""
    number = open_field(member.key, card.number, table=CARD.name, column="number", row=card.row)
    assert number is not None, "a card without a number"
    return CardNumber(number)
