"""Tiles of a tree as C2SP's tlog-tiles lays them out, and the tree read from them. They are public: commitments alone.

``tile/<level>/<number>[.p/<width>]`` holds up to 256 hashes, ``tile/entries/<number>[.p/<width>]`` the leaves' own
bytes, each behind its length (two bytes, big-endian).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Final, Literal

from noren.governance.log.errors import LogBroken
from noren.governance.log.hashing import HASH_BYTES, Subtree, full_root

WIDTH: Final = 256
HEIGHT: Final = 8
LEVELS: Final = 6
"""As many as are looked at: 2^48 entries."""
CHECKPOINT: Final = "checkpoint"
ENTRIES: Final = "entries"
PUBLIC_NAME: Final = re.compile(
    r"(?:checkpoint|tile/(?:entries|[0-9]|[1-5][0-9]|6[0-3])(?:/x[0-9]{3}){0,6}/[0-9]{3}"
    r"(?:\.p/(?:[1-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5]))?)\Z",
    re.ASCII,
)
"""The names of a log's public files; nothing else of it is ever served."""

_LENGTH: Final = HASH_BYTES.to_bytes(2, "big")
Level = int | Literal["entries"]
Fetch = Callable[[str], bytes]


def number_path(number: int) -> str:
    """Return a number as a path: 1234067 is ``x001/x234/067``."""
    parts = [f"{number % 1000:03d}"]
    while number >= 1000:
        number //= 1000
        parts.append(f"x{number % 1000:03d}")
    return "/".join(reversed(parts))


def tile_path(level: Level, number: int, width: int = WIDTH) -> str:
    """Return where a tile lies."""
    part = "" if width == WIDTH else f".p/{width}"
    return f"tile/{level}/{number_path(number)}{part}"


def widths(level: Level, size: int) -> Iterator[tuple[int, int]]:
    """Return the number and width of each tile of a level, in a tree of ``size`` leaves."""
    count = size if level == ENTRIES else size >> (HEIGHT * int(level))
    for number in range(count // WIDTH):
        yield number, WIDTH
    if count % WIDTH:
        yield count // WIDTH, count % WIDTH


def levels(size: int) -> Iterator[int]:
    """Return the levels that a tree of ``size`` leaves has tiles on."""
    level = 0
    while size >> (HEIGHT * level):
        yield level
        level += 1


def bundle(commitments: Sequence[bytes]) -> bytes:
    """Return the bytes of an entry bundle."""
    return b"".join([_LENGTH + each for each in commitments])


def parse_bundle(raw: bytes) -> list[bytes]:
    """Read an entry bundle.

    Raises:
        LogBroken: it is none of ours.
    """
    step = HASH_BYTES + len(_LENGTH)
    found = [raw[at + len(_LENGTH) : at + step] for at in range(0, len(raw), step)]
    if bundle(found) != raw or any(len(each) != HASH_BYTES for each in found):
        raise LogBroken("an entry bundle is none")
    return found


def parse_tile(raw: bytes, width: int) -> list[bytes]:
    """Read a tile of a width.

    Raises:
        LogBroken: it has another one.
    """
    if len(raw) != width * HASH_BYTES:
        raise LogBroken("a tile has not the width that it must have")
    return [raw[at : at + HASH_BYTES] for at in range(0, len(raw), HASH_BYTES)]


def read_tile(fetch: Fetch, level: int, number: int, size: int) -> list[bytes]:
    """Return the hashes of a tile in a tree of ``size``; where its partial file is gone, from the full one.

    Raises:
        LogBroken: it is not there, or too short.
    """
    width = min(WIDTH, (size >> (HEIGHT * level)) - number * WIDTH)
    try:
        return parse_tile(fetch(tile_path(level, number, width)), width)
    except FileNotFoundError:
        pass
    try:
        return parse_tile(fetch(tile_path(level, number)), WIDTH)[:width]
    except FileNotFoundError:
        raise LogBroken(f"the tile {tile_path(level, number, width)} is not there") from None


def tree(fetch: Fetch, size: int) -> Subtree:
    """Return the tree of ``size`` leaves, read from its tiles as they are needed."""

    @cache
    def tile(level: int, number: int) -> list[bytes]:
        return read_tile(fetch, level, number, size)

    def read(level: int, index: int) -> bytes:
        above, within = divmod(level, HEIGHT)
        first = index << within
        at = first % WIDTH
        return full_root(tile(above, first // WIDTH)[at : at + (1 << within)])

    return read
