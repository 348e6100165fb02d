"""A member's cards at rest: without a key their rows show neither whose they are, nor how many she has, nor a state.

A card lies in one of her places, the first, the second and so on. The row of a place is computed from her own key: to
anybody without it the rows of one member are as unlike as any. Her own row says, sealed, how many she has.
The way back, from a card to its member, is sealed under the vault's key. All has one length, whatever it says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from noren.identity.model import CardRow, CardState
from noren.identity.ports import VaultBatch
from noren.identity.sealed import open_field, seal_field
from noren.identity.tables import CARD
from noren.identity.vault import ROW_BYTES, Vault
from noren.kernel.ids import CardNumber
from noren.kernel.keyring import KeyRing, keyed_index
from noren.kernel.sealing import DoesNotOpen

_PLACE_BYTES: Final = 2


@dataclass(frozen=True, slots=True, repr=False)
class Card:
    """A card opened."""

    at_rest: CardRow
    number: CardNumber
    state: CardState

    @property
    def row(self) -> bytes:
        """Its row in the vault."""
        return self.at_rest.row


def seal_card(
    vault: Vault, number: CardNumber, *, member: bytes, key: KeyRing, place: int, state: CardState = CardState.ACTIVE
) -> Card:
    """Return a card for a place of a member where none lies yet."""
    row = row_of(key, place)
    sealed = seal_field(key, number.reveal(), table=CARD.name, column="number", row=row)
    at_rest = CardRow(row, vault.indexes.card(number), vault.owners.seal(row, member), sealed, _state(key, row, state))
    return Card(at_rest, number, state)


def with_state(card: Card, key: KeyRing, state: CardState) -> Card:
    """Return a card of the member with this key in another state."""
    return replace(card, at_rest=replace(card.at_rest, state=_state(key, card.row, state)), state=state)


def open_cards(batch: VaultBatch, counts: Mapping[bytes, tuple[KeyRing, int]]) -> dict[bytes, tuple[Card, ...]]:
    """Return the cards of members, given by row her key and how many she has, in the order of their places.

    Raises:
        DoesNotOpen: a card's row is missing or was changed.
    """
    rows = {member: [row_of(key, place) for place in range(count)] for member, (key, count) in counts.items()}
    found = batch.cards_at(row for mine in rows.values() for row in mine)
    return {member: _opened(counts[member][0], mine, found) for member, mine in rows.items()}


def row_of(key: KeyRing, place: int) -> bytes:
    """Return the row of one of a member's places."""
    return keyed_index(key.key(), b"card", place.to_bytes(_PLACE_BYTES, "big"))[:ROW_BYTES]


def _opened(key: KeyRing, rows: Sequence[bytes], found: Mapping[bytes, CardRow]) -> tuple[Card, ...]:
    if any(row not in found for row in rows):
        raise DoesNotOpen("a member's card is missing from the vault")
    return tuple(_open(key, found[row]) for row in rows)


def _open(key: KeyRing, at_rest: CardRow) -> Card:
    number = open_field(key, at_rest.number, table=CARD.name, column="number", row=at_rest.row)
    state = open_field(key, at_rest.state, table=CARD.name, column="state", row=at_rest.row)
    assert number is not None, "a card without a number"
    assert state is not None, "a card without a state"
    return Card(at_rest, CardNumber(number), CardState(int(state)))


def _state(key: KeyRing, row: bytes, state: CardState) -> bytes:
    return seal_field(key, str(int(state)), table=CARD.name, column="state", row=row)
