"""Rewriting the lake without erased members: new files without their rows, and a log that names nobody.

A predicate (``DELETE … WHERE handle = …``) would stand in the log, and with it the handle that was erased. So the
files that hold one of the handles are read, filtered and written anew, and the log only says which file took the
place of which. One pass serves any number of members: a file is rewritten once, whoever of them is in it. The old
files stay on the disk until the vacuum that follows, when whoever was reading them has left.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from noren.activity.lake.arrow import ArrowSchema, ArrowTable, column, pa, pc, pq
from noren.activity.lake.log import LakeTable
from noren.activity.lake.parts import Part, read_part, write_part
from noren.activity.lake.tables import PSEUDONYMS

_LINE_BITS: Final = 15
"""Line numbers are 16 bits with a sign."""

PARTS_A_TURN: Final = 4
"""Files looked at before others may write: at most about a gigabyte of rows in memory, one file at a time."""


@dataclass(frozen=True, slots=True)
class Going:
    """Which rows go.

    All of ``handles``; of others those of days before their own (``aged``: day to handles, days since 1970); what
    came back of ``purchases`` whose lines went; of ``forgotten`` purchases all lines, or single ones (by purchase: line
    numbers, None all), of which the places stay, empty.
    """

    handles: Collection[bytes] = ()
    aged: Mapping[int, Collection[bytes]] = field(default_factory=dict[int, Collection[bytes]])
    purchases: set[int] = field(default_factory=set[int])
    forgotten: Mapping[int, frozenset[int] | None] = field(default_factory=dict[int, "frozenset[int] | None"])

    def whole(self) -> list[int]:
        """Return the forgotten purchases of which all lines go."""
        return [entry for entry, lines in self.forgotten.items() if lines is None]

    def single(self) -> list[int]:
        """Return the forgotten lines, each as a number made of its purchase's and its own."""
        return [entry << _LINE_BITS | line for entry, lines in self.forgotten.items() for line in lines or ()]


_TELLING: Final = ("line", "product", "return_entry")

Sums = Callable[[int, int], Mapping[str, int]]
"""Gives a table's marks when so many rows with so much of an amount have gone."""


@dataclass(slots=True)
class Rewritten:
    """What a pass has done. ``seen``: files that hold none of them, by path; a file never changes."""

    seen: set[str]
    files: int = 0
    rows: int = 0


def rewrite_some(table: LakeTable, going: Going, done: Rewritten, sums: Sums) -> bool:
    """Look at the next files of a table, and commit those that must do without somebody; False: none is left."""
    waiting = [part for part in table.parts() if part.path not in done.seen][:PARTS_A_TURN]
    removed: list[Part] = []
    added: list[Part] = []
    rows = amount = 0
    for part in waiting:
        if not _holds(table, part, going):
            done.seen.add(part.path)
            continue
        before = read_part(table.folder, table.form, part)
        goes = _goes(before, going)
        after = _emptied(before.filter(pc.invert(goes)), going)
        if going.aged and "line" in before.column_names and "return_entry" not in before.column_names:
            going.purchases.update(pc.unique(before.filter(goes)["purchase"]).to_pylist())
        removed.append(part)
        rows += before.num_rows - after.num_rows
        amount += _amount(before) - _amount(after)
        if after.num_rows:
            added.append(write_part(table.folder, table.form, after, part.month))
    if removed:
        table.commit(marks=sums(rows, amount), added=added, removed=removed)
        done.seen |= {part.path for part in added}
        done.files, done.rows = done.files + len(removed), done.rows + rows
    return bool(waiting)


def _holds(table: LakeTable, part: Part, going: Going) -> bool:
    """Whether a file has a row that goes, by the few columns that tell."""
    file = pq.ParquetFile(table.folder / part.path)
    names = [name for name, _ in table.form.columns if name in (*PSEUDONYMS, "day", "purchase", *_TELLING)]
    groups = (file.read_row_group(group, columns=names) for group in range(file.num_row_groups))
    return any(pc.any(_touched(rows.cast(_schema(table, names)), going)).as_py() for rows in groups)


def _schema(table: LakeTable, names: list[str]) -> ArrowSchema:
    return pa.schema([(name, kind) for name, kind in table.form.columns if name in names])


def _goes(rows: ArrowTable, going: Going) -> Any:
    """Return of each row whether it goes."""
    have, gone = rows.column_names, column(list(going.handles), pa.binary())
    masks = [pc.is_in(rows[name], value_set=gone) for name in have if name in PSEUDONYMS]
    if "day" in have:
        for day, handles in going.aged.items():
            theirs = pc.is_in(rows["handle"], value_set=column(list(handles), pa.binary()))
            masks.append(pc.and_(theirs, pc.less(rows["day"].cast(pa.int32()), day)))
    elif "purchase" in have and going.purchases:
        masks.append(pc.is_in(rows["purchase"], value_set=column(sorted(going.purchases), pa.int64())))
    if "purchase" in have and going.forgotten:
        masks.append(pc.is_in(rows["purchase"], value_set=column(going.whole(), pa.int64())))
        if "return_entry" in have:
            masks.append(_single(rows, going))
    return _any(masks)


def _touched(rows: ArrowTable, going: Going) -> Any:
    """Return of each row whether it goes or is emptied; what is empty by now is not touched again."""
    masks = [_goes(rows, going)]
    if going.forgotten and "product" in rows.column_names:
        masks.append(pc.and_(_single(rows, going), pc.not_equal(rows["product"], "")))
    return _any(masks)


def _single(rows: ArrowTable, going: Going) -> Any:
    """Return of each row whether it is one of the lines forgotten by themselves."""
    number = pc.bit_wise_or(pc.shift_left(rows["purchase"], _LINE_BITS), rows["line"].cast(pa.int64()))
    return pc.is_in(number, value_set=column(going.single(), pa.int64()))


def _emptied(rows: ArrowTable, going: Going) -> ArrowTable:
    """Take product, quantity and amount out of lines forgotten by themselves."""
    if not going.forgotten or "product" not in rows.column_names or "purchase" not in rows.column_names:
        return rows
    emptied = _single(rows, going)
    for name, nothing in (("product", pa.scalar("")), ("quantity", pa.scalar(0)), ("amount", pa.scalar(0))):
        left = pc.if_else(emptied, nothing, rows[name])
        rows = rows.set_column(rows.column_names.index(name), name, left)
    return rows


def _any(masks: list[Any]) -> Any:
    first, *others = masks
    for other in others:
        first = pc.or_(first, other)
    return first


def _amount(rows: ArrowTable) -> int:
    return (pc.sum(rows["amount"]).as_py() or 0) if "amount" in rows.column_names else 0
