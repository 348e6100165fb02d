"""A journal in memory: fills the port for tests of those who write into the log."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from noren.governance.ports import SUBJECT_BYTES, Entry


class MemoryJournal:
    """Keeps entries in a list."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def append(self, entries: Sequence[Entry]) -> Sequence[int]:
        """Keep entries."""
        first = len(self.entries)
        self.entries.extend(entries)
        return range(first, len(self.entries))

    def forget_member(self, member: bytes, *, reason: str) -> int:
        """Take a member's entries out."""
        del reason
        tag, before = self.subject(member), len(self.entries)
        self.entries = [entry for entry in self.entries if entry.subject != tag]
        return before - len(self.entries)

    def subject(self, member: bytes) -> bytes:
        """Return a tag: a plain hash, for tests alone."""
        return hashlib.sha256(member).digest()[:SUBJECT_BYTES]
