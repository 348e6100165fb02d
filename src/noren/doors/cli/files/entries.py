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
from noren.kernel.values import value

MAX_KNOWN: Final = 20_000


@value
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


class _Odd(NamedTuple):
    """What is not plain about a cell. ``given``: whether it has a value all the same (None: unknown)."""

    given: bool
    fault: Say | None = None
    doubt: Say | None = None


class _Cells:
    """The cells of one column. In most columns few texts stand on many rows: ``known`` keeps what they came to."""

    __slots__ = ("_column", "_renewed", "_setting", "known", "name")

    def __init__(self, column: Column, setting: Setting, renewed: bool) -> None:
        self.name = column.name
        self.known: dict[str, tuple[Value, _Odd | None]] = {}
        self._column = column
        self._setting = setting
        self._renewed = renewed

    def meet(self, cell: str) -> tuple[Value, _Odd | None]:
        """Return what a text comes to that is not known, and keep it."""
        if len(self.known) >= MAX_KNOWN:
            self.known.clear()
        found = self.known[cell] = self._clean(plain(cell) if self._renewed else cell)
        return found

    def _clean(self, text: str) -> tuple[Value, _Odd | None]:
        column = self._column
        if not text.strip():
            return None, _Odd(True, _of(column, Say("空です。", "is empty."))) if column.required else None
        cleaned = column.clean(text, self._setting)
        if isinstance(cleaned, Say):
            return None, _Odd(False, _of(column, cleaned))
        if isinstance(cleaned, Doubted):
            return cleaned.value, _Odd(True, doubt=_of(column, cleaned.doubt))
        return cleaned, None


class Reader:
    """Reads the entries of one table of one kind; remembers what must not come twice, as 64-bit hashes."""

    def __init__(self, table: Table, kind: Kind, matching: Matching, setting: Setting) -> None:
        self.kind = kind
        self._table = table
        self._seen: dict[str, dict[int, int]] = {name: {} for name in kind.unique}
        self._columns = [
            (place, column.name, cells.known, cells.meet)
            for place, column in enumerate(matching.targets)
            if column is not None
            for cells in [_Cells(column, setting, matching.renewed)]
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
        for place, name, known, meet in self._columns:
            if place >= width:
                break
            text = texts[place]
            clean, odd = known.get(text) or meet(text)
            if odd is None or odd.given:
                values[name] = clean
            if odd is not None:
                faults += [odd.fault] if odd.fault else []
                doubts += [odd.doubt] if odd.doubt else []
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
