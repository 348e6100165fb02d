"""Identifiers as types that say which side of the curtain they belong to.

A card number, member number, handle or link token prints nothing: a log line, a traceback
or an f-string can not carry one out of its room by accident. Reading the value is a
deliberate act (``.reveal()``), which a reviewer can search for.
"""

from __future__ import annotations

import re
from typing import Final, Generic, NoReturn, TypeVar

HANDLE_BYTES: Final = 16
LINK_TOKEN_BYTES: Final = 32

_CARD = re.compile(r"[0-9]{8,40}\Z", re.ASCII)
_MEMBER_NUMBER = re.compile(r"[0-9A-Za-z._-]{1,32}\Z", re.ASCII)

T = TypeVar("T")


class MalformedId(ValueError):
    """An identifier does not have the form that its kind prescribes."""


class Unprintable(Generic[T]):
    """A value that never prints, pickles or formats itself.

    ``reveal()`` returns it; nothing else does.
    """

    __slots__ = ("_value",)

    def __init__(self, value: T) -> None:
        self._value = value

    def reveal(self) -> T:
        """Return the bare value: say why at the place of the call."""
        return self._value

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    __str__ = __repr__

    def __format__(self, format_spec: str) -> str:
        return repr(self)

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} is not to be pickled")

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self._value == other._value  # type: ignore[attr-defined]

    def __hash__(self) -> int:
        return hash((type(self).__name__, self._value))


class CardNumber(Unprintable[str]):
    """The number on the plastic, 8-40 ASCII digits: kept sealed in the vault, in memory at the till."""

    __slots__ = ()

    def __init__(self, value: str) -> None:
        if not _CARD.match(value):
            raise MalformedId("a card number has 8 to 40 digits 0-9")
        super().__init__(value)


class MemberNumber(Unprintable[str]):
    """The operator's number of a person: vault only."""

    __slots__ = ()

    def __init__(self, value: str) -> None:
        if not _MEMBER_NUMBER.match(value):
            raise MalformedId("a member number has 1 to 32 of 0-9 A-Z a-z . _ -")
        super().__init__(value)


class Handle(Unprintable[bytes]):
    """Random 128 bits per member, made on the ledger side, which they never leave."""

    __slots__ = ()

    def __init__(self, value: bytes) -> None:
        if len(value) != HANDLE_BYTES:
            raise MalformedId("a handle has 16 bytes")
        super().__init__(value)


class LinkToken(Unprintable[bytes]):
    """The handle under the ledger side's link key: what crosses to the vault, opaque there."""

    __slots__ = ()

    def __init__(self, value: bytes) -> None:
        if len(value) != LINK_TOKEN_BYTES:
            raise MalformedId("a link token has 32 bytes")
        super().__init__(value)
