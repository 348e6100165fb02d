"""A second home into which backups are restored, and what a restore must not do: for the search for erased members."""

from __future__ import annotations

import shutil
from pathlib import Path

from noren.house import ledger_restore, vault_restore
from noren.house.home import CONFIG, Home, open_home
from noren.house.vault import vault_room
from noren.identity.errors import KeyMissing
from noren.identity.members import open_members
from noren.kernel.clock import SystemClock
from noren.revisions.copies import make_copy


def second_home(home: Home, path: Path, *, logs: bool = False) -> Path:
    """Make a home with the settings, keys, lists and member keys of another, and no store; ``logs``: with its logs."""
    path.mkdir()
    shutil.copy(home.path / CONFIG, path)
    shutil.copytree(home.keys, path / "keys")
    for side in ("ledger", "vault"):
        (path / side).mkdir()
        shutil.copy(home.path / side / "erasures.list", path / side)
    make_copy(home.member_keys_db, path / "vault" / "member-keys.db")
    if logs:
        shutil.copytree(home.path / "log", path / "log")
    return path


def replayed_off(home: Home, folder: Path, path: Path) -> Path:
    """Restore both members' sides into a second home without their erasure lists being asked: a control."""
    other, now = open_home(second_home(home, path)), SystemClock().now()
    for side, restore in (("ledger", ledger_restore.restore), ("vault", vault_restore.restore)):
        (file,) = folder.glob(f"*.{side}.noren-backup")
        restore(other, file, now, drill=False, replay=False)
    return path


def readable(path: Path) -> set[str]:
    """Return the family names that open with the keys of a home."""
    room = vault_room(open_home(path))
    found: set[str] = set()
    with room.vault.store.reading() as batch:
        after = b""
        while rows := batch.all_rows(after, 1_000):
            for row in rows:
                try:
                    member = open_members(room.vault, batch, [row]).get(row)
                except KeyMissing:
                    continue
                found |= {member.person.family_name or ""} if member else set()
            after = rows[-1]
    room.close()
    return found
