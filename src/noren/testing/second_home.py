"""A second home into which backups are restored, and what a restore must not do: for the search for erased members."""

from __future__ import annotations

import shutil
from datetime import UTC
from pathlib import Path

from msgspec import structs

from noren.house import ledger_restore, vault_restore
from noren.house.databases import DATABASES, address_of
from noren.house.home import CONFIG, Home, open_home, write_settings
from noren.house.provisioning import Admin, provision
from noren.house.vault import vault_room
from noren.identity.errors import KeyMissing
from noren.identity.members import open_members
from noren.identity.model import Refused
from noren.identity.requests import requests_of
from noren.identity.sqlite import SqliteEngine
from noren.identity.tables import MEMBER_KEYS
from noren.identity.vault import Vault
from noren.kernel.clock import SystemClock
from noren.revisions.across import lay_out
from noren.revisions.copies import make_copy
from noren.testing.postgres import ADMIN, PostgresServer

_UNFINISHED = shutil.ignore_patterns(".*.new")
"""What a running zone is just writing; it comes to its place when it is whole."""


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
        shutil.copytree(home.path / "log", path / "log", ignore=_UNFINISHED)
    return path


def replayed_off(home: Home, folder: Path, path: Path) -> Path:
    """Restore both members' sides into a second home without their erasure lists being asked: a control."""
    other, now = open_home(second_home(home, path)), SystemClock().now()
    for side, restore in (("ledger", ledger_restore.restore), ("vault", vault_restore.restore)):
        (file,) = folder.glob(f"*.{side}.noren-backup")
        restore(other, file, now, drill=False, replay=False)
    return path


def readable(path: Path) -> set[str]:
    """Return the family names, and the words of requests and answers, that open with the keys of a home."""
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
                if member is not None:
                    found |= {member.person.family_name or "", *_words(room.vault, row)}
            after = rows[-1]
    room.close()
    return found


def _words(vault: Vault, row: bytes) -> set[str]:
    found = requests_of(vault, who=row)
    return set() if isinstance(found, Refused) else {text for each in found for text in (each.said, each.reason)}


def second_home_on(server: PostgresServer, home: Home, path: Path) -> Path:
    """Make a home as ``second_home`` does, logs too, with empty databases on a server; its keys are in a snapshot."""
    path.mkdir()
    shutil.copytree(home.path / "log", path / "log", ignore=_UNFINISHED)
    there = structs.replace(home.settings.postgresql, host=str(server.sockets))
    (path / CONFIG).write_text(write_settings(structs.replace(home.settings, postgresql=there)), "utf-8")
    shutil.copytree(home.keys, path / "keys", ignore=shutil.ignore_patterns("*.pgpass"))
    for side in ("ledger", "vault"):
        (path / side).mkdir()
        shutil.copy(home.path / side / "erasures.list", path / side)
    other = open_home(path)
    for side in DATABASES:
        provision(other, side, Admin(ADMIN, server.passfile))
    other.key_snapshots.mkdir()
    snapshot = other.key_snapshots / SystemClock().now().astimezone(UTC).strftime("member-keys-%Y%m%d%H%M.db")
    SqliteEngine(snapshot, MEMBER_KEYS).close()
    lay_out(address_of(home, "vault", "member_keys"), snapshot)
    return path
