"""The erasure list: who has been erased on one side, as keyed hashes, so that no restored backup brings her back.

It lies outside what a backup restores, and is replayed over a restored store before that store opens. A line is a
day and a mark: without the side's key it tells nothing, with the key only whether somebody whose id one already
holds was erased. A line goes when no backup that could hold her may be restored any more (``KEPT_DAYS``).

Two places may hold it (``second``): it must not be lost with the disk on which the stores are. An entry is on the
disk in both before ``add`` returns.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from noren.kernel.keyring import KeyRing
from noren.kernel.marks import MARK_BYTES, mark, marks

BACKUP_DAYS: Final = 35
"""A backup older than that is restored no more."""

KEPT_DAYS: Final = BACKUP_DAYS + 5
_LINE: Final = 10 + 1 + 2 * MARK_BYTES + 1


class ErasureList:
    """One side's list. ``what`` (a member's id, her number) keeps the marks of different ids apart."""

    def __init__(self, path: Path, ring: KeyRing, second: Path | None = None) -> None:
        self._paths = [path, *([second] if second is not None else [])]
        self._ring = ring
        self._lock = threading.Lock()

    @property
    def exists(self) -> bool:
        """Whether the list is there, in either place."""
        return any(path.exists() for path in self._paths)

    def begin(self) -> None:
        """Make the empty list, with its store: from then on a list that is missing was lost."""
        for path in self._paths:
            if not path.exists():
                self._write(path, self._lines())

    def mark_of(self, what: bytes, identity: bytes) -> bytes:
        """Return the mark of an id: what the list holds of it."""
        return mark(self._ring, what, identity)

    def add(self, found: Iterable[bytes], day: date) -> None:
        """Add marks, durably; those that are there already stay as they are."""
        with self._lock:
            known = self._marks()
            fresh = [f"{day.isoformat()} {each.hex()}\n" for each in found if each not in known]
            for path in self._paths:
                _append(path, "".join(fresh))

    def holds(self, what: bytes, identity: bytes) -> bool:
        """Return whether an id was erased."""
        return not self.all().isdisjoint(marks(self._ring, what, identity))

    def all(self) -> frozenset[bytes]:
        """Return all marks: for looking up many ids (:meth:`any_of`)."""
        with self._lock:
            return frozenset(self._marks())

    def any_of(self, known: frozenset[bytes], what: bytes, identity: bytes) -> bool:
        """Return whether an id is among marks that :meth:`all` gave."""
        return not known.isdisjoint(marks(self._ring, what, identity))

    def forget(self, today: date) -> int:
        """Drop lines of which no backup that may be restored can know; return how many."""
        with self._lock:
            lines = self._lines()
            first = (today - timedelta(days=KEPT_DAYS)).isoformat()
            kept = [line for line in lines if line[:10] >= first]
            if len(kept) < len(lines):
                for path in self._paths:
                    self._write(path, kept)
            return len(lines) - len(kept)

    def _marks(self) -> set[bytes]:
        return {bytes.fromhex(line[11:]) for line in self._lines()}

    def _lines(self) -> list[str]:
        """Return the whole lines of both places, each once: what a power cut left half written was not yet said."""
        found: dict[str, None] = {}
        for path in self._paths:
            if path.exists():
                lines = path.read_text("ascii").split("\n")[:-1]
                found |= dict.fromkeys(line for line in lines if len(line) + 1 == _LINE)
        return list(found)

    def _write(self, path: Path, lines: list[str]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_name(f"{path.name}.new")
        fresh.unlink(missing_ok=True)
        _append(fresh, "".join(f"{line}\n" for line in lines))
        fresh.replace(path)
        _flush(path.parent)


def _append(path: Path, text: str) -> None:
    """Append to a file, durably; after a line that was cut off, a new one begins."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    is_new = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a+b") as file:
        size = file.seek(0, os.SEEK_END)
        if size and text:
            file.seek(size - 1)
            text = text if file.read(1) == b"\n" else f"\n{text}"
        file.write(text.encode("ascii"))
        file.flush()
        os.fsync(file.fileno())
    if is_new:
        _flush(path.parent)


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
