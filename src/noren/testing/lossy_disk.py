"""A file system that loses what was not synced when its power is cut: one flat folder, served by FUSE.

Run as a process of its own: ``python -m noren.testing.lossy_disk MOUNT FOLDER [lying]``. What
FOLDER holds is on the disk at the beginning. ``cut SEED`` on standard input cuts the power: from
that instant nothing reaches the disk any more, every call fails, and FOLDER holds what may be
found afterwards. ``lying``: a sync that does nothing and says that it did.

The kernel hands over each write at once (no writeback cache), so nothing hides from the record;
shared memory maps (SQLite's index of its log) work through the kernel's page cache.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
import threading
from pathlib import Path
from random import Random
from typing import Any, Final

import mfusepy  # pyright: ignore[reportMissingTypeStubs] (it ships none)

from noren.testing.disk_log import DiskLog, Resized, Synced, Wrote
from noren.testing.power_cut import PowerCut, apply, end_of

_FOLDER_MODE: Final = stat.S_IFDIR | 0o755
_FILE_MODE: Final = stat.S_IFREG | 0o600

MOST_BYTES: Final = 256 << 20
"""How large a file may become. A store that a lying disk has broken may write at any offset; a real disk ends too."""


class LossyDisk(mfusepy.Operations):
    """The file system: contents by file number, and the record from which a power cut's outcome is made."""

    use_ns = True

    def __init__(self, folder: Path, *, lying: bool = False) -> None:
        self._folder, self._lying, self._off = folder, lying, False
        self._log, self._lock = DiskLog(), threading.Lock()
        self._names: dict[str, int] = {}
        self._contents: dict[int, bytearray] = {}
        for each in sorted(folder.iterdir()):
            file = self._new("/" + each.name)
            self._told(Wrote(file, 0, each.read_bytes()))
            self._log.note(Synced(file, self._log.now()))

    def cut(self, seed: int) -> int:
        """Cut the power; return how many things the disk had been told."""
        with self._lock:
            self._off = True
        place = self._log.now()
        cut = PowerCut(self._log.events)
        cut.go_to(place)
        for old in self._folder.iterdir():
            old.unlink()
        for name, content in cut.outcome(Random(seed)).items():
            (self._folder / name.removeprefix("/")).write_bytes(content)
        return place

    def _new(self, path: str) -> int:
        file = self._log.opened(path)
        self._names[path] = file
        self._contents[file] = bytearray()
        return file

    def _told(self, told: Wrote | Resized) -> None:
        """Do it, and write it down, unless the power is off or the disk is full."""
        if end_of(told) > MOST_BYTES:
            raise mfusepy.FuseOSError(errno.ENOSPC)
        with self._lock:
            if self._off:
                raise mfusepy.FuseOSError(errno.EIO)
            apply(self._contents[told.file], told)
            self._log.note(told)

    def _file(self, path: str) -> int:
        if self._off:
            raise mfusepy.FuseOSError(errno.EIO)
        if path not in self._names:
            raise mfusepy.FuseOSError(errno.ENOENT)
        return self._names[path]

    def getattr(self, path: str, fh: int | None = None) -> dict[str, Any]:
        """Return a file's size and mode."""
        if path == "/":
            return {"st_mode": _FOLDER_MODE, "st_nlink": 2}
        file = fh or self._file(path)
        whose = {"st_uid": os.getuid(), "st_gid": os.getgid()}
        return {"st_mode": _FILE_MODE, "st_nlink": 1, "st_size": len(self._contents[file]), "st_ino": file, **whose}

    def readdir(self, path: str, fh: int) -> list[str]:
        """Return all names."""
        return [".", "..", *(name.removeprefix("/") for name in self._names)]

    def create(self, path: str, mode: int, fi: Any = None) -> int:
        """Make a file."""
        if self._off:
            raise mfusepy.FuseOSError(errno.EIO)
        return self._new(path)

    def open(self, path: str, flags: int) -> int:
        """Open a file; its handle is its number."""
        return self._file(path)

    def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
        """Return bytes of a file."""
        return bytes(self._contents[fh][offset : offset + size])

    def write(self, path: str, data: bytes, offset: int, fh: int) -> int:
        """Take bytes."""
        self._told(Wrote(fh, offset, data))
        return len(data)

    def truncate(self, path: str, length: int, fh: int | None = None) -> int:
        """Cut a file, or lengthen it."""
        self._told(Resized(fh or self._file(path), length))
        return 0

    def unlink(self, path: str) -> int:
        """Take a name away."""
        self._file(path)
        del self._names[path]
        self._log.deleted(path, durable=False)
        return 0

    def fsync(self, path: str, datasync: int, fh: int) -> int:
        """Make a file durable, or say so."""
        with self._lock:
            if self._off:
                raise mfusepy.FuseOSError(errno.EIO)
            self._log.note(Synced(fh, 0 if self._lying else self._log.now()))
        return 0

    def fsyncdir(self, path: str, datasync: int, fh: int) -> int:
        """Names become durable with their files."""
        return 0

    def chmod(self, path: str, mode: int) -> int:
        """All files here have one mode."""
        return 0

    def chown(self, path: str, uid: int, gid: int) -> int:
        """All files here are ours."""
        return 0

    def utimens(self, path: str, times: tuple[int, int] | None = None) -> int:
        """Nobody looks at times here."""
        return 0


def _listen(disk: LossyDisk) -> None:
    for line in sys.stdin:
        sys.stdout.write(f"{disk.cut(int(line.split()[1]))}\n")
        sys.stdout.flush()


def main(mount: str, folder: str, *rest: str) -> None:
    """Serve until unmounted."""
    disk = LossyDisk(Path(folder), lying="lying" in rest)
    threading.Thread(target=_listen, args=(disk,), daemon=True).start()
    mfusepy.FUSE(disk, mount, foreground=True, nothreads=True, hard_remove=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
