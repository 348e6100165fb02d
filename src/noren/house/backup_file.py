"""A backup's file: one line that says of which side and when, then a sealed file of an archive of that side's stores.

The line carries the file's own key, wrapped under the zone's backup key and bound to everything else that the line
says. So a backup opens with the key files of its home alone; one that was changed, cut, or is another programme's does
not open, and says so. Member keys are in no backup: an erased member's fields open nowhere.
"""

from __future__ import annotations

import base64
import io
import os
import shutil
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import IO, Final, cast

import msgspec

from noren.governance.erasure_list import BACKUP_DAYS
from noren.governance.leases.copies import Copies, Refused
from noren.governance.leases.errors import SpoiltCopy
from noren.governance.leases.model import CopyKind, Wanted
from noren.governance.leases.sealed_file import ID_BYTES, SealedWriter, read_pieces
from noren.house.home import HomeProblem
from noren.kernel.keyring import KeyRing, UnknownKeyVersion
from noren.kernel.say import Say
from noren.kernel.sealing import DoesNotOpen, Place, seal, unseal

FORMAT: Final = "noren-backup-1"
SUFFIX: Final = ".noren-backup"
RECIPIENT: Final = "backup-store"
LONGEST: Final = timedelta(days=BACKUP_DAYS)
_HEAD_BYTES: Final = 4_096
_CHUNK: Final = 1 << 20


