"""What may stand on a disk after the power went at a given place of its record.

Everything synced is there. Of what was not, any part may be: all, nothing, a torn beginning,
single sectors in any order; a cut of a file may be lost while writes after it are not. Names
change in order (file systems keep a journal of them), but the last changes may be missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Final

from noren.testing.disk_log import Created, Deleted, Event, Resized, SyncFailed, Wrote

SECTOR_BYTES: Final = 512
"""A sector is there or is not; bytes beside a write in the same sector survive (SQLite's "powersafe overwrite")."""

Told = Wrote | Resized
Survival = Callable[[Sequence[Told], Random], Sequence[Told]]


class PowerCut:
    """Walks along a record; at each place it says what a power cut there may leave."""

    def __init__(self, events: Sequence[Event]) -> None:
        self._events = events
        self._at = 0
        self._durable: dict[int, bytearray] = {}
        self._pending: dict[int, list[tuple[int, Told]]] = {}
        self._names: dict[str, int] = {}
        self._renamings: list[Created | Deleted] = []

    def go_to(self, place: int) -> None:
        """Go on to where ``place`` events have happened."""
        assert self._at <= place <= len(self._events), "a record is walked along once"
        for event in self._events[self._at : place]:
            self._take(event)
            self._at += 1

    def durable(self, file: int) -> bytes:
        """Return what surely stands in a file."""
        return bytes(self._durable.get(file, b""))

    def outcome(self, chance: Random) -> dict[str, bytes]:
        """Return one way in which the disk may be found: file names with their content."""
        names = dict(self._names)
        for renaming in self._renamings[: chance.randint(0, len(self._renamings))]:
            _rename(names, renaming)
        return {name: self._content(file, chance) for name, file in names.items()}

    def _content(self, file: int, chance: Random) -> bytes:
        pending = [told for _, told in self._pending.get(file, ())]
        survived = chance.choice(SURVIVALS)(pending, chance) if pending else ()
        content = bytearray(self._durable.get(file, b""))
        for told in survived:
            apply(content, told)
        return bytes(content)

    def _take(self, event: Event) -> None:
        if isinstance(event, Wrote | Resized):
            self._pending.setdefault(event.file, []).append((self._at, event))
        elif isinstance(event, Created | Deleted):
            self._renamings.append(event)
            if isinstance(event, Deleted) and event.durable:
                self._settle_names(len(self._renamings))
        else:
            self._settle(event.file, event.upto, lost=isinstance(event, SyncFailed))

    def _settle(self, file: int, upto: int, *, lost: bool) -> None:
        pending = self._pending.get(file, [])
        content = self._durable.setdefault(file, bytearray())
        for at, told in pending:
            if at < upto and not lost:
                apply(content, told)
        self._pending[file] = [(at, told) for at, told in pending if at >= upto]
        for number, renaming in enumerate(self._renamings):
            if isinstance(renaming, Created) and renaming.file == file and not lost:
                self._settle_names(number + 1)
                return

    def _settle_names(self, count: int) -> None:
        for renaming in self._renamings[:count]:
            _rename(self._names, renaming)
        self._renamings = self._renamings[count:]


def _rename(names: dict[str, int], renaming: Created | Deleted) -> None:
    if isinstance(renaming, Created):
        names[renaming.name] = renaming.file
    else:
        names.pop(renaming.name, None)


def end_of(told: Told) -> int:
    """Return how long a file is at least, in bytes, once it was told this."""
    return told.size if isinstance(told, Resized) else told.offset + len(told.data)


def apply(content: bytearray, told: Told) -> None:
    """Do to a file's content what the disk was told."""
    end = end_of(told)
    if len(content) < end:
        content.extend(bytes(end - len(content)))
    if isinstance(told, Resized):
        del content[told.size :]
    else:
        content[told.offset : end] = told.data


def sectors(told: Told) -> Iterator[Told]:
    """Yield a write sector by sector; a cut of the file is one thing."""
    if isinstance(told, Resized):
        yield told
        return
    begin = told.offset
    end = begin + len(told.data)
    while begin < end:
        stop = min(end, begin - begin % SECTOR_BYTES + SECTOR_BYTES)
        yield Wrote(told.file, begin, told.data[begin - told.offset : stop - told.offset])
        begin = stop


def _nothing(pending: Sequence[Told], chance: Random) -> Sequence[Told]:
    del pending, chance
    return ()


def _all(pending: Sequence[Told], chance: Random) -> Sequence[Told]:
    del chance
    return pending


def _beginning(pending: Sequence[Told], chance: Random) -> Sequence[Told]:
    """Keep the first ones, the last of them torn."""
    kept = pending[: chance.randint(1, len(pending))]
    torn = list(sectors(kept[-1]))
    return [*kept[:-1], *torn[: chance.randint(0, len(torn))]]


def _scattered(pending: Sequence[Told], chance: Random) -> Sequence[Told]:
    share = chance.choice((0.1, 0.5, 0.9, 0.98))
    return [piece for told in pending for piece in sectors(told) if chance.random() < share]


def _shuffled(pending: Sequence[Told], chance: Random) -> Sequence[Told]:
    kept = list(_scattered(pending, chance))
    chance.shuffle(kept)
    return kept


SURVIVALS: Final[tuple[Survival, ...]] = (_nothing, _all, _beginning, _scattered, _shuffled)
