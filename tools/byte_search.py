"""Search every file of a home for things that must not stand there, in every form we can think of.

    python -m tools.byte_search HOME NEEDLES

NEEDLES holds one needle a line (UTF-8): card numbers, names, addresses, phones, e-mails; ``0x…`` are bytes (a
handle, a link token). Each is
looked for in several encodings, as hex, base64, digits packed or counted as a number, and backwards; in
the raw bytes of each file, in each value of each SQLite table, in each column of each Parquet file and
in what is compressed. Exit 1 when anything is found. The needles themselves are never printed.
"""

from __future__ import annotations

import base64
import struct
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from tools.byte_layers import layers

WINDOW: Final = 6
"""Bytes compared at once: a form shorter than this would be found by chance in 300 MB of sealed bytes."""

SPELLED: Final = {"hex": 12, "HEX": 12, "base64": 8}
"""The same for what is spelled in fewer signs than a byte has: stores are full of random hex (names of purchases)."""

BACKWARDS: Final = 4
ALONE_DIGITS: Final = 13
"""A number of up to this many digits counts only where it stands alone: longer numbers hold it by chance."""

_BITS: Final = 24
_CHUNK: Final = 1 << 24
_MASK: Final = np.uint64((1 << (8 * WINDOW)) - 1)
_SPREAD: Final = np.uint64(0x9E3779B97F4A7C15)
_INTEGER_DIGITS: Final = range(10, 19)


@dataclass(frozen=True, slots=True)
class Hit:
    """A needle (by its line number, from 1) found in a form in a layer of a file."""

    needle: int
    form: str
    where: str


@dataclass(slots=True)
class Found:
    """The result of a search: what was read, and hits (at most ``LIMIT``, more are only counted)."""

    files: int = 0
    size: int = 0
    needles: int = 0
    forms: int = 0
    too_short: int = 0
    count: int = 0
    hits: list[Hit] = field(default_factory=list)


LIMIT: Final = 100


