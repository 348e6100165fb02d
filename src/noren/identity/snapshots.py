"""Snapshots of the member-key store: one an hour, none older than a day, each a small store of its own.

They are wrapped as the store is, under the vault's key, and lie in a folder that no backup takes. What is destroyed
in the store is destroyed in each of them; a snapshot past its day is overwritten and removed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from noren.identity.member_keys import SqlMemberKeys

EVERY: Final = timedelta(hours=1)
KEPT: Final = timedelta(hours=24)
_NAME: Final = "member-keys-%Y%m%d%H%M.db"
_DRAFT: Final = ".member-keys.db"


class Snapshots:
    """The snapshots in one folder. ``opened``: opens a file as a member-key store."""

    def __init__(self, folder: Path, opened: Callable[[Path], SqlMemberKeys]) -> None:
        self._folder = folder
        self._opened = opened

    def due(self, now: datetime) -> bool:
        """Return whether the newest snapshot is an hour old."""
        found = self._all()
        return not found or now - _taken(found[-1]) >= EVERY

    def begin(self, store: SqlMemberKeys) -> SqlMemberKeys:
        """Copy the store into a draft; it counts once it is finished."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self._folder / _DRAFT
        _remove(draft)
        taken = self._opened(draft)
        store.copy_to(taken)
        taken.lay_anew()
        return taken

    def finish(self, now: datetime, *, alone: bool = False) -> None:
        """Let the draft be the snapshot of now; remove those past their day (``alone``: all others)."""
        before = self._all()
        (self._folder / _DRAFT).rename(self._folder / now.astimezone(UTC).strftime(_NAME))
        for path in before:
            if alone or now - _taken(path) >= KEPT:
                _remove(path)

    def destroy(self, rows: Sequence[bytes]) -> None:
        """Destroy members' keys in every snapshot."""
        for path in self._all():
            held = self._opened(path)
            held.destroy(rows)
            held.close()

    def newest(self) -> SqlMemberKeys | None:
        """Open the newest snapshot."""
        found = self._all()
        return self._opened(found[-1]) if found else None

    def _all(self) -> list[Path]:
        return sorted(self._folder.glob("member-keys-*.db"))


def _taken(path: Path) -> datetime:
    return datetime.strptime(path.name, _NAME).replace(tzinfo=UTC)


def _remove(path: Path) -> None:
    """Overwrite a snapshot and what its engine left beside it, then remove it."""
    for each in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
        if each.exists():
            with each.open("r+b") as held:
                held.write(bytes(each.stat().st_size))
                held.flush()
                os.fsync(held.fileno())
            each.unlink()
