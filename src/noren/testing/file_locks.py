"""Whether a process still holds the locks that its SQLite stores rest on, as the kernel tells it.

A store with a write-ahead log holds a lock on a byte of its ``-shm`` file for as long as it is open;
without it, another process may believe that it is the first, and each takes the other's place.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Final

_OPEN_STORE: Final = 128
"""SQLite's ``UNIX_SHM_DMS``: the byte that every process with the store open keeps locked for reading."""


def stores_without_locks(process: int) -> list[Path]:
    """Return the SQLite stores that a process has open without the lock that goes with it.

    One that is opened or closed at the very look is passed over: it was open before and after, or it is not told.
    """
    stores, locked, after = open_stores(process), _locked(process), open_stores(process)
    return sorted(path for path, inode in stores.items() if inode not in locked and after.get(path) == inode)


def open_stores(process: int) -> dict[Path, int]:
    """Return the ``-shm`` files of the stores that a process has open now, with their inodes."""
    found: dict[Path, int] = {}
    for entry in Path(f"/proc/{process}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            path = entry.readlink()
            if path.name.endswith("-shm"):
                found[path] = path.stat().st_ino
    return found


def _locked(process: int) -> set[int]:
    """Return the inodes on which a process holds the lock of an open store."""
    locked: set[int] = set()
    for line in Path("/proc/locks").read_text("ascii").splitlines():
        words = line.split()
        if words[1] != "POSIX" or int(words[4]) != process:
            continue
        first, last = int(words[6]), words[7]
        if first <= _OPEN_STORE and (last == "EOF" or int(last) >= _OPEN_STORE):
            locked.add(int(words[5].rsplit(":", 1)[1]))
    return locked
