"""Making, opening and ending copies. Every step can be cut off anywhere and is finished by the next sweep.

A copy is entered before its first byte is written, so that nothing can lie on the disk of which
the census does not know; what was being made when the process died is destroyed like what is past
its end.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import RLock
from typing import Final

from noren.governance.leases.errors import CopyEnded, SpoiltCopy
from noren.governance.leases.model import KIND_SAYS, LONGEST, CopyKind, CopyLease, CopyState, Proof, Wanted
from noren.governance.leases.sealed_file import ID_BYTES, SealedWriter, read_pieces
from noren.governance.leases.store import LeaseStore
from noren.kernel.clock import Clock
from noren.kernel.keyring import KEY_BYTES, KeyRing
from noren.kernel.say import Say
from noren.kernel.sealing import Place, seal, unseal

MAKING_HOURS: Final = 6
"""What has been being made for so long was cut off."""

Write = Callable[[SealedWriter], int]
"""Writes a copy's contents; returns how many rows."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a copy is not made."""

    rule: str
    says: Say
    fix: Say


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did: copies destroyed, and those past their end that only their recipient can end."""

    destroyed: tuple[CopyLease, ...]
    overdue: tuple[CopyLease, ...]


@dataclass(frozen=True, slots=True)
class Copies:
    """The copies of one side. ``folder``: where they lie; ``wrap``: the zone's key that wraps theirs.

    ``told``: hears of every copy that is made and of every one that ends, after it is durable.
    """

    store: LeaseStore
    folder: Path
    wrap: KeyRing
    clock: Clock
    told: Callable[[CopyLease], object]
    lock: RLock = field(default_factory=RLock)

    def make(self, wanted: Wanted, write: Write) -> CopyLease | Refused:
        """Make a copy: entered, written, synced, then said to be there.

        Raises:
            OSError: the disk. What there is of the copy is destroyed by the next sweep.
        """
        now = self.clock.now()
        hindrance = _hindrance(wanted, now)
        if hindrance is not None:
            return hindrance
        copy, key = secrets.token_bytes(ID_BYTES), secrets.token_bytes(KEY_BYTES)
        name = name_of(copy)
        lease = CopyLease(name, wanted, f"{name}.sealed", now)
        with self.lock:
            self.store.put(lease, seal(self.wrap, key, _place(copy)))
        rows = self._write(lease, key, copy, write)
        path = self._path(lease)
        made = replace(lease, state=CopyState.HERE, rows=rows, size=path.stat().st_size, digest=_digest(path))
        with self.lock:
            self.store.change(made)
        self.told(made)
        return made

    def open(self, name: str) -> Iterator[bytes]:
        """Yield a copy's contents, piece by piece.

        Raises:
            CopyEnded: its lease has ended, or there is no such copy.
            SpoiltCopy: its file was changed, cut or exchanged.
        """
        lease, wrapped = self.store.lease(name), self.store.wrapped(name)
        if lease is None or wrapped is None or lease.is_overdue(self.clock.now()):
            raise CopyEnded(f"the copy {name} has ended, or never was")
        copy = _id(name)
        key = unseal(self.wrap, wrapped, _place(copy))
        try:
            with self._path(lease).open("rb") as file:
                yield from read_pieces(file, key, copy)
        except FileNotFoundError:
            raise SpoiltCopy(f"the file of {name} is not there") from None

    def key_of(self, name: str) -> tuple[bytes, bytes]:
        """Return a copy's id and its key: for what goes outside sealed as it lies here (a backup).

        Raises:
            CopyEnded: there is no such copy, or its key is destroyed.
        """
        wrapped = self.store.wrapped(name)
        if wrapped is None:
            raise CopyEnded(f"the copy {name} has ended, or never was")
        copy = _id(name)
        return copy, unseal(self.wrap, wrapped, _place(copy))

    def give(self, name: str) -> CopyLease:
        """Say that a copy is now with its recipient: ours ends, and theirs is ended by their own word."""
        with self.lock:
            lease = self._of(name, CopyState.HERE)
            assert lease.wanted.recipient, "a copy without a recipient is given to nobody"
            given = replace(lease, state=CopyState.GIVEN)
            self.store.destroy_key(given)
            self._unlink(given)
        self.told(given)
        return given

    def attest(self, name: str, *, by: str) -> CopyLease:
        """Take the recipient's word, whose signature was checked, that its copy is gone."""
        with self.lock:
            lease = self._of(name, CopyState.GIVEN)
            return self._gone(lease, Proof.ATTESTED, by)

    def destroy(self, name: str) -> CopyLease:
        """Destroy a copy that lies here: its key, then its bytes. Again: nothing more happens."""
        with self.lock:
            lease = self.store.lease(name)
            if lease is None:
                raise CopyEnded(f"there is no copy {name}")
            if lease.state in (CopyState.GONE, CopyState.GIVEN):
                return lease
            if lease.state is not CopyState.KEYLESS:
                lease = replace(lease, state=CopyState.KEYLESS)
                self.store.destroy_key(lease)
            self._unlink(lease)
            return self._gone(lease, Proof.DESTROYED, "")

    def sweep(self) -> Swept:
        """Destroy what is past its end or was left half made; say what only its recipient can end."""
        now = self.clock.now()
        with self.lock:
            leases = self.store.leases()
            due = [lease for lease in leases if _is_due(lease, now)]
            destroyed = tuple(self.destroy(lease.copy) for lease in due)
            self._destroy_strays({lease.place for lease in leases})
        return Swept(destroyed, self.overdue())

    def overdue(self) -> tuple[CopyLease, ...]:
        """Return the copies past their end of which nothing proves that they are gone."""
        now = self.clock.now()
        return tuple(lease for lease in self.store.leases() if lease.is_overdue(now))

    def census(self) -> Sequence[CopyLease]:
        """Return all copies, ended ones too."""
        return self.store.leases()

    def rewrap(self) -> tuple[int, int]:
        """Wrap every copy's key under the zone's newest; return how many (seen, moved)."""
        moved, leases = 0, self.store.leases()
        for lease in leases:
            wrapped, place = self.store.wrapped(lease.copy), _place(_id(lease.copy))
            if wrapped is not None and int.from_bytes(wrapped[:2], "big") != self.wrap.current:
                self.store.rewrap(lease.copy, wrapped, seal(self.wrap, unseal(self.wrap, wrapped, place), place))
                moved += 1
        return len(leases), moved

    def _write(self, lease: CopyLease, key: bytes, copy: bytes, write: Write) -> int:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        number = os.open(self._path(lease), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(number, "wb") as file:
            with SealedWriter(file, key, copy) as sealed:
                rows = write(sealed)
            file.flush()
            os.fsync(file.fileno())
        _sync_folder(self.folder)
        return rows

    def _of(self, name: str, state: CopyState) -> CopyLease:
        lease = self.store.lease(name)
        if lease is None or lease.state is not state:
            raise CopyEnded(f"the copy {name} is not {state.value}")
        return lease

    def _gone(self, lease: CopyLease, proof: Proof, by: str) -> CopyLease:
        gone = replace(lease, state=CopyState.GONE, proof=proof, ended_at=self.clock.now(), attested_by=by)
        self.store.change(gone)
        self.told(gone)
        return gone

    def _path(self, lease: CopyLease) -> Path:
        return self.folder / lease.place

    def _unlink(self, lease: CopyLease) -> None:
        with suppress(FileNotFoundError):
            self._path(lease).unlink()
            _sync_folder(self.folder)

    def _destroy_strays(self, known: set[str]) -> None:
        """Remove sealed files of which the census does not know: a census put back from a backup leaves such."""
        if self.folder.is_dir():
            for path in self.folder.glob("*.sealed"):
                if path.name not in known:
                    path.unlink(missing_ok=True)
            _sync_folder(self.folder)


def destroy_disclosures(copies: Copies) -> int:
    """Destroy the disclosures that lie on this side, key first: somebody is being erased. Return how many.

    All of them: the census says of none whose it is, and each was handed over when it was made.
    """
    with copies.lock:
        census = [each for each in copies.census() if each.wanted.kind is CopyKind.DISCLOSURE]
        due = [each for each in census if each.state in (CopyState.HERE, CopyState.KEYLESS)]
        for each in due:
            copies.destroy(each.copy)
    return len(due)


def _is_due(lease: CopyLease, now: datetime) -> bool:
    if lease.state is CopyState.MAKING:
        return now >= min(lease.wanted.expires_at, lease.made_at + timedelta(hours=MAKING_HOURS))
    return lease.state is CopyState.KEYLESS or (lease.state is CopyState.HERE and lease.is_overdue(now))


def _hindrance(wanted: Wanted, now: datetime) -> Refused | None:
    if not (wanted.owner and wanted.purpose and wanted.items):
        return Refused(
            "copy-needs-owner-purpose-items",
            Say("複製には、責任者、目的、項目が要ります。", "A copy needs an owner, a purpose and its items."),
            Say("三つとも指定してください。", "Give all three."),
        )
    longest = LONGEST[wanted.kind]
    if not now < wanted.expires_at <= now + longest:
        kind, days = KIND_SAYS[wanted.kind], max(1, longest.days)
        return Refused(
            "copy-needs-an-end",
            Say(
                f"この複製({kind.ja})の期限は、今より後、長くて{days}日です。",
                f"The end of this copy ({kind.en}) lies after now and at most {days} days ahead.",
            ),
            Say("期限を近くしてください。", "Give an earlier end."),
        )
    return None


def name_of(copy: bytes) -> str:
    """Return the name under which the census has a copy."""
    return "cp_" + base64.b32encode(copy).decode().rstrip("=").lower()


def _id(name: str) -> bytes:
    return base64.b32decode(name.removeprefix("cp_").upper() + "======")


def _place(copy: bytes) -> Place:
    return Place("copies", "copy_lease", "wrapped", copy)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
