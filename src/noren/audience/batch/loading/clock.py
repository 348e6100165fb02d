"""A time zone as integer arithmetic: the offset of an instant, and of a local time, as an expression of SQL.

The rules come from the one table of zones that the rest of noren uses, not from the engine's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

SECOND_US: Final = 1_000_000
DAY_US: Final = 86_400 * SECOND_US
_STEP: Final = 43_200
_ROUND: Final = 1_000_000
"""Days that are added before a division and taken off after it, so that it rounds down before 1970 too."""

Change = tuple[int, int, int]


def changes(zone: ZoneInfo, first_us: int, last_us: int) -> tuple[int, list[Change]]:
    """Return the offset at ``first_us``, and (instant, offset before, offset after) of each change; in seconds."""
    first, last = first_us // SECOND_US - 3 * 86_400, last_us // SECOND_US + 3 * 86_400
    return _offset(zone, first), list(_changes(zone, first, last))


def _changes(zone: ZoneInfo, first: int, last: int) -> Iterator[Change]:
    here, before = first, _offset(zone, first)
    while here < last:
        there = min(here + _STEP, last)
        after = _offset(zone, there)
        if after != before:
            yield _moment(zone, here, there), before, after
        here, before = there, after


def _moment(zone: ZoneInfo, low: int, high: int) -> int:
    before = _offset(zone, low)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    return high


def _offset(zone: ZoneInfo, second: int) -> int:
    offset = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=second)).astimezone(zone).utcoffset()
    assert offset is not None, "the zone says an offset"
    return int(offset.total_seconds())


def offset_of_instant(column: str, first: int, found: list[Change]) -> str:
    """Return SQL for the offset (µs) of an instant in µs."""
    return _case(column, first, [(at, after) for at, _, after in found])


def offset_of_local(column: str, first: int, found: list[Change]) -> str:
    """Return SQL for the offset (µs) of a local time in µs: of two meanings the earlier, in a gap the one before it."""
    return _case(column, first, [(at + max(before, after), after) for at, before, after in found])


def _case(column: str, first: int, steps: list[tuple[int, int]]) -> str:
    out = str(first * SECOND_US)
    for at, offset in steps:
        out = f"CASE WHEN {column} >= {at * SECOND_US} THEN {offset * SECOND_US} ELSE {out} END"
    return out


def day_of(local_us: str) -> str:
    """Return SQL for the number of a local time's day."""
    return f"CAST(({local_us} + {_ROUND * DAY_US}) // {DAY_US} - {_ROUND} AS INTEGER)"


def hour_of(local_us: str) -> str:
    """Return SQL for a local time's hour."""
    return f"CAST((({local_us} + {_ROUND * DAY_US}) % {DAY_US}) // {3600 * SECOND_US} AS INTEGER)"


def week_of(day: str) -> str:
    """Return SQL for the number of a day's week, which begins on Monday."""
    return f"CAST(({day} + {3 + 7 * _ROUND}) // 7 - {_ROUND} AS INTEGER)"


def weekday_of(day: str) -> str:
    """Return SQL for a day's weekday, Monday being 0."""
    return f"CAST(({day} + {3 + 7 * _ROUND}) % 7 AS INTEGER)"


def month_of(day: str) -> str:
    """Return SQL for the number of a day's calendar month."""
    date = f"(DATE '1970-01-01' + {day})"
    return f"CAST(year{date} * 12 + month{date} - 1 AS INTEGER)"
