"""What others need of governance, as protocols: a journal to write acts into. ``noren.governance.log`` fills it.

Whoever does something that the log must tell writes the entry before it says that the thing is done. Each side
has a log of its own, and an act of a member's stands in one of them only: two entries of one act would join the
sides by their places. A log of a member's side keeps the day of an entry and no finer time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from noren.governance.entry_kinds import SAYS, EntryKind

__all__ = ["MAX_FACTS", "MAX_FACT_BYTES", "SAYS", "SUBJECT_BYTES", "Entry", "EntryKind", "Fact", "Journal"]

SUBJECT_BYTES: Final = 16
MAX_FACTS: Final = 32
MAX_FACT_BYTES: Final = 500

Fact = str | int | bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One act. ``subject``: the tag of the member whom it concerns, made by the log of that side, or None.

    ``body``: short facts (codes, versions, counts, hashes) without personal data of a member: never her name,
    a number of hers or of a card, a handle, a contact. ``at``: aware; the log keeps of it what its side may keep.
    """

    kind: EntryKind
    at: datetime
    body: Mapping[str, Fact] = field(default_factory=dict[str, Fact])
    subject: bytes | None = None

    def __post_init__(self) -> None:
        assert self.at.tzinfo is not None, "an entry's instant is aware"
        assert self.subject is None or len(self.subject) == SUBJECT_BYTES, "a subject is a tag"
        assert len(self.body) <= MAX_FACTS, "an entry has few facts"
        for name, fact in self.body.items():
            assert name.isascii(), "a fact's name is a word"
            assert name.isidentifier(), "a fact's name is a word"
            assert not isinstance(fact, str) or len(fact.encode()) <= MAX_FACT_BYTES, f"the fact {name} is short"


class Journal(Protocol):
    """Where acts are written down."""

    def append(self, entries: Sequence[Entry]) -> Sequence[int]:
        """Write entries in their order; return their places. What it returned is on the disk and can not be undone."""
        ...

    def subject(self, member: bytes) -> bytes:
        """Return the tag under which this side writes a member, from the side's own id of her."""
        ...

    def forget_member(self, member: bytes, *, reason: str) -> int:
        """Destroy the records of all entries that concern a member; their commitments stay. Return how many."""
        ...
