"""A way to the disk for SQLite that writes down what the disk is told, and fails on order.

It stands under the store's own code: files are real, locks and the shared index are the
system's; only writes, cuts, syncs, openings and deletions pass through here. Registered in
apsw's own SQLite; the standard library's ``sqlite3`` is another copy, which it can not reach.
"""

from __future__ import annotations

from types import TracebackType
from typing import Any, Final, Literal, Protocol, cast

import apsw

from noren.testing.disk_log import DiskLog, Resized, Synced, SyncFailed, Wrote
from noren.testing.power_cut import PowerCut

Act = Literal["write", "resize", "sync", "open", "delete"]
How = Literal["eio", "enospc"]

_FAILED: Final[dict[Act, int]] = {
    "write": apsw.SQLITE_IOERR_WRITE,
    "resize": apsw.SQLITE_IOERR_TRUNCATE,
    "sync": apsw.SQLITE_IOERR_FSYNC,
    "open": apsw.SQLITE_CANTOPEN,
    "delete": apsw.SQLITE_IOERR_DELETE,
}


class Trouble(Protocol):
    """Decides before each act whether it fails."""

    def strikes(self, act: Act) -> How | None:
        """Return how the act fails; None: it does not."""
        ...


class NoTrouble:
    """A disk that never fails."""

    def strikes(self, act: Act) -> How | None:
        """See ``Trouble``."""
        del act
        return None


class Striking:
    """A disk that fails at its ``number``-th ``act`` after it was armed: then, or from then on until it is healed."""

    def __init__(self, act: Act, number: int, how: How, *, for_good: bool) -> None:
        self._act, self._number, self._for_good = act, number, for_good
        self._how: How = how
        self._count: int | None = None
        self.struck: list[Act] = []

    def arm(self) -> None:
        """Begin to count."""
        self._count = 0

    def heal(self) -> None:
        """Let nothing fail any more."""
        self._count = None

    def strikes(self, act: Act) -> How | None:
        """See ``Trouble``."""
        if self._count is None:
            return None
        self._count += act == self._act
        if (act == self._act and self._count == self._number) or (self._for_good and self._count >= self._number):
            self.struck.append(act)
            return self._how
        return None


class CrashVfs(apsw.VFS):
    """Registers itself under ``name``. Use as a context manager; close all connections before it ends.

    ``forgets``: after a failed sync the lost writes are not seen by readers either (the system
    has given their memory to others); else they linger, readable, until the power goes.
    ``lazy``: what is written again with the same bytes is taken for written (a system that did
    so would undo the one cure there is).
    """

    def __init__(
        self, name: str, log: DiskLog, trouble: Trouble | None = None, *, forgets: bool = False, lazy: bool = False
    ) -> None:
        self.name, self.log, self.forgets, self.lazy = name, log, forgets, lazy
        self._trouble: Trouble = trouble or NoTrouble()
        super().__init__(name, "")

    def __enter__(self) -> CrashVfs:
        return self

    def __exit__(self, kind: type[BaseException] | None, wrong: BaseException | None, at: TracebackType | None) -> None:
        self.unregister()

    def try_to(self, act: Act) -> None:
        """Let the trouble strike, if it will."""
        how = self._trouble.strikes(act)
        if how is None:
            return
        wrong = apsw.FullError("no room") if how == "enospc" else apsw.IOError(f"{act} failed")
        if act == "open":
            wrong = apsw.CantOpenError("open failed")
        cast("Any", wrong).extendedresult = apsw.SQLITE_FULL if how == "enospc" else _FAILED[act]
        raise wrong

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 (SQLite's names)
        """Open a file, and note it when it is new."""
        self.try_to("open")
        if name is None:
            return apsw.VFSFile("", None, flags)  # a temporary file of SQLite's own: nothing of ours
        return CrashFile(self, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        """Take a name away."""
        self.try_to("delete")
        super().xDelete(filename, syncdir)
        self.log.deleted(filename, durable=syncdir)


class CrashFile(apsw.VFSFile):
    """One open file."""

    def __init__(self, vfs: CrashVfs, name: str | apsw.URIFilename, flags: list[int]) -> None:
        super().__init__("", name, flags)
        self._vfs = vfs
        self._file = vfs.log.opened(name if isinstance(name, str) else name.filename())

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        """Hand bytes to the disk."""
        self._vfs.try_to("write")
        if self._vfs.lazy and offset + len(data) <= self.xFileSize() and self.xRead(len(data), offset) == data:
            return
        super().xWrite(data, offset)  # pyright: ignore[reportUnknownMemberType]
        self._vfs.log.note(Wrote(self._file, offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        """Cut the file."""
        self._vfs.try_to("resize")
        super().xTruncate(newsize)
        self._vfs.log.note(Resized(self._file, newsize))

    def xSync(self, flags: int) -> None:  # noqa: N802
        """Ask for durability. After an error, what was not durable by then never will be."""
        log, upto = self._vfs.log, self._vfs.log.now()
        try:
            self._vfs.try_to("sync")
        except apsw.Error:
            log.note(SyncFailed(self._file, upto))
            if self._vfs.forgets:
                self._forget()
            raise
        super().xSync(flags)
        log.note(Synced(self._file, upto))

    def _forget(self) -> None:
        """Put back what is durable."""
        cut = PowerCut(self._vfs.log.events)
        cut.go_to(self._vfs.log.now())
        content = cut.durable(self._file)
        super().xTruncate(len(content))
        if content:
            super().xWrite(content, 0)  # pyright: ignore[reportUnknownMemberType]