class Head(msgspec.Struct, frozen=True):
    """The first line. ``key``: the file's key, wrapped; ``revisions``: of each store in it."""

    format: str
    side: str
    made_at: datetime
    expires_at: datetime
    copy: str
    revisions: dict[str, str]
    key: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """What goes into a backup: files by their name in it."""

    files: Sequence[tuple[str, Path]]
    revisions: dict[str, str]


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made."""

    path: Path
    head: Head
    size: int
    files: int


@dataclass(frozen=True, slots=True)
class Opened:
    """A backup whose head was read and whose key is open."""

    path: Path
    head: Head
    start: int
    key: bytes = field(repr=False)


def make(source: Source, folder: Path, side: str, copies: Copies, ring: KeyRing) -> Made:
    """Write a backup into a folder, durably, with a lease in the census.

    Raises:
        HomeProblem: the folder is not there.
    """
    if not folder.is_dir():
        raise HomeProblem(Say(f"フォルダー {folder} がありません。", f"There is no folder {folder}."))
    now = copies.clock.now().replace(microsecond=0)
    items = tuple(sorted({PurePosixPath(name).parts[0] for name, _ in source.files}))
    wanted = Wanted(CopyKind.BACKUP, "host", "backup", items, now + LONGEST, RECIPIENT)
    lease = copies.make(wanted, lambda file: _archive(source, file))
    assert not isinstance(lease, Refused), "a backup within its longest lease is not refused"
    copy, key = copies.key_of(lease.copy)
    head = Head(FORMAT, side, now, now + LONGEST, copy.hex(), source.revisions)
    head = msgspec.structs.replace(head, key=base64.b64encode(seal(ring, key, _place(head))).decode())
    target = folder / f"{now.strftime('%Y%m%dT%H%M%SZ')}-{copy.hex()[:8]}.{side}{SUFFIX}"
    _write(target, head, copies.folder / lease.place)
    copies.give(lease.copy)
    return Made(target, head, target.stat().st_size, len(source.files))


def open_backup(path: Path, side: str, ring: KeyRing, now: datetime) -> Opened:
    """Read a backup's head and open its key.

    Raises:
        HomeProblem: not a backup, another side's, too old, changed, or another programme's.
    """
    head, start = read_head(path)
    if head.side != side:
        raise _bad(path, Say(f"これは {head.side} のバックアップです。", f"It is a backup of the side {head.side}."))
    if now >= head.expires_at:
        raise _bad(path, Say(
            f"期限({head.expires_at:%Y-%m-%d})を過ぎています。消去した会員が戻るおそれがあるため、戻せません。",
            f"It ended on {head.expires_at:%Y-%m-%d}: erased members might come back with it, so it is not restored.",
        ))  # fmt: skip
    try:
        key = unseal(ring, base64.b64decode(head.key), _place(head))
    except (DoesNotOpen, UnknownKeyVersion, ValueError):
        raise _bad(path, Say(
            "この鍵では開きません。書き換えられたか、別のプログラムのバックアップです。",
            "It does not open with this home's keys: it was changed, or is another programme's.",
        )) from None  # fmt: skip
    return Opened(path, head, start, key)


def read_head(path: Path) -> tuple[Head, int]:
    """Return a backup's head and where the sealed file begins.

    Raises:
        HomeProblem: not a backup.
    """
    line = b""
    try:
        with path.open("rb") as file:
            line = file.readline(_HEAD_BYTES)
        head = msgspec.json.decode(line, type=Head)
    except (OSError, msgspec.DecodeError):
        head = None
    if head is None or head.format != FORMAT or len(head.copy) != 2 * ID_BYTES:
        raise _bad(path, Say("noren のバックアップではありません。", "It is not a backup of noren's."))
    return head, len(line)


def unpack(backup: Opened, folder: Path) -> int:
    """Unpack the whole of a backup into an empty folder; return how many files. Every byte is checked on the way.

    Raises:
        HomeProblem: it was cut or changed; the folder is removed.
    """
    folder.mkdir(parents=True, mode=0o700)
    try:
        with backup.path.open("rb") as file:
            file.seek(backup.start)
            pieces = _Pieces(read_pieces(file, backup.key, bytes.fromhex(backup.head.copy)))
            count = _extract(pieces, folder)
            pieces.drain()
    except (SpoiltCopy, tarfile.TarError, EOFError, ValueError):
        shutil.rmtree(folder, ignore_errors=True)
        raise _bad(backup.path, Say(
            "途中で切れているか、書き換えられています。別のバックアップを使ってください。",
            "It was cut or changed. Use another one.",
        )) from None  # fmt: skip
    return count


def _extract(pieces: _Pieces, folder: Path) -> int:
    count = 0
    with tarfile.open(fileobj=cast("IO[bytes]", pieces), mode="r|") as archive:
        for member in archive:
            data = archive.extractfile(member)
            target = folder / member.name
            if data is None or ".." in PurePosixPath(member.name).parts or member.name.startswith("/"):
                raise ValueError("a backup holds files alone")
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with target.open("wb") as file:
                shutil.copyfileobj(data, file, _CHUNK)
            target.chmod(0o600)
            count += 1
    return count


def _archive(source: Source, sealed: SealedWriter) -> int:
    with tarfile.open(fileobj=cast("IO[bytes]", sealed), mode="w|") as archive:
        for name, path in source.files:
            info = tarfile.TarInfo(name)
            info.size = path.stat().st_size
            with path.open("rb") as file:
                archive.addfile(info, file)
    return len(source.files)


def _write(target: Path, head: Head, sealed: Path) -> None:
    fresh = target.with_name(f".{target.name}.new")
    with (
        os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out,
        sealed.open("rb") as file,
    ):
        out.write(msgspec.json.encode(head) + b"\n")
        shutil.copyfileobj(file, out, _CHUNK)
        out.flush()
        os.fsync(out.fileno())
    fresh.rename(target)
    descriptor = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _place(head: Head) -> Place:
    """Bind the wrapped key to all that the head says."""
    said = msgspec.json.encode(msgspec.structs.replace(head, key=""), order="sorted")
    return Place("backup", head.side, said.hex(), bytes.fromhex(head.copy))


def _bad(path: Path, why: Say) -> HomeProblem:
    return HomeProblem(Say(f"{path.name} を戻せません。{why.ja}", f"{path.name} can not be restored. {why.en}"))


class _Pieces(io.RawIOBase):
    """Pieces as a file that is read in order."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self._pieces = pieces
        self._left = b""

    def read(self, size: int = -1) -> bytes:
        """Return exactly as many bytes, or what is left."""
        assert size >= 0, "the archive is read in order"
        while len(self._left) < size:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._left += piece
        out, self._left = self._left[:size], self._left[size:]
        return out

    def drain(self) -> None:
        """Read to the end: the last piece too must be whole."""
        for _ in self._pieces:
            continue
