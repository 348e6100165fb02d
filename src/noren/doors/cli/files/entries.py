"""From rows of text to entries for the zones: cleaned, checked against the whole file, or refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b

from noren.doors.cli.files.cells import Doubted, Setting, Value
from noren.doors.cli.files.columns import Column, Matching
from noren.doors.cli.files.kinds import Kind
from noren.doors.cli.files.rows import Row, Table
from noren.kernel.say import Say
from noren.kernel.spreadsheet import plain


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


class Reader:
    """Reads the entries of one table of one kind; remembers what must not come twice, as 64-bit hashes."""

    def __init__(self, table: Table, kind: Kind, matching: Matching, setting: Setting) -> None:
        self._table = table
        self.kind = kind
        self._matching = matching
        self._setting = setting
        self._seen: dict[str, dict[int, int]] = {name: {} for name in kind.unique}

    def entries(self) -> Iterator[Entry | Rejected]:
        """Yield one entry or refusal per row, in the order of the file."""
        for seen in self._seen.values():
            seen.clear()
        for row in self._table.rows():
            yield self._read(row)

    def _read(self, row: Row) -> Entry | Rejected:
        values: dict[str, Value] = {}
        faults: list[Say] = [] if row.fault is None else [row.fault]
        doubts: list[Say] = []
        for column, cell in zip(self._matching.targets, row.cells, strict=False):
            if column is not None:
                self._take(column, cell, values, faults if row.fault is None else [], doubts)
        if not faults:
            faults += self._twice(row.line, values)
        if faults:
            return Rejected(row.line, row.end, _together(faults), values)
        return Entry(row.line, row.end, values, tuple(doubts))

    def _take(self, column: Column, cell: str, values: dict[str, Value], faults: list[Say], doubts: list[Say]) -> None:
        text = plain(cell) if self._matching.renewed else cell
        if not text.strip():
            values[column.name] = None
            if column.required:
                faults.append(_of(column, Say("空です。", "is empty.")))
            return
        cleaned = column.clean(text, self._setting)
        if isinstance(cleaned, Say):
            faults.append(_of(column, cleaned))
        elif isinstance(cleaned, Doubted):
            values[column.name] = cleaned.value
            doubts.append(_of(column, cleaned.doubt))
        else:
            values[column.name] = cleaned

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
