"""The disk under an audit log, writing down what it was told: from that a power cut's outcomes are made."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from noren.governance.log.disk import Disk
from noren.testing.disk_log import Deleted, DiskLog, Resized, Synced, Wrote


class RecordingDisk(Disk):
    """A disk that does what it is told and notes it. ``lying``: records that it says are flushed are not."""

    def __init__(self, folder: Path, *, lying: bool = False) -> None:
        self.told = DiskLog()
        self._folder, self._lying = folder, lying
        for path in sorted(each for each in folder.rglob("*") if each.is_file()):
            file = self.told.opened(self._name(path))
            self.told.note(Wrote(file, 0, path.read_bytes()))
            self.told.note(Synced(file, self.told.now()))
        self._names_durable()

    def put(self, path: Path, content: bytes, mode: int, *, at: int = 0) -> None:
        """Note a cut and a write."""
        super().put(path, content, mode, at=at)
        self._wrote(self._name(path), at, content)

    def flush_all(self, paths: Collection[Path]) -> None:
        """Note what became durable, once all of it did."""
        upto = self.told.now()
        super().flush_all(paths)
        for path in paths:
            if path.is_file() and not (self._lying and "records" in path.parts):
                self.told.note(Synced(self.told.opened(self._name(path)), upto))
        if any(path.is_dir() for path in paths):
            self._names_durable()

    def remove_folder(self, path: Path) -> None:
        """Note that each name in it is gone."""
        names = [self._name(each) for each in path.glob("*")]
        super().remove_folder(path)
        for name in names:
            self.told.deleted(name, durable=False)

    def exchange_all(self, contents: Mapping[Path, bytes], mode: int, *, scrub: bool = False) -> None:
        """Note the file beside, its flush, its new name, and the folder's flush."""
        super().exchange_all(contents, mode, scrub=scrub)
        for path, content in contents.items():
            beside = self._name(path.with_name(f".{path.name}.new"))
            self._wrote(beside, 0, content)
            self.told.note(Synced(self.told.opened(beside), self.told.now()))
        for path in contents:
            self.told.renamed(self._name(path.with_name(f".{path.name}.new")), self._name(path))
        self._names_durable()

    def _wrote(self, name: str, at: int, content: bytes) -> None:
        file = self.told.opened(name)
        self.told.note(Resized(file, at))
        self.told.note(Wrote(file, at, content))

    def _names_durable(self) -> None:
        self.told.note(Deleted("", durable=True))

    def _name(self, path: Path) -> str:
        return path.relative_to(self._folder).as_posix()
