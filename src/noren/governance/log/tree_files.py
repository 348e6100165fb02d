"""The public files of a log's tree: grown as entries come, taken up again as a crash left them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from noren.governance.log.bundles import STRAY
from noren.governance.log.disk import PUBLIC, Disk
from noren.governance.log.growing import Growing
from noren.governance.log.hashing import full_root
from noren.governance.log.tiles import ENTRIES, HEIGHT, LEVELS, WIDTH, Level, levels, read_tile, tile_path


class TreeFiles:
    """The tiles and entry bundles in a log's folder."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        self._folder = folder
        self._disk = disk
        self._growing = Growing.empty()

    @property
    def size(self) -> int:
        """How many leaves it has."""
        return self._growing.size

    @property
    def root(self) -> bytes:
        """The root over all leaves."""
        return self._growing.root

    def fetch(self, name: str) -> bytes:
        """Return a file."""
        return (self._folder / name).read_bytes()

    def load(self, size: int, leaves: Sequence[bytes]) -> None:
        """Take up a tree of ``size`` leaves; ``leaves``: the commitments of the bundle that is begun.

        Raises:
            LogBroken: a full tile at its right edge is not there.
        """
        edges = [self._edge(level, size) for level in levels(size) if level]
        self._growing = Growing(size, edges, leaves)

    def _edge(self, level: int, size: int) -> list[bytes]:
        """Make the begun tile of a level anew from the full ones below it."""
        count = size >> (HEIGHT * level)
        below = range(count - count % WIDTH, count)
        return [full_root(read_tile(self.fetch, level - 1, number, size)) for number in below]

    def grow(self, commitments: Sequence[bytes]) -> set[Path]:
        """Add leaves; write the tiles that are full now. Return what is to be flushed before they are signed."""
        touched: set[Path] = set()
        for name, content in self._growing.grow(commitments):
            path = self._folder / name
            self._disk.put(path, content, PUBLIC)
            self._disk.remove_folder(path.with_name(f"{path.name}.p"))
            touched |= {path, path.parent, path.parent.parent}
        return touched

    def write_partial(self) -> None:
        """Write the tiles that are not full: made anew from the records when the log is opened, so not flushed."""
        for level, number, width, content in self._growing.partial():
            self._disk.put(self._folder / tile_path(level, number, width), content, PUBLIC)

    def mend_partial(self) -> None:
        """Write the partial tiles anew, those of earlier checkpoints too: a power cut may have torn any of them."""
        for level, number, width, content in self._growing.partial():
            parts = (self._folder / tile_path(level, number, 1)).parent
            step = len(content) // width
            for part in list(parts.glob("*")):
                whole = content[: int(part.name) * step]
                if part.read_bytes() != whole:
                    self._disk.put(part, whole, PUBLIC)
        self.write_partial()

    def clear_strays(self) -> None:
        """Remove what a crash left behind the last leaf, on every level, and partial tiles of full ones."""
        for level in (ENTRIES, *range(LEVELS)):
            height = 0 if level == ENTRIES else int(level)
            last, width = divmod(self.size >> (HEIGHT * height), WIDTH)
            for number in range(last, last + (STRAY >> (HEIGHT * height)) + 2):
                (self._folder / tile_path(level, number)).unlink(missing_ok=True)
            for number in range(max(0, last - 1), last + 2):
                self._clear_parts(level, number, width if number == last else 0)

    def _clear_parts(self, level: Level, number: int, kept: int) -> None:
        parts = (self._folder / tile_path(level, number, 1)).parent
        for part in list(parts.glob("*")):
            if int(part.name) > kept:
                part.unlink()
