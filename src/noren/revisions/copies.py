"""A consistent copy of a SQLite store beside it, for the time of its migration; destroyed by overwriting.

A copy holds personal data like the store itself: same folder, mode 0600, and no longer than needed.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

SUFFIX: Final = ".copy"
"""Of a copy that is destroyed when the migration is done."""

KEPT: Final = ".kept"
"""Of a copy that somebody asked to keep."""

_CHUNK_BYTES: Final = 1 << 20
_MOST_SAID: Final = 1_000_000_000


def copy_of(path: Path, revision: str) -> Path:
    """Return where the copy of a store at ``revision`` lies."""
    return path.with_name(f"{path.name}.{revision}{SUFFIX}")


def copies_beside(path: Path) -> list[Path]:
    """Return the copies of a store that lie beside it, kept ones too."""
    return sorted(each for end in (SUFFIX, KEPT) for each in path.parent.glob(f"{path.name}.*{end}"))


def keep(copy: Path) -> Path:
    """Keep a copy; return where it lies from now on."""
    return copy.rename(copy.with_suffix(KEPT))


def destroy_copies(path: Path) -> None:
    """Destroy a store's copies that nobody asked to keep."""
    for each in copies_beside(path):
        if each.suffix == SUFFIX:
            destroy(each)


def is_sound(path: Path) -> bool:
    """Return whether SQLite finds nothing wrong with a file.

    Debian 12's SQLite (3.40) says "NULL value in …" of a table without row ids whose key does not stand first, where
    there is none (3.54 does not): a whole ledger was called damaged as soon as one member had stopped something.
    """
    try:
        with closing(sqlite3.connect(path)) as connection:
            said = connection.execute(f"PRAGMA quick_check({_MOST_SAID})").fetchall()
            return all(row == ("ok",) or row[0].startswith("NULL value in ") for row in said)
    except sqlite3.DatabaseError:
        return False


def make_copy(path: Path, target: Path) -> None:
    """Copy a store as it is at one moment, durably; what stood at ``target`` is destroyed first."""
    destroy(target)
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("VACUUM INTO ?", (str(target),))
    _sync(target)
    _sync(target.parent)


def destroy(path: Path) -> None:
    """Overwrite a file, then remove it; nothing to do when it is not there."""
    if not path.exists():
        return
    with path.open("r+b") as stream:
        left = path.stat().st_size
        while left > 0:
            left -= stream.write(bytes(min(left, _CHUNK_BYTES)))
        stream.flush()
        os.fsync(stream.fileno())
    path.unlink()
    _sync(path.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
