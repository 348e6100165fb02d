"""One side's audit log: what it acknowledged is on the disk, under a signed checkpoint, and can not be changed unseen.

Order of a group: records and full tiles to the disk, partial tiles, then the checkpoint in one step; only then is it
acknowledged. So a process killed at any moment leaves a log whose checkpoint covers all that it ever
acknowledged; what lies behind it is cut off when it is opened again. A record that was covered and is not there is
never mended: the log refuses to open.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from noren.governance.acting import who_acts
from noren.governance.log.bundles import STRAY, Bundles
from noren.governance.log.disk import (
    PRIVATE,
    PRIVATE_FOLDER,
    PUBLIC,
    PUBLIC_FOLDER,
    Disk,
    flush,
    make_folder,
)
from noren.governance.log.errors import LogBroken, LogBusy, NotForgettable
from noren.governance.log.hashing import EMPTY, consistency_proof, inclusion_proof
from noren.governance.log.keys import LogKeys
from noren.governance.log.notes import Checkpoint, Note, parse_note, sign
from noren.governance.log.records import SALT_BYTES, Held, canonical, hold, parse_record, subject_of
from noren.governance.log.subjects import Subjects, Tagged
from noren.governance.log.tiles import CHECKPOINT, WIDTH, tree
from noren.governance.log.tree_files import TreeFiles
from noren.governance.ports import Entry, EntryKind, Fact
from noren.kernel.clock import Clock

MAX_GROUP: Final = (STRAY - 1) * WIDTH


@dataclass(frozen=True, slots=True)
class Told:
    """One entry as the log holds it. ``entry`` is None once its record was forgotten; ``when``: the time it keeps."""

    place: int
    held: Held
    entry: Entry | None
    when: str


@dataclass(slots=True)
class _Waiting:
    """Entries of one caller, until their group is written."""

    entries: Sequence[Entry]
    places: range | None = None
    broken: BaseException | None = field(default=None)

    @property
    def over(self) -> bool:
        """Whether it was written, or could not be."""
        return self.places is not None or self.broken is not None


class Log:
    """The log of one side, opened for writing by one process."""

    def __init__(
        self,
        folder: Path,
        keys: LogKeys,
        clock: Clock,
        when: Callable[[datetime], str],
        disk: Disk | None = None,
        *,
        begun: Mapping[str, Fact] | None = None,
    ) -> None:
        """``when``: what of an instant this log keeps (a member's side: the day alone).

        ``begun``: what the first entry of a new log says besides its name.
        """
        self._begun = begun or {}
        self.folder = folder
        self.keys = keys
        self._clock = clock
        self._when = when
        self._disk = disk or Disk()
        make_folder(folder, PUBLIC_FOLDER)
        make_folder(folder / "private", PRIVATE_FOLDER)
        self._seat = open(folder / "private" / "lock", "ab", opener=_opener)  # noqa: SIM115 - held while the log lives
        self._lock, self._gate = threading.RLock(), threading.Condition()
        self._waiting: list[_Waiting] = []
        self._busy = False
        self._bundles = Bundles(folder / "private" / "records", self._disk)
        self._subjects = Subjects(folder / "private" / "subjects", self._tagged)
        make_folder(folder / "private" / "records", PRIVATE_FOLDER)
        make_folder(folder / "private" / "subjects", PRIVATE_FOLDER)
        self._note: Note | None = None
        self._tree = TreeFiles(folder, self._disk)
        try:
            self._open()
        except BaseException:
            self._seat.close()
            raise

    def _open(self) -> None:
        try:
            fcntl.flock(self._seat, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LogBusy(f"another process writes the log {self.folder.name}") from None
        if not (self.folder / CHECKPOINT).exists():
            self._begin()
        self._load()
        self._finish_forgetting()
        if not self.size:
            self._write([Entry(EntryKind.LOG_BEGUN, self._clock.now(), {"origin": self.keys.origin, **self._begun})])

    def _begin(self) -> None:
        """Sign the empty tree before anything else: a log that lost its checkpoint is then told from a new one."""
        if (self.folder / "tile").exists() or any((self.folder / "private" / "records").iterdir()):
            raise LogBroken("the checkpoint is not there")
        self._sign(Checkpoint(self.keys.origin, 0, EMPTY))

    def close(self) -> None:
        """Let another process write it."""
        self._seat.close()

    # Reading

    @property
    def size(self) -> int:
        """How many entries it has."""
        return self.checkpoint().checkpoint.size

    def checkpoint(self) -> Note:
        """Return the newest signed checkpoint."""
        with self._lock:
            if self._note is None:  # a group broke off: what the disk says counts
                self._load()
            assert self._note is not None, "a loaded log has a checkpoint"
            return self._note

    def at(self, place: int) -> Told:
        """Return one entry."""
        with self._lock:
            return _told(place, self._bundles.at(place))

    def of_subject(self, tag: bytes) -> list[Told]:
        """Return a member's entries, the oldest first; none once they were forgotten."""
        with self._lock:
            return [_told(place, self._bundles.at(place)) for place in self._subjects.places(tag)]

    def of_member(self, member: bytes) -> list[Told]:
        """Return the entries of a member of this side, under whichever version of the tag's key they stand."""
        return [told for tag in reversed(self.keys.subjects(member)) for told in self.of_subject(tag)]

    @contextmanager
    def still(self) -> Generator[None]:
        """Let nobody write while the context lasts: for several readings under one checkpoint."""
        with self._lock:
            yield

    def subject(self, member: bytes) -> bytes:
        """Return the tag under which a member is written."""
        return self.keys.subject(member)

    def proof(self, place: int) -> list[bytes]:
        """Return the audit path of an entry under the newest checkpoint."""
        with self._lock:
            return inclusion_proof(tree(self._tree.fetch, self.size), place, self.size)

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Return the proof that the log of ``old`` entries is the beginning of that of ``new``."""
        with self._lock:
            return consistency_proof(tree(self._tree.fetch, self.size), old, new)

    # Writing

    def append(self, entries: Sequence[Entry]) -> range:
        """Write entries in their order, each with who does it; return their places.

        Callers at once are written as one group.

        Raises:
            LogBroken, OSError: nothing was acknowledged; the log is read anew before the next group.
        """
        assert len(entries) <= MAX_GROUP, "a group has a limit"
        who = who_acts()  # here: another caller's thread may write the group
        mine = _Waiting([replace(each, body={**who, **each.body}) for each in entries] if who else entries)
        with self._gate:
            self._waiting.append(mine)
            while self._busy and not mine.over:  # who was written with others never waits for the next group
                self._gate.wait()
            self._busy = self._busy or not mine.over
            leads = not mine.over
        if leads:
            self._write_waiting()
        if mine.broken is not None:
            raise mine.broken
        assert mine.places is not None, "the group was written"
        return mine.places

    def _write_waiting(self) -> None:
        """Write all who wait, as one group where it is not too large; then let one of those lead who came meanwhile."""
        with self._gate:
            group, self._waiting = self._waiting, []
        try:
            while group:
                taken, total = 0, 0
                while taken < len(group) and total + len(group[taken].entries) <= MAX_GROUP:
                    total, taken = total + len(group[taken].entries), taken + 1
                self._write_group(group[:taken])
                group = group[taken:]
        finally:
            with self._gate:
                self._busy = False
                self._gate.notify_all()

    def _write_group(self, group: Sequence[_Waiting]) -> None:
        try:
            with self._lock:
                place = self._write([entry for one in group for entry in one.entries])
        except BaseException as broken:
            for one in group:
                one.broken = broken
            return
        for one in group:
            one.places = range(place, place + len(one.entries))
            place += len(one.entries)

    def _write(self, entries: Sequence[Entry]) -> int:
        begin, salts = self.size, secrets.token_bytes(SALT_BYTES * len(entries))
        lines = [
            hold(salts[SALT_BYTES * at : SALT_BYTES * (at + 1)], canonical(entry, self._when(entry.at)))
            for at, entry in enumerate(entries)
        ]
        if not lines:
            return begin
        self._note = None  # until the checkpoint stands: whatever breaks in between, the disk is read anew
        touched = self._bundles.append(begin, lines) | self._tree.grow([held.commitment for held in lines])
        self._disk.flush_all(touched)
        self._tree.write_partial()
        self._sign(Checkpoint(self.keys.origin, self._tree.size, self._tree.root))
        tagged = [(begin + at, entry.subject) for at, entry in enumerate(entries)]
        self._subjects.add([(place, tag) for place, tag in tagged if tag is not None], self._tree.size)
        return begin

    def _sign(self, checkpoint: Checkpoint) -> None:
        self.keys.publish()
        note = sign(checkpoint, self.keys.privates)
        self._disk.exchange_all({self.folder / CHECKPOINT: str(note).encode()}, PUBLIC)
        self._note = note

    def refresh(self) -> None:
        """Sign the newest checkpoint anew where the signing keys are others than before."""
        with self._lock:
            note = self.checkpoint()
            if note.signed_by(self.keys.living) != self.keys.living:
                self._sign(note.checkpoint)

    # Forgetting

    def forget_member(self, member: bytes, *, reason: str) -> int:
        """Destroy the records of all entries of a member of this side; return how many."""
        with self._lock:
            return self.forget([told.place for told in self.of_member(member)], reason=reason)

    def forget(self, places: Sequence[int], *, reason: str) -> int:
        """Destroy the records of members' entries; their commitments stay, and so does the root. Return how many.

        The log says that it did, and of how many: a record that is not there without such an entry is found.

        Raises:
            NotForgettable: one of them concerns no member.
        """
        with self._lock:
            told = [self.at(place) for place in sorted(set(places))]
            there = [each for each in told if each.entry is not None]
            if any(each.entry is not None and each.entry.subject is None for each in there):
                raise NotForgettable("only entries that concern a member are forgotten")
            if there:
                gone = [each.place for each in there]
                intent = {"size": self.size, "places": gone, "reason": reason}
                self._disk.exchange_all({self._intent: json.dumps(intent).encode()}, PRIVATE)
                self._finish_forgetting()
            return len(there)

    @property
    def _intent(self) -> Path:
        return self.folder / "private" / "forgetting"

    def _finish_forgetting(self) -> None:
        """Do what the intent says, or what a crash left of it to be done."""
        if not self._intent.exists():
            return
        intent = json.loads(self._intent.read_bytes())
        if self.size == intent["size"]:
            body = {"count": len(intent["places"]), "reason": intent["reason"]}
            self._write([Entry(EntryKind.RECORDS_FORGOTTEN, self._clock.now(), body)])
        self._bundles.forget(intent["places"], self.size)
        self._subjects.forget(intent["places"])
        self._intent.unlink()
        flush(self._intent.parent)

    # Opening

    def _load(self) -> None:
        note = parse_note((self.folder / CHECKPOINT).read_bytes())
        checkpoint = note.checkpoint
        if checkpoint.origin != self.keys.origin or not note.signed_by([*self.keys.living, *self.keys.known()]):
            raise LogBroken("the checkpoint is not signed by a key of this log")
        lines = self._bundles.load(checkpoint.size)
        self._tree.load(checkpoint.size, [held.commitment for held in lines])
        if self._tree.root != checkpoint.root:
            raise LogBroken("the records are not those of the checkpoint")
        self._note = note
        for left in (self.folder / f".{CHECKPOINT}.new", self._intent.with_name(f".{self._intent.name}.new")):
            left.unlink(missing_ok=True)
        self._tree.clear_strays()
        self._tree.mend_partial()
        self._subjects.load(checkpoint.size)
        self.refresh()

    def _tagged(self, begin: int, end: int) -> Tagged:
        for place, held in self._bundles.stretch(begin, end):
            tag = None if held.forgotten else subject_of(held.record)
            if tag is not None:
                yield place, tag


def _opener(path: str, flags: int) -> int:
    return os.open(path, flags, PRIVATE)


def _told(place: int, held: Held) -> Told:
    if held.forgotten:
        return Told(place, held, None, "")
    entry, when = parse_record(held.record)
    return Told(place, held, entry, when)
