"""Files that survive a power cut, and old bytes that do not survive being replaced."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Final, TypeVar

PUBLIC: Final = 0o644
PRIVATE: Final = 0o600
PUBLIC_FOLDER: Final = 0o755
PRIVATE_FOLDER: Final = 0o700

T = TypeVar("T")
FEW: Final = 3
ABREAST: Final = 16


def make_folder(path: Path, mode: int) -> None:
    """Make a folder durably, with its parents; leave it alone where it exists."""
    if path.is_dir():
        return
    make_folder(path.parent, mode)
    path.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    path.chmod(mode)  # a zone's umask lets nobody else in; what is public says so itself
    flush(path.parent)


def flush(path: Path) -> None:
    """Return when the bytes of a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def flush_all(paths: Collection[Path]) -> None:
    """Flush many files and folders, several at a time: the file system then takes them in few steps (5 to 20 times)."""
    _abreast(flush, paths)


def _abreast(work: Callable[[T], None], over: Collection[T]) -> None:
    if len(over) <= FEW:
        for each in over:
            work(each)
        return
    with ThreadPoolExecutor(ABREAST, "flush") as several:
        list(several.map(work, over))


def put(path: Path, content: bytes, mode: int, *, at: int = 0) -> None:
    """Write bytes at the known end of a file (a new one: at 0); what lies behind is cut off. Not flushed."""
    make_folder(path.parent, PUBLIC_FOLDER if mode == PUBLIC else PRIVATE_FOLDER)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, PRIVATE)
    try:
        if mode != PRIVATE:
            os.fchmod(descriptor, mode)
        os.ftruncate(descriptor, at)
        os.lseek(descriptor, at, os.SEEK_SET)
        _write(descriptor, content)
    finally:
        os.close(descriptor)


def exchange(path: Path, content: bytes, mode: int) -> None:
    """Replace a file durably, in one step."""
    exchange_all({path: content}, mode)


def exchange_all(contents: Mapping[Path, bytes], mode: int, *, scrub: bool = False) -> None:
    """Replace files durably, each in one step. ``scrub``: then write zeros over the bytes that they held before.

    They are overwritten through the file that lost its name. A file system that copies on write, or a disk that
    moves its blocks, may keep them.
    """
    beside = {path: path.with_name(f".{path.name}.new") for path in contents}
    for path, content in contents.items():
        beside[path].unlink(missing_ok=True)
        put(beside[path], content, mode)
    flush_all(list(beside.values()))
    with ExitStack() as stack:
        old = [stack.enter_context(path.open("r+b")) for path in contents if scrub and path.exists()]
        for path, new in beside.items():
            new.rename(path)
        flush_all({path.parent for path in contents})
        _abreast(_scrub, old)


def _scrub(lost: IO[bytes]) -> None:
    os.pwrite(lost.fileno(), bytes(os.fstat(lost.fileno()).st_size), 0)
    os.fsync(lost.fileno())


class Disk:
    """What a log asks of the disk, as one thing, so that a test can write down what the disk was told."""

    def put(self, path: Path, content: bytes, mode: int, *, at: int = 0) -> None:
        """Write bytes at the known end of a file, not flushed."""
        put(path, content, mode, at=at)

    def flush_all(self, paths: Collection[Path]) -> None:
        """Return when these files, and the names in these folders, are on the disk."""
        flush_all(paths)

    def remove_folder(self, path: Path) -> None:
        """Take a folder away with all in it; nothing to do where it is not there. Not flushed."""
        shutil.rmtree(path, ignore_errors=True)

    def exchange_all(self, contents: Mapping[Path, bytes], mode: int, *, scrub: bool = False) -> None:
        """Replace files durably, each in one step."""
        exchange_all(contents, mode, scrub=scrub)


def _write(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]
