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

Act = Literal["write", "resize", "sync", "open", "delete"]

_FAILED: Final[dict[Act, int]] = {
    "write": apsw.SQLITE_IOERR_WRITE,
    "resize": apsw.SQLITE_IOERR_TRUNCATE,
    "sync": apsw.SQLITE_IOERR_FSYNC,
    "open": apsw.SQLITE_CANTOPEN,
    "delete": apsw.SQLITE_IOERR_DELETE,
}


class Trouble(Protocol):
    """Decides before each act whether it fails."""

    def strikes(self, act: Act) -> Literal["eio", "enospc"] | None:
        """Return how the act fails; None: it does not."""
        ...


class NoTrouble:
    """A disk that never fails."""

    def strikes(self, act: Act) -> None:
        """See ``Trouble``."""
        del act


class CrashVfs(apsw.VFS):
    """Registers itself under ``name``. Use as a context manager; close all connections before it ends."""

    def __init__(self, name: str, log: DiskLog, trouble: Trouble | None = None) -> None:
        self.name, self.log = name, log
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
            raise
        super().xSync(flags)
        log.note(Synced(self._file, upto))
