"""What the vault needs of the world: its store, the member keys, the drawer, and the ledger side across the wall."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableSequence, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from noren.identity.choices import Choices, Stop
from noren.identity.model import (
    CardRow,
    CardState,
    Contact,
    ContactRow,
    Finding,
    MemberRow,
    Refused,
    RequestRow,
    Summary,
)
from noren.identity.traits import Traits
from noren.kernel.ids import CardNumber, LinkToken
from noren.kernel.keyring import KeyRing


class VaultBatch(Protocol):
    """One transaction over the vault's rows, all sealed. Commits at the end of ``with``."""

    def members(self, rows: Iterable[bytes]) -> dict[bytes, MemberRow]:
        """Return members by row."""
        ...

    def members_by_number(self, indexes: Iterable[bytes]) -> dict[bytes, MemberRow]:
        """Return the known members among keyed indexes of member numbers."""
        ...

    def member_by_link(self, index: bytes) -> MemberRow | None:
        """Return the member with this keyed index of a link token."""
        ...

    def cards(self, indexes: Iterable[bytes]) -> dict[bytes, CardRow]:
        """Return the known cards among keyed indexes."""
        ...

    def cards_at(self, rows: Iterable[bytes]) -> dict[bytes, CardRow]:
        """Return the known cards by row."""
        ...

    def pending(self, after: bytes, limit: int) -> list[bytes]:
        """Return the next rows of members of whom the ledger side must be told, in the order of their rows."""
        ...

    def contacts(self, members: Iterable[bytes]) -> dict[bytes, ContactRow]:
        """Return the sealed contacts of members: the drawer opens them."""
        ...

    def put_members(self, members: Sequence[MemberRow]) -> None:
        """Write members whole, new or known."""
        ...

    def settle(self, members: Sequence[MemberRow]) -> None:
        """Write of known members what the crossing changes: pending, link index, link token, what was told."""
        ...

    def remove_members(self, rows: Sequence[bytes]) -> None:
        """Remove members' rows."""
        ...

    def remove_strays(self) -> int:
        """Remove the marks of merged members whose other member is gone; return how many."""
        ...

    def withdrawn(self, after: bytes, limit: int) -> list[bytes]:
        """Return the next rows of members who have left, in the order of their rows."""
        ...

    def put_cards(self, cards: Sequence[CardRow]) -> None:
        """Write cards whole, new or known."""
        ...

    def remove_cards(self, rows: Iterable[bytes]) -> None:
        """Remove cards from their rows."""
        ...

    def count_inactive(self, change: int) -> None:
        """Add to the programme's number of cards that are lost or blocked."""
        ...

    def looked(self) -> tuple[int, int]:
        """Return the month of the last look for dormant members, and the day from which on days are kept (0: none)."""
        ...

    def note_looked(self, month: int, heard_since: int) -> None:
        """Note a look for dormant members."""
        ...

    def put_contacts(self, contacts: Sequence[ContactRow]) -> None:
        """Write contacts whole, new or known."""
        ...

    def remove_contacts(self, members: Sequence[bytes]) -> None:
        """Remove the contacts of members."""
        ...

    def requests_of(self, members: Iterable[bytes]) -> list[RequestRow]:
        """Return the requests of members."""
        ...

    def open_requests(self, limit: int) -> list[RequestRow]:
        """Return requests that are open."""
        ...

    def requests_named(self, name: str, size: int) -> list[RequestRow]:
        """Return the requests whose rows begin with the ``size`` bytes that a name spells in base32."""
        ...

    def put_requests(self, requests: Sequence[RequestRow]) -> None:
        """Write requests whole, new or known."""
        ...

    def remove_requests(self, members: Sequence[bytes]) -> None:
        """Remove the requests of members."""
        ...

    def count_request(self, year: int, kind: str, word: str) -> None:
        """Count one request more."""
        ...

    def request_counts(self, year: int) -> dict[tuple[str, str], int]:
        """Return a year's counts by kind and word."""
        ...

    def all_rows(self, after: bytes, limit: int) -> list[bytes]:
        """Return the next rows of members in the order of their random rows: for audits and rotations only."""
        ...

    def all_cards(self, after: bytes, limit: int) -> list[CardRow]:
        """Return the next cards in the order of their random rows: for rotations only."""
        ...

    def summary(self) -> Summary:
        """Return the sizes of the vault."""
        ...


class VaultStore(Protocol):
    """The vault's store."""

    def batch(self) -> AbstractContextManager[VaultBatch]:
        """Open the one writing transaction; leaving it normally commits durably, an exception rolls it back."""
        ...

    def reading(self) -> AbstractContextManager[VaultBatch]:
        """Open a transaction that only reads; it does not wait for the writing one."""
        ...

    def audit(self) -> list[Finding]:
        """Return what the engine itself finds wrong with the file."""
        ...

    def lay_anew(self) -> None:
        """Forget in which order rows came; nothing to do when none came since.

        Raises:
            StoreUnusable: the file is held; try again later.
        """
        ...

    def forget_deleted(self) -> None:
        """Let no byte of what was deleted stand in any file of the store.

        Raises:
            StoreUnusable: the file is held; try again later.
        """
        ...

    def close(self) -> None:
        """Fold the write-ahead log into the file and close."""
        ...


