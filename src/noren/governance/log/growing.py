"""A tree that grows: its right edge in memory, whole tiles to the disk as they fill."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from noren.governance.log.hashing import EMPTY, full_root, leaf_hash, node_hash
from noren.governance.log.tiles import ENTRIES, HEIGHT, WIDTH, Level, bundle, tile_path


class Growing:
    """The right edge of a tree: on each level the hashes of the tile that is not full yet."""

    def __init__(self, size: int, edges: Sequence[Sequence[bytes]], leaves: Sequence[bytes]) -> None:
        """Take up a tree. ``edges``: from level 1 on; ``leaves``: the commitments of the bundle that is begun."""
        self.size = size
        self._edges = [[leaf_hash(leaf) for leaf in leaves], *map(list, edges)]
        self._leaves = list(leaves)

    @classmethod
    def empty(cls) -> Growing:
        """Return the tree without leaves."""
        return cls(0, [], [])

    def grow(self, commitments: Iterable[bytes]) -> Iterator[tuple[str, bytes]]:
        """Add leaves; return each tile that is full now, with its name. Run it to its end."""
        for leaf in commitments:
            self._leaves.append(leaf)
            yield from self._add(leaf_hash(leaf))
            self.size += 1
            if len(self._leaves) == WIDTH:
                yield tile_path(ENTRIES, self.size // WIDTH - 1), bundle(self._leaves)
                self._leaves.clear()

    def _add(self, hashed: bytes) -> Iterator[tuple[str, bytes]]:
        for level, edge in enumerate(self._edges):
            edge.append(hashed)
            if len(edge) < WIDTH:
                return
            yield tile_path(level, self.size >> (HEIGHT * (level + 1))), b"".join(edge)
            hashed = full_root(edge)
            edge.clear()
        self._edges.append([hashed])

    def partial(self) -> Iterator[tuple[Level, int, int, bytes]]:
        """Return level, number, width and bytes of each tile that is begun and not full."""
        for level, edge in enumerate(self._edges):
            if edge:
                yield level, self.size >> (HEIGHT * (level + 1)), len(edge), b"".join(edge)
        if self._leaves:
            yield ENTRIES, self.size // WIDTH, len(self._leaves), bundle(self._leaves)

    @property
    def root(self) -> bytes:
        """The root over all leaves."""
        peaks = [peak for edge in reversed(self._edges) for peak in _peaks(edge)]
        if not peaks:
            return EMPTY
        root = peaks.pop()
        while peaks:
            root = node_hash(peaks.pop(), root)
        return root


def _peaks(edge: Sequence[bytes]) -> Iterator[bytes]:
    at = 0
    for bit in reversed(range(HEIGHT)):
        if len(edge) & (1 << bit):
            yield full_root(edge[at : at + (1 << bit)])
            at += 1 << bit