def forms(needle: str | bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the forms in which a needle might stand: name and bytes."""
    if isinstance(needle, bytes):
        yield "bytes", needle
        yield "bytes hex", needle.hex().encode()
        yield "bytes HEX", needle.hex().upper().encode()
        yield from (("bytes base64", text) for text in _base64(needle))
        yield "bytes backwards", needle[::-1]
        return
    for spelled in {needle, needle.lower()}:
        for encoding in ("utf-8", "utf-16-le", "utf-16-be", "cp932", "euc_jp"):
            raw = spelled.encode(encoding, "ignore")
            if raw.decode(encoding) == spelled:
                yield encoding, raw
                yield f"{encoding} hex", raw.hex().encode()
                yield f"{encoding} HEX", raw.hex().upper().encode()
                yield from ((f"{encoding} base64", text) for text in _base64(raw))
        if len(spelled) >= BACKWARDS:  # a short name backwards is too often another word
            yield "backwards", spelled[::-1].encode()
    if needle.isascii() and needle.isdigit():
        yield from _numbers(needle)


def _base64(raw: bytes) -> Iterator[bytes]:
    """Yield what base64 shows of ``raw`` at each of its three alignments, in both alphabets."""
    for shift in range(3):
        text = base64.b64encode(bytes(shift) + raw).rstrip(b"=")
        inner = text[(0, 2, 3)[shift] :]
        sure = inner if (shift + len(raw)) % 3 == 0 else inner[:-1]
        yield sure
        yield sure.replace(b"+", b"-").replace(b"/", b"_")


def _numbers(digits: str) -> Iterator[tuple[str, bytes]]:
    """Yield digits packed two a byte, and counted as the integers and floats that stores write."""
    if len(digits) % 2 == 0:
        yield "packed digits", bytes.fromhex(digits)
    if len(digits) in _INTEGER_DIGITS:
        number = int(digits)
        yield "integer", struct.pack("<q", number)
        yield "integer", struct.pack(">q", number)
        if number < 1 << 47:
            yield "integer of 6 bytes", struct.pack(">q", number)[2:]
        yield "float", struct.pack("<d", number)
        yield "float", struct.pack(">d", number)


class Searcher:
    """Finds any of many byte strings in large data: windows by a bit table, then exactly."""

    def __init__(self, needles: Iterable[str | bytes]) -> None:
        self.found = Found()
        self._forms: dict[bytes, tuple[int, str]] = {}
        self._lengths: dict[int, set[int]] = {}
        for number, needle in enumerate(needles, start=1):
            self.found.needles += 1
            for name, raw in forms(needle):
                self._add(number, name, raw)
        self.found.forms = len(self._forms)
        self._keys = np.array(sorted(self._lengths), dtype=np.uint64)
        self._table = np.zeros(1 << _BITS, dtype=bool)
        self._table[_slots(self._keys)] = True
        self._longest = max(map(len, self._forms), default=WINDOW)

    def _add(self, number: int, name: str, raw: bytes) -> None:
        if len(raw) < SPELLED.get(name.rpartition(" ")[2], WINDOW):
            self.found.too_short += 1
            return
        self._forms.setdefault(raw, (number, name))
        # The last bytes are looked for, not the first: cards of a programme begin alike, and so do addresses.
        key = int.from_bytes(raw[-WINDOW:], "little")
        self._lengths.setdefault(key, set()).add(len(raw))

    def search(self, data: bytes, where: str) -> None:
        """Look through ``data``; hits are kept in ``found``."""
        self.found.size += len(data)
        step = _CHUNK
        for start in range(0, len(data), step):
            begin = max(0, start - self._longest)
            self._search_chunk(data[begin : start + step], where, skip=start - begin)

    def _search_chunk(self, chunk: bytes, where: str, skip: int) -> None:
        count = len(chunk) - WINDOW + 1
        if count <= 0 or not len(self._keys):
            return
        windows = np.ndarray((count,), dtype="<u8", buffer=chunk + bytes(8), strides=(1,)) & _MASK
        maybe = np.flatnonzero(self._table[_slots(windows)])
        values = windows[maybe]
        places = np.minimum(np.searchsorted(self._keys, values), len(self._keys) - 1)
        for position in maybe[self._keys[places] == values].tolist():
            end = position + WINDOW
            if end > skip:
                self._confirm(chunk, int(windows[position]), end, where)

    def _confirm(self, chunk: bytes, key: int, end: int, where: str) -> None:
        for length in self._lengths[key]:
            known = self._forms.get(chunk[end - length : end]) if end >= length else None
            if known is not None and not _within_a_number(chunk, end - length, end):
                self.found.count += 1
                if len(self.found.hits) < LIMIT:
                    self.found.hits.append(Hit(known[0], known[1], where))


def _within_a_number(chunk: bytes, start: int, end: int) -> bool:
    """Return whether a short number stands inside a longer one."""
    if end - start > ALONE_DIGITS or not chunk[start:end].isdigit():
        return False
    return chunk[max(start - 1, 0) : start].isdigit() or chunk[end : end + 1].isdigit()


def _slots(windows: np.ndarray) -> np.ndarray:
    return ((windows * _SPREAD) >> np.uint64(64 - _BITS)).astype(np.int64)


def search_home(home: Path, needles: Iterable[str | bytes], skip: frozenset[str] = frozenset()) -> Found:
    """Search every file under ``home`` for every needle; ``skip`` names paths (relative) not to read."""
    searcher = Searcher(needles)
    for path in sorted(p for p in home.rglob("*") if p.is_file() and not p.is_symlink()):
        name = str(path.relative_to(home))
        if name in skip:
            continue
        searcher.found.files += 1
        searcher.search(name.encode(), f"name of {name}")
        for layer, data in layers(path):
            searcher.search(data, f"{name}{layer}")
    return searcher.found


def _needle(line: str) -> str | bytes:
    return bytes.fromhex(line[2:]) if line.startswith("0x") else line


def main(home: str, needles: str) -> int:
    """Search and say what was found; 1 when anything was."""
    lines = [line.strip() for line in Path(needles).read_text("utf-8").splitlines()]
    found = search_home(Path(home), [_needle(line) for line in lines if line])
    for hit in found.hits:
        print(f"FOUND needle {hit.needle} as {hit.form} in {hit.where}")
    print(
        f"{found.files} files, {found.size:,} bytes in all layers, {found.needles:,} needles in {found.forms:,} forms "
        f"({found.too_short:,} too short to tell from chance): {found.count} found."
    )
    return 1 if found.count else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