class MemberKeys(Protocol):
    """The member-key store: one key per member; when it goes, her fields go."""

    def fresh(self) -> KeyRing:
        """Return a new member's key, not yet kept."""
        ...

    def keep(self, keys: Mapping[bytes, KeyRing]) -> None:
        """Keep the keys of new members; durable on return. Done before their rows: a crash leaves a key too many."""
        ...

    def open(self, rows: Iterable[bytes]) -> dict[bytes, KeyRing]:
        """Return the keys of members.

        Raises:
            KeyMissing: a member has no key.
        """
        ...

    def destroy(self, rows: Sequence[bytes]) -> None:
        """Destroy keys; gone from the file on return."""
        ...

    def names(self) -> Iterator[bytes]:
        """Yield the rows that have a key, ascending."""
        ...

    def rewrap(self, after: bytes, limit: int) -> Stretch:
        """Wrap the next keys under the current key where they are wrapped under an older one; durable on return."""
        ...

    def mend(self) -> int:
        """Fill from a custodian what is missing; return how many keys came."""
        ...

    def snapshot(self, now: datetime, *, anew: bool = False) -> bool:
        """Take the hour's snapshot where it is due; ``anew``: in any case, and let no older one be."""
        ...

    def lay_anew(self) -> None:
        """Forget in which order keys came; as ``VaultStore``."""
        ...

    def close(self) -> None:
        """Fold the write-ahead log into the file and close."""
        ...


class ContactDrawer(Protocol):
    """The drawer: the only way to a member's address, phone and e-mail."""

    def open(self, batch: VaultBatch, keys: Mapping[bytes, KeyRing]) -> dict[bytes, Contact]:
        """Return the contacts of the members whose keys are given."""
        ...

    def put(self, batch: VaultBatch, contacts: Mapping[bytes, Contact], keys: Mapping[bytes, KeyRing]) -> None:
        """Write contacts whole, new or known."""
        ...


@dataclass(frozen=True, slots=True, repr=False)
class Introduction:
    """What the ledger side is told at enrolment: card numbers, in memory only there, and coarse traits."""

    cards: tuple[CardNumber, ...]
    traits: Traits


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a rotation's work: where it ended (empty: at the end), rows seen, and how many of them moved."""

    after: bytes
    seen: int
    moved: int


@dataclass(frozen=True, slots=True, repr=False)
class Provided:
    """The ledger side's tag for records of provision of somebody erased, and the month (``YYYY-MM``) that ends it."""

    tag: bytes
    month: str


@dataclass(frozen=True, slots=True, repr=False)
class Recalled:
    """What the ledger side knows of a member. ``cards``: what each card that was asked about may do; None: unknown.

    ``state`` ``unknown``: there is no such member (any more); ``left``: her membership has ended.
    """

    state: Literal["here", "left", "unknown"]
    stops: tuple[Stop, ...] = ()
    points_only: bool = False
    keep_months: int = 0
    cards: tuple[CardState | None, ...] = ()


class LedgerSide(Protocol):
    """The crossing: the few things the vault may ask of the ledger side. Each may raise ``LedgerAway``."""

    def enrol(self, introductions: Sequence[Introduction]) -> Sequence[LinkToken | None]:
        """Introduce members; return a link token each, or None where their cards are known as two members'.

        Idempotent: cards already known bring the same token; missing cards are added, traits replaced.
        """
        ...

    def set_card(self, card: CardNumber, state: CardState) -> None:
        """Say what a card may do from now on."""
        ...

    def merge(self, source: LinkToken, target: LinkToken) -> Refused | None:
        """Give cards, points and purchases of one member to another; None when it is done (also when it was before)."""
        ...

    def erase(self, token: LinkToken) -> Sequence[Provided]:
        """Erase a member; also when she was erased before. Return what leads to her records of provision."""
        ...

    def withdraw(self, token: LinkToken) -> None:
        """End a membership: points lapse, cards and coupons end; also when it was ended before."""
        ...

    def set_choices(self, rows: Sequence[tuple[LinkToken, Choices]]) -> None:
        """Say of members what ``Choices.crosses``: all of it, so that an earlier stop that is not named is lifted."""
        ...

    def points_only(self, token: LinkToken) -> bool:
        """Return whether a member is in points-only mode."""
        ...

    def recall(self, rows: Sequence[tuple[LinkToken, Sequence[CardNumber]]]) -> Sequence[Recalled]:
        """Say back what was told of members, each with some cards of hers: for a vault that was restored."""
        ...

    def dormant(self, tokens: Sequence[LinkToken]) -> Sequence[bool]:
        """Say of members whether nothing was bought for the term and no points are left: yes or no, no day."""
        ...

    def renew_tokens(self, tokens: Sequence[LinkToken]) -> Sequence[LinkToken]:
        """Return the token of now for each link token: the same one where the link key has not rotated."""
        ...

    def reindex(self, cards: Sequence[CardNumber]) -> int:
        """Show cards, in memory there, to be indexed under the current key; return how many were under an older one."""
        ...


class Chance(Protocol):
    """Randomness, passed in from the wiring: ``secrets`` there, a seeded one in tests of order."""

    def row(self) -> bytes:
        """Return a fresh random 16-byte row."""
        ...

    def shuffle(self, items: MutableSequence[Any]) -> None:
        """Put the items in a random order."""
        ...
