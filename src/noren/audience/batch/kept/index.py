"""The index of a history: its parts, and what their numbers need beside them. It answers the questions of a run."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from pyroaring import BitMap

from noren.audience.batch.asked import FIRST_LINE_KEYED, Rows
from noren.audience.batch.given import Moment
from noren.audience.batch.kept import answering as a
from noren.audience.batch.kept.matching import Matched, Matcher
from noren.audience.batch.kept.part import Part
from noren.audience.batch.kept.tallying import Atom, Goods, Tallied, tallied
from noren.audience.batch.kept.vectors import Mask, Numbers
from noren.audience.batch.kept.whole import write_tables
from noren.audience.batch.spans import day_number

_WORKERS: Final = 2
_ALONE: Final = ("ask_count", "ask_every", "ask_overdue", "ask_top")


@dataclass(frozen=True, slots=True)
class HistoryIndex:
    """``parts``: each with which of its receipts are dead, None where none is. ``listed``: who is a member still."""

    parts: Sequence[tuple[Part, Mask | None]]
    goods: Goods
    listed: Mask | None = None

    def answer(self, tables: Mapping[str, Rows], moment: Moment) -> dict[int, BitMap]:
        """Return the members that answer each question about purchases."""
        return _Run(self, tables, moment).answers()

    def write_tables(self, folder: Path) -> None:
        """Write the purchases as prepared tables."""
        write_tables(self.parts, self.goods, self.listed, folder)


class _Run:
    def __init__(self, index: HistoryIndex, tables: Mapping[str, Rows], moment: Moment) -> None:
        self._goods = index.goods
        self._moment = moment
        self._today = day_number(moment.today)
        self._matcher = Matcher(index.parts, tables, moment, index.listed)
        self._asked = {name: _rows(tables[name]) for name in (*_ALONE, "ask_ratio", "ask_then")}
        self._atoms: dict[int, list[Atom]] = {}
        for row in _rows(tables["atoms"]):
            self._atoms.setdefault(row[1], []).append(Atom(*row))
        self._of_atom: dict[int, list[tuple[str, a.Row]]] = {}
        for name in _ALONE:
            for row in self._asked[name]:
                self._of_atom.setdefault(row[1], []).append((name, row))
        self._compared = {atom for row in self._asked["ask_ratio"] for atom in (row[1], row[2])}
        self._in_order = {number for row in self._asked["ask_then"] for number in (row[1], row[2])}
        self._tallies: dict[int, Tallied] = {}
        self._sequences: dict[int, Matched] = {}

    def answers(self) -> dict[int, BitMap]:
        filters = sorted(self._atoms.keys() | self._in_order)
        if len(filters) <= 1:
            return self._with(map, filters)
        with ThreadPoolExecutor(_WORKERS) as workers:
            return self._with(workers.map, filters)

    def _with(self, mapped: Callable[..., Iterable[Any]], filters: list[int]) -> dict[int, BitMap]:
        out: dict[int, BitMap] = {}
        for found in mapped(self._of_filter, filters):
            out.update(found)
        out.update(mapped(self._ratio, self._asked["ask_ratio"]))
        out.update(mapped(self._then, self._asked["ask_then"]))
        return out

    def _of_filter(self, filter_no: int) -> list[tuple[int, BitMap]]:
        atoms = self._atoms.get(filter_no, [])
        by_line = [atom for atom in atoms if atom.tally >= FIRST_LINE_KEYED]
        matched = self._matcher.matched_lines(filter_no) if by_line else self._matcher.matched(filter_no)
        if filter_no in self._in_order:
            self._sequences[filter_no] = matched
        return [answer for atom in atoms for answer in self._of_tally(atom, tallied(matched, atom, self._goods))]

    def _of_tally(self, atom: Atom, found: Tallied) -> Iterator[tuple[int, BitMap]]:
        if atom.number in self._compared:
            self._tallies[atom.number] = found
        for table, row in self._of_atom.get(atom.number, ()):
            yield row[0], _bitmap(self._alone(table, row, found))

    def _alone(self, table: str, row: a.Row, found: Tallied) -> Numbers:
        match table:
            case "ask_count":
                return a.answer_count(row, found)
            case "ask_every":
                return a.answer_every(row, found)
            case "ask_overdue":
                return a.answer_overdue(row, self._today, found)
            case _:
                return a.answer_top(row, found)

    def _ratio(self, row: a.Row) -> tuple[int, BitMap]:
        return row[0], _bitmap(a.answer_ratio(row, self._tallies[row[1]], self._tallies[row[2]]))

    def _then(self, row: a.Row) -> tuple[int, BitMap]:
        first, later = self._sequences[row[1]], self._sequences[row[2]]
        return row[0], _bitmap(a.answer_then(row, self._moment.instant_us, first, later))


def _rows(table: Rows) -> list[tuple[int, ...]]:
    return list(zip(*table.columns, strict=True))


def _bitmap(members: Numbers) -> BitMap:
    return BitMap(array("I", members.astype(np.uint32).tobytes()))
