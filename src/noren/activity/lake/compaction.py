"""Putting small parts together, in tiers, so that each row is rewritten a few times and never by one commit each.

A part is small until it holds half a full one. ``FAN_IN`` parts of one month and about one size
make one part of the next size; a thorough run joins all small parts of a month. One commit takes
the old parts out and the new one in: a reader sees the one or the other, each with all rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from noren.activity.lake.arrow import pa
from noren.activity.lake.errors import LakeMisread
from noren.activity.lake.log import LakeTable
from noren.activity.lake.parts import Part, read_part, write_part

FAN_IN: Final = 8
FULL_ROWS: Final = 1_000_000
"""Rows of a full part: bounds the memory of putting together (about 250 MB)."""

_TIER_BITS: Final = FAN_IN.bit_length() - 1


def compact(table: LakeTable, *, thorough: bool) -> int:
    """Put small parts of ``table`` together; return how many parts are gone.

    Raises:
        LakeMisread: the rows read are not the rows the log counts; nothing was changed.
    """
    before = table.parts()
    groups = due(before, thorough=thorough)
    for group in groups:
        _join(table, group)
    return len(before) - len(table.parts()) if groups else 0


def due(parts: Iterable[Part], *, thorough: bool) -> list[list[Part]]:
    """Return groups of parts to put together: same month, no group above ``FULL_ROWS``."""
    alike: dict[tuple[str | None, int], list[Part]] = defaultdict(list)
    for part in parts:
        if part.rows * 2 < FULL_ROWS:
            alike[part.month, 0 if thorough else _tier(part)].append(part)
    least = 2 if thorough else FAN_IN
    return [group for like in alike.values() if len(like) >= least for group in _fill(like)]


def _tier(part: Part) -> int:
    return part.rows.bit_length() // _TIER_BITS


def _fill(parts: list[Part]) -> list[list[Part]]:
    """Split parts into groups of at most ``FULL_ROWS`` rows; a group of one is left alone."""
    groups: list[list[Part]] = [[]]
    rows = 0
    for part in sorted(parts, key=lambda each: each.rows):
        if rows + part.rows > FULL_ROWS:
            groups.append([])
            rows = 0
        groups[-1].append(part)
        rows += part.rows
    return [group for group in groups if len(group) > 1]


def _join(table: LakeTable, group: list[Part]) -> None:
    form = table.form
    rows = pa.concat_tables([read_part(table.folder, form, part) for part in group])
    if rows.num_rows != sum(part.rows for part in group):
        raise LakeMisread(f"{form.name}: {rows.num_rows} rows in {len(group)} files that should hold others")
    rows = rows.sort_by([(column, "ascending") for column in form.sorted_by])
    joined = write_part(table.folder, form, rows, group[0].month)
    table.commit(marks={}, added=[joined], removed=group, new_rows=False)
