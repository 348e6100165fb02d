"""The key file of one zone: its form, reading it, and writing it so that nothing of the old one is left.

``keys/<zone>.json`` (mode 0600): the key-encryption key as its custody holds it and, wrapped
under it, every version of the zone's named keys and of its own signing and opening keys. A
destroyed version keeps its dates and no bytes. Format 1 (the ground floor's) is still read.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

import msgspec

from noren.house.home import Home, HomeProblem, Zone
from noren.house.keys.custody import Held
from noren.house.keys.holds import HOLDS, OPENING, OWN, SIGNING
from noren.kernel.keyring import KeyRing
from noren.kernel.say import Say
from noren.kernel.sealing import Place, seal, unseal

FORMAT: Final = 2
PRIVATE: Final = 0o600
PUBLIC: Final = 0o644
_READS: Final = 5

State = Literal["coming", "current", "retiring", "destroyed"]


class Version(msgspec.Struct):
    """One version of a key. ``until``: when a retiring one is destroyed; None while its work is not done."""

    version: int
    created: datetime
    state: State
    wrapped: bytes = b""
    until: datetime | None = None


class Kek(msgspec.Struct):
    """The key-encryption key in its custody."""

    version: int
    created: datetime
    held: Held


class KeyFile(msgspec.Struct):
    """A key file. ``serial`` grows with every writing: by it a running process says what it has read."""

    format: int
    zone: Zone
    serial: int
    kek: Kek
    keys: dict[str, list[Version]]


class _Wrapped1(msgspec.Struct):
    version: int
    wrapped: bytes


class _KeyFile1(msgspec.Struct):
    zone: Zone
    kek_version: int
    kek: bytes
    signing: bytes
    opening: bytes
    keys: dict[str, list[_Wrapped1]]


class _Form(msgspec.Struct):
    format: int = 1


def path_of(home: Home, zone: Zone) -> Path:
    """Return where a zone's key file lies."""
    return home.keys / f"{zone}.json"


def read(home: Home, zone: Zone) -> KeyFile:
    """Read a zone's key file; no key is opened.

    Raises:
        HomeProblem: it is missing, not a key file, unreadable by this user or open to others.
    """
    path, wrong = path_of(home, zone), ""
    for _ in range(_READS):  # a file exchanged while it was read is wiped under the reader: read the new one
        try:
            if path.stat().st_mode & 0o077:
                raise HomeProblem(f"{path} can be read by others. Close it with: chmod 600 {path}")
            return _decode(path.read_bytes(), path)
        except (OSError, msgspec.DecodeError) as error:
            wrong = str(error)
    if not path.exists() and any(home.keys.glob("*.json")):
        raise earlier(zone)
    raise HomeProblem(
        Say(f"ゾーン {zone} の鍵を読めません: {wrong}", f"The keys of zone {zone} can not be read: {wrong}")
    )


def lacking(home: Home, zone: Zone) -> list[str]:
    """Return the keys that a zone holds today and its file does not: an earlier noren made it. No key is opened."""
    held = read(home, zone).keys if path_of(home, zone).exists() else {}
    return [name for name in (*HOLDS[zone], *OWN) if name not in held]


def earlier(zone: Zone) -> HomeProblem:
    """Return what to say of a zone that lacks a file or a key."""
    return HomeProblem(
        Say(
            f"ゾーン {zone} の鍵がそろっていません。以前の版で作ったホームです。noren migrate を実行してください。",
            f"The zone {zone} lacks keys: an earlier noren made this home. Run noren migrate.",
        )
    )


def _decode(content: bytes, path: Path) -> KeyFile:
    if msgspec.json.decode(content, type=_Form).format == 1:
        created = datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(microsecond=0)
        return _of_format_1(msgspec.json.decode(content, type=_KeyFile1), created)
    return msgspec.json.decode(content, type=KeyFile)


def _of_format_1(old: _KeyFile1, created: datetime) -> KeyFile:
    kek = KeyRing("kek", old.kek_version, {old.kek_version: old.kek})
    own = {SIGNING: old.signing, OPENING: old.opening}
    wrapped = {name: wrap(kek, old.zone, name, 1, key) for name, key in own.items()}
    keys = {name: [Version(v.version, created, "current", v.wrapped) for v in held] for name, held in old.keys.items()}
    keys |= {name: [Version(1, created, "current", sealed)] for name, sealed in wrapped.items()}
    return KeyFile(FORMAT, old.zone, 0, Kek(old.kek_version, created, Held("file", old.kek)), keys)


def wrap(kek: KeyRing, zone: Zone, name: str, version: int, key: bytes) -> bytes:
    """Wrap one key version for its place in a zone's file."""
    return seal(kek, key, _place(zone, name, version))


def unwrap(kek: KeyRing, zone: Zone, name: str, held: Version) -> bytes:
    """Open one key version."""
    return unseal(kek, held.wrapped, _place(zone, name, held.version))


def _place(zone: Zone, name: str, version: int) -> Place:
    return Place("keys", zone, name, version.to_bytes(2, "big"))


@contextmanager
def alone(home: Home, zone: Zone) -> Generator[None]:
    """Be the only one that changes a zone's key file."""
    path = home.keys / f"{zone}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE)
    with os.fdopen(descriptor, "rb+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def write(home: Home, content: KeyFile) -> int:
    """Put a changed key file in the old one's place; return its serial. The caller is :func:`alone`."""
    content.format, content.serial = FORMAT, content.serial + 1
    exchange(path_of(home, content.zone), encoded(content), PRIVATE)
    return content.serial


def encoded(content: KeyFile) -> bytes:
    """Return a key file's bytes."""
    return msgspec.json.encode(content)


def exchange(path: Path, content: bytes, mode: int) -> None:
    """Replace a file durably, with its mode from the first byte on; then overwrite the old one's bytes.

    The old bytes are overwritten through the file that lost its name. A file system that
    copies on write, or a disk that moves its blocks, may keep them: docs/decisions/0010.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    before = path.stat() if path.exists() else None
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)
        out.flush()
        if before is not None and before.st_uid != os.geteuid():
            os.fchown(out.fileno(), before.st_uid, before.st_gid)  # a zone's file stays its own user's
        os.fsync(out.fileno())
    old = path.open("r+b") if before is not None else None
    beside.rename(path)
    _sync_folder(path.parent)
    if old is not None:
        with old:
            overwrite(old.fileno())


def overwrite(descriptor: int) -> None:
    """Overwrite a file's bytes with zeros, synced."""
    length = os.fstat(descriptor).st_size
    for start in range(0, length, 1 << 20):
        os.pwrite(descriptor, bytes(min(1 << 20, length - start)), start)
    os.fsync(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
