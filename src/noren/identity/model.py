"""Values of the vault: the member in clear (in memory only) and her sealed rows (at rest).

Everything in clear prints nothing: ``repr`` shows the type alone. Every field is text or
None (unknown), so that sealing, comparing and padding need no case of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, Literal

from noren.kernel.ids import CardNumber, MemberNumber
from noren.kernel.say import Say

MAX_ROWS_PER_CALL: Final = 2_000
MAX_CARDS_PER_MEMBER: Final = 50

Field = str | None
PERSON_FIELDS: Final = (
    "member_number",
    "family_name",
    "given_name",
    "family_kana",
    "given_kana",
    "birth_date",
    "sex",
    "since",
    "email_ok",
    "post_ok",
)
CONTACT_FIELDS: Final = ("postal_code", "prefecture", "city", "street", "phone", "email")


class CardState(IntEnum):
    """What a card may do; the words are those of the glossary."""

    ACTIVE = 1
    LOST = 2
    BLOCKED = 3


class Standing(IntEnum):
    """Where a member's row stands. ``MERGED`` keeps only where its cards went, so that an old import finds it.

    ``ERASING``: all that she was is destroyed; the row waits until the ledger side has heard of it. ``WITHDRAWN``:
    she has left, and is erased on the day that she was told.
    """

    HERE = 1
    MERGING = 2
    MERGED = 3
    ERASING = 4
    WITHDRAWN = 5


@dataclass(frozen=True, slots=True)
class Refused:
    """An operation was refused; ``reason`` says what, why and how to fix it, and holds no personal value."""

    reason: Say


Outcome = Literal["added", "changed", "same"] | Refused


@dataclass(frozen=True, slots=True, repr=False)
class Person:
    """Who a member is. Dates are ISO text, consents ``yes`` or ``no``."""

    member_number: Field = None
    family_name: Field = None
    given_name: Field = None
    family_kana: Field = None
    given_kana: Field = None
    birth_date: Field = None
    sex: Field = None
    since: Field = None
    email_ok: Field = None
    post_ok: Field = None


@dataclass(frozen=True, slots=True, repr=False)
class Contact:
    """How a member is reached: what lies in the drawer."""

    postal_code: Field = None
    prefecture: Field = None
    city: Field = None
    street: Field = None
    phone: Field = None
    email: Field = None


@dataclass(frozen=True, slots=True, repr=False)
class Application:
    """One checked row of an enrolment. ``given`` holds the fields that the row names; others stay as they are."""

    number: MemberNumber
    card: CardNumber | None
    given: Mapping[str, Field]


@dataclass(frozen=True, slots=True)
class CardRow:
    """A card at rest: ``member``, whose it is, sealed under the vault's key, ``number`` and ``state`` under hers."""

    row: bytes = field(repr=False)
    index: bytes = field(repr=False)
    member: bytes = field(repr=False)
    number: bytes = field(repr=False)
    state: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member at rest: ``sealed`` by column. ``pending``: the ledger side must still be told of something."""

    row: bytes = field(repr=False)
    number_index: bytes = field(repr=False)
    standing: Standing
    pending: bool
    merged_into: bytes | None = field(repr=False)
    link_index: bytes | None = field(repr=False)
    sealed: Mapping[str, bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A member's contact at rest: ``sealed`` by column."""

    member: bytes = field(repr=False)
    sealed: Mapping[str, bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A member's request at rest: whose it is and whether it is open; the rest sealed under her key."""

    row: bytes = field(repr=False)
    member: bytes = field(repr=False)
    is_open: bool
    sealed: Mapping[str, bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of the vault: no more than sizes."""

    members: int
    cards: int
    active_cards: int
    pending: int


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that an audit of the vault found wrong."""

    what: Say
