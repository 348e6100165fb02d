"""Sealing of single fields under a member's own key, padded so that not even a length tells a trait.

Unpadded, the length of a sealed ``male`` differs from that of ``female``, and an absent phone
would show. So an unknown value is sealed like any other, and plain texts grow to whole buckets.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from noren.identity.model import CardRow, Field
from noren.kernel.ids import CardNumber, LinkToken, MemberNumber
from noren.kernel.keyring import KeyRing
from noren.kernel.marks import mark, marks, turn, version_of
from noren.kernel.sealing import Place, seal, unseal

STORE: Final = "vault"
BUCKET_BYTES: Final = 32
# Columns whose presence would tell (signed up on the web, told to the ledger side) have one size for both cases.
BUCKETS: Final = {
    "link_token": 96,
    "password": 160,
    "told": 256,
    "choices": 256,
    "chosen": 256,
    "street": 128,
    "email": 64,
    "number": 64,
    "body": 320,
    "said": 512,
    "reason": 512,
}
_LENGTH: Final = 2
MAX_FIELD_BYTES: Final = 4_096


def seal_field(ring: KeyRing, value: Field, *, table: str, column: str, row: bytes) -> bytes:
    """Seal one field for its place; None is sealed too."""
    return seal(ring, _padded(value, BUCKETS.get(column, BUCKET_BYTES)), Place(STORE, table, column, row))


def open_field(ring: KeyRing, sealed: bytes, *, table: str, column: str, row: bytes) -> Field:
    """Open one field.

    Raises:
        DoesNotOpen: wrong key, wrong place or changed bytes.
    """
    padded = unseal(ring, sealed, Place(STORE, table, column, row))
    length = int.from_bytes(padded[:_LENGTH], "big")
    return None if length == 0 else padded[_LENGTH : _LENGTH + length - 1].decode()


def seal_fields(ring: KeyRing, values: Mapping[str, Field], *, table: str, row: bytes) -> dict[str, bytes]:
    """Seal several fields of one row."""
    return {column: seal_field(ring, value, table=table, column=column, row=row) for column, value in values.items()}


def open_fields(ring: KeyRing, sealed: Mapping[str, bytes], *, table: str, row: bytes) -> dict[str, Field]:
    """Open several fields of one row."""
    return {column: open_field(ring, value, table=table, column=column, row=row) for column, value in sealed.items()}


def _padded(value: Field, bucket: int) -> bytes:
    text = b"" if value is None else value.encode()
    assert len(text) <= MAX_FIELD_BYTES, "a field is longer than the checks allow"
    body = (0 if value is None else len(text) + 1).to_bytes(_LENGTH, "big") + text
    return body + bytes(-len(body) % bucket)


class Indexes:
    """Keyed indexes of member numbers, cards and link tokens: the only way to find a member."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring

    def member_number(self, number: MemberNumber) -> bytes:
        """Return the index under which a new row is stored."""
        return mark(self._ring, b"member-number", number.reveal().encode())

    def member_numbers(self, number: MemberNumber) -> list[bytes]:
        """Return the indexes under which a number may stand: one per live version of the key."""
        return marks(self._ring, b"member-number", number.reveal().encode())

    def card(self, card: CardNumber) -> bytes:
        """Return the index under which a new card is stored."""
        return mark(self._ring, b"card", card.reveal().encode())

    def cards(self, card: CardNumber) -> list[bytes]:
        """Return the indexes under which a card may stand."""
        return marks(self._ring, b"card", card.reveal().encode())

    def link_token(self, token: LinkToken) -> bytes:
        """Return the index of a link token: how the press finds a member."""
        return mark(self._ring, b"link-token", token.reveal())

    def no_link_token(self, row: bytes) -> bytes:
        """Return what stands there for who has none: an empty column would show that she has no card."""
        return mark(self._ring, b"no-link-token", row)

    def no_number(self, row: bytes) -> bytes:
        """Return what stands in place of the member number's index where nobody is to be found by it any more."""
        return mark(self._ring, b"no-member-number", row)

    def now(self, stored: bytes) -> bytes:
        """Return a stored index under the current key, without what it stands for."""
        return turn(self._ring, stored)


class Owners:
    """Whose a card is, sealed for the card's row under a key of the vault: the way from a card to its member."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring

    def seal(self, card: bytes, member: bytes) -> bytes:
        """Seal a member's row for a card's row."""
        return seal(self._ring, member, Place(STORE, "card", "member", card))

    def now(self, card: CardRow) -> bytes:
        """Return whose a card is, sealed under the current key; as it lies where it is so already."""
        return card.member if version_of(card.member) == self._ring.current else self.seal(card.row, self.open(card))

    def seal_token(self, member: bytes, token: bytes) -> bytes:
        """Seal the link token of a member whose own key dies, until the ledger side has heard of it."""
        return seal(self._ring, token, Place(STORE, "member", "erasing", member))

    def unseal_token(self, member: bytes, sealed: bytes) -> bytes:
        """Return what :meth:`seal_token` sealed."""
        return unseal(self._ring, sealed, Place(STORE, "member", "erasing", member))

    def open(self, card: CardRow) -> bytes:
        """Return the row of the member whose card this is.

        Raises:
            DoesNotOpen: wrong key, wrong place or changed bytes.
        """
        return self.member_of(card.row, card.member)

    def member_of(self, card: bytes, sealed: bytes) -> bytes:
        """Return the member's row that :meth:`seal` sealed for a card's row."""
        return unseal(self._ring, sealed, Place(STORE, "card", "member", card))
