"""The records' files: 256 lines each, written at the end, and anew where a record is forgotten."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Final

from noren.governance.log.disk import PRIVATE, Disk
from noren.governance.log.errors import LogBroken
from noren.governance.log.records import Held, parse_line
from noren.governance.log.tiles import WIDTH, number_path

AT_ONCE: Final = 256
"""Files that are written anew together."""

STRAY: Final = 1_024
"""How many files behind the last one are looked for after a crash: more than one group can begin."""


class Bundles:
    """The records of one log."""

    def __init__(self, folder: Path, disk: Disk | None = None) -> None:
        self._folder = folder
        self._disk = disk or Disk()
        self._end = 0
        """Bytes of the last file that belong to the log."""

    def path(self, number: int) -> Path:
        """Return where the records from ``number * 256`` on lie."""
        return self._folder / number_path(number)

    def read(self, number: int) -> list[Held]:
        """Return the lines of a file.

        Raises:
            LogBroken: it is not there, or one of its lines is none.
        """
        try:
            raw = self.path(number).read_bytes()
        except FileNotFoundError:
            raise LogBroken(f"the records {self.path(number).name} are not there") from None
        return [parse_line(line) for line in raw.splitlines(keepends=True)]

    def stretch(self, begin: int, end: int) -> Iterator[tuple[int, Held]]:
        """Return the lines from ``begin`` to ``end``, with their places."""
        for number in range(begin // WIDTH, -(-end // WIDTH)):
            for place, held in enumerate(self.read(number), number * WIDTH):
                if begin <= place < end:
                    yield place, held

    def at(self, place: int) -> Held:
        """Return one line.

        Raises:
            LogBroken: it is not there, or is none.
        """
        try:
            line = self.path(place // WIDTH).read_bytes().splitlines(keepends=True)[place % WIDTH]
        except (FileNotFoundError, IndexError):
            raise LogBroken(f"the record {place} is not there") from None
        return parse_line(line)

    def load(self, size: int) -> list[Held]:
        """Take up a log of ``size`` entries; cut off what a crash left behind them; return the last file's lines.

        Raises:
            LogBroken: a record of the log is not there, or was changed.
        """
        number, width = divmod(size, WIDTH)
        path = self.path(number)
        lines = path.read_bytes().splitlines(keepends=True)[:width] if path.exists() else []
        if len(lines) != width:
            raise LogBroken("records that were acknowledged are not there")
        held = [parse_line(line) for line in lines]
        self._end = sum(map(len, lines))
        if path.exists() and path.stat().st_size != self._end:
            self._disk.put(path, b"", PRIVATE, at=self._end)
            self._disk.flush_all([path])
        for stray in range(number + (1 if width else 0), number + STRAY):
            self.path(stray).unlink(missing_ok=True)
        return held

    def append(self, begin: int, lines: Sequence[Held]) -> set[Path]:
        """Write lines behind the first ``begin``; return the files and folders that are to be flushed."""
        at, touched = 0, set[Path]()
        while at < len(lines):
            number, width = divmod(begin + at, WIDTH)
            chunk = lines[at : at + WIDTH - width]
            path, end, content = self.path(number), self._end if width else 0, b"".join([held.line for held in chunk])
            self._disk.put(path, content, PRIVATE, at=end)
            touched |= {path} if width else {path, path.parent, path.parent.parent}
            self._end = end + len(content)
            at += len(chunk)
        return touched

    def forget(self, places: Collection[int], size: int) -> None:
        """Write the files of these places anew, their records left out; idempotent."""
        gone = set(places)
        numbers = sorted({place // WIDTH for place in gone})
        for at in range(0, len(numbers), AT_ONCE):
            contents = {self.path(number): self._without(number, gone) for number in numbers[at : at + AT_ONCE]}
            self._disk.exchange_all(contents, PRIVATE, scrub=True)
        last = self.path(size // WIDTH)
        self._end = last.stat().st_size if last.exists() else 0

    def _without(self, number: int, gone: Collection[int]) -> bytes:
        held = enumerate(self.read(number), number * WIDTH)
        return b"".join([(each.without_record() if place in gone else each).line for place, each in held])
