"""From rows of text to entries for the zones: cleaned, checked against the whole file, or refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final, NamedTuple

from noren.doors.cli.files.cells import Doubted, Setting, Value
from noren.doors.cli.files.columns import Column, Matching
from noren.doors.cli.files.kinds import Kind
from noren.doors.cli.files.rows import Row, Table
from noren.kernel.say import Say
from noren.kernel.spreadsheet import plain

MAX_KNOWN: Final = 20_000


@dataclass(frozen=True, slots=True)
class Entry:
    """A good row: the values by column, in memory only."""

    line: int
    end: int
    values: dict[str, Value] = field(repr=False)
    doubts: tuple[Say, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was set aside. ``values``: what could be read of it, to name the receipt it belongs to."""

    line: int
    end: int
    reason: Say
    values: dict[str, Value] = field(repr=False, default_factory=dict[str, Value])


class _Read(NamedTuple):
    """What a cell came to. ``given``: whether there is a value (None: unknown), with what is said of it."""

    value: Value
    given: bool
    fault: Say | None = None
    doubt: Say | None = None


class _Cells:
    """The cells of one column. In most columns few texts stand on many rows: what a text came to is remembered."""

    __slots__ = ("_column", "_known", "_renewed", "_setting", "name")

    def __init__(self, column: Column, setting: Setting, renewed: bool) -> None:
        self.name = column.name
        self._column = column
        self._setting = setting
        self._renewed = renewed
        self._known: dict[str, _Read] = {}

    def read(self, cell: str) -> _Read:
        """Return what a cell came to."""
        found = self._known.get(cell)
        if found is None:
            if len(self._known) >= MAX_KNOWN:
                self._known.clear()
            found = self._known[cell] = self._clean(plain(cell) if self._renewed else cell)
        return found

    def _clean(self, text: str) -> _Read:
        column = self._column
        if not text.strip():
            return _Read(None, True, _of(column, Say("空です。", "is empty.")) if column.required else None)
        cleaned = column.clean(text, self._setting)
        if isinstance(cleaned, Say):
            return _Read(None, False, _of(column, cleaned))
        if isinstance(cleaned, Doubted):
            return _Read(cleaned.value, True, doubt=_of(column, cleaned.doubt))
        return _Read(cleaned, True)


class Reader:
    """Reads the entries of one table of one kind; remembers what must not come twice, as 64-bit hashes."""

    def __init__(self, table: Table, kind: Kind, matching: Matching, setting: Setting) -> None:
        self.kind = kind
        self._table = table
        self._seen: dict[str, dict[int, int]] = {name: {} for name in kind.unique}
        self._columns = [
            (place, _Cells(column, setting, matching.renewed))
            for place, column in enumerate(matching.targets)
            if column is not None
        ]

    def entries(self) -> Iterator[Entry | Rejected]:
        """Yield one entry or refusal per row, in the order of the file."""
        for seen in self._seen.values():
            seen.clear()
        for row in self._table.rows():
            yield self._read(row)

    def _read(self, row: Row) -> Entry | Rejected:
        values: dict[str, Value] = {}
        faults: list[Say] = []
        doubts: list[Say] = []
        width, texts = len(row.cells), row.cells
        for place, cells in self._columns:
            if place >= width:
                break
            value, given, fault, doubt = cells.read(texts[place])
            if given:
                values[cells.name] = value
            if fault is not None:
                faults.append(fault)
            if doubt is not None:
                doubts.append(doubt)
        if row.fault is not None:
            faults = [row.fault]  # of a broken row its cells' faults say little
        elif not faults and self._seen:
            faults = self._twice(row.line, values)
        if faults:
            return Rejected(row.line, row.end, _together(faults), values)
        return Entry(row.line, row.end, values, tuple(doubts))

    def _twice(self, line: int, values: dict[str, Value]) -> list[Say]:
        """Return a fault per unique column whose value stood on an earlier good row; else remember this row's."""
        marks = {name: mark_of(values[name]) for name in self.kind.unique if values.get(name) is not None}
        faults: list[Say] = []
        for name, mark in marks.items():
            first = self._seen[name].get(mark)
            if first is not None:
                faults.append(
                    Say(
                        f"{name}: {first}行目と同じ値です。先の行だけを取り込みます。",
                        f"{name}: stands on line {first} already; only that line is taken.",
                    )
                )
        if not faults:
            for name, mark in marks.items():
                self._seen[name][mark] = line
        return faults


def mark_of(value: object) -> int:
    """Return 64 bits that stand for a value."""
    return int.from_bytes(blake2b(str(value).encode(), digest_size=8).digest(), "big")


def _of(column: Column, fault: Say) -> Say:
    return Say(f"{column.name}({column.ja}): {fault.ja}", f"{column.name}: {fault.en}")


def _together(faults: list[Say]) -> Say:
    return Say(" / ".join(fault.ja for fault in faults), " / ".join(fault.en for fault in faults))
