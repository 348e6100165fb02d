"""Audiences as they are saved: who may be reached, for what, by whom decided. Frozen values and their rules.

An audience holds a condition and guards, never a member. A changed condition or guard makes a new version.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

SMALLEST: Final = 50
"""The least number of people that an audience may have, unless more is asked for."""

NAME: Final = re.compile(r"\A[a-z0-9][a-z0-9-]{0,63}\Z")
CODE: Final = re.compile(r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,31}\Z")
PROGRAMME: Final = "programme"
"""The recipient that is the programme's operator itself."""


class Channel(StrEnum):
    """How an audience is reached."""

    TILL = "till"
    EMAIL = "email"
    POST = "post"


class State(StrEnum):
    """Where a version stands. A draft may be counted and not used; an expired one neither."""

    DRAFT = "draft"
    APPROVED = "approved"
    REPLACED = "replaced"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Guards:
    """What an audience may be used for. ``expires``: its last day. ``with_young``: under-16s are not left out."""

    purpose: str
    recipient: str
    channel: Channel
    expires: date
    minimum: int = SMALLEST
    with_young: bool = False

    def __post_init__(self) -> None:
        assert self.minimum >= 1, "a minimum size is at least 1"


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an audience. ``condition``: canonical JSON. ``sensitive``, ``foreign``: what its review found."""

    name: str
    number: int
    condition: bytes
    guards: Guards
    author: str
    saved_on: date
    sensitive: bool = False
    foreign: bool = False
    approver: str | None = None
    approved_on: date | None = None

    def same_as(self, other: Version) -> bool:
        """Return whether another version says the same, whoever wrote it."""
        return (self.condition, self.guards) == (other.condition, other.guards)

    def state(self, today: date, newest: int) -> State:
        """Return where it stands on a day, ``newest`` being the number of the audience's newest version."""
        if self.number < newest:
            return State.REPLACED
        if today > self.guards.expires:
            return State.EXPIRED
        return State.APPROVED if self.approver is not None else State.DRAFT


@dataclass(frozen=True, slots=True)
class Commitment:
    """That a version meant this very set on a day: a salted root, from which nothing of the set can be told."""

    name: str
    number: int
    day: date
    root: bytes


@dataclass(frozen=True, slots=True, repr=False)
class Opened:
    """What tells whether a member was in a committed audience: for her own document alone. ``day``: as of which."""

    purpose: str
    recipient: str
    day: date
    salt: bytes
    leaves: bytes


@dataclass(frozen=True, slots=True)
class Asked:
    """What a set is made of: a condition, and of the guards all that changes who is in it."""

    condition: bytes
    purpose: str
    recipient: str
    channel: Channel
    with_young: bool = False

    @classmethod
    def of(cls, version: Version, channel: Channel | None = None) -> Asked:
        """Return what a version asks, perhaps by another channel."""
        guards = version.guards
        return cls(version.condition, guards.purpose, guards.recipient, channel or guards.channel, guards.with_young)

    @property
    def parts(self) -> tuple[bytes, ...]:
        """What tells it from others; a name is no part of it."""
        texts = (self.purpose, self.recipient, self.channel.value, "young" if self.with_young else "")
        return (self.condition, *(text.encode() for text in texts))


@dataclass(frozen=True, slots=True)
class Question:
    """What a private figure is of: a set, or what two sets have in common."""

    of: tuple[Asked, ...]

    def __post_init__(self) -> None:
        assert len(self.of) in (1, 2), "a figure is of one set or of two"

    @property
    def digest(self) -> bytes:
        """What stands for the question in the pair (question, day): equal texts and guards, never equal sets."""
        hashed = hashlib.sha256(b"noren.audience.question.1")
        for parts in sorted(asked.parts for asked in self.of):
            for part in (b"", *parts):
                hashed.update(len(part).to_bytes(8))
                hashed.update(part)
        return hashed.digest()
