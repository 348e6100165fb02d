"""What a disk was told, in order: the record from which a power cut's outcomes are made.

A file is a number (its inode): a name may come to mean another file. A sync covers what was
told before it began, and nothing that was told while it ran.
"""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Created:
    """A name was given to a new, empty file. Durable with the file's first sync."""

    name: str
    file: int


@dataclass(frozen=True, slots=True)
class Deleted:
    """A name was taken away. ``durable``: the folder was synced with it."""

    name: str
    durable: bool


@dataclass(frozen=True, slots=True)
class Wrote:
    """Bytes were handed over; they may still be in memory only."""

    file: int
    offset: int
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Resized:
    """A file was cut, or lengthened with zeros."""

    file: int
    size: int


@dataclass(frozen=True, slots=True)
class Synced:
    """A sync came back well: what was told of ``file`` among the first ``upto`` events is durable."""

    file: int
    upto: int


@dataclass(frozen=True, slots=True)
class SyncFailed:
    """A sync came back with an error: what it should have covered is gone, and no later sync will bring it back.

    That is how Linux behaves: the pages count as clean after the error (fsyncgate, 2018).
    """

    file: int
    upto: int


Event = Created | Deleted | Wrote | Resized | Synced | SyncFailed


class DiskLog:
    """The record, and which name means which file now. Thread-safe."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._files: dict[str, int] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def note(self, event: Event) -> None:
        """Write an event down."""
        with self._lock:
            self.events.append(event)

    def now(self) -> int:
        """Return how many events have been written down."""
        with self._lock:
            return len(self.events)

    def opened(self, name: str) -> int:
        """Return the file that ``name`` means, a new one where there was none."""
        with self._lock:
            if name not in self._files:
                self._files[name] = next(self._numbers)
                self.events.append(Created(name, self._files[name]))
            return self._files[name]

    def renamed(self, old: str, new: str) -> None:
        """Write down that a file bears another name, which meant another file until then, or none."""
        with self._lock:
            file = self._files[new] = self._files.pop(old)
            self.events += [Created(new, file), Deleted(old, durable=False)]

    def deleted(self, name: str, *, durable: bool) -> None:
        """Write down that a name is gone."""
        with self._lock:
            if self._files.pop(name, None) is not None:
                self.events.append(Deleted(name, durable))
