"""From tallies to the members that answer a question, as the statement's last queries do it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from noren.audience.batch.bounds import SCALE
from noren.audience.batch.kept.matching import Matched
from noren.audience.batch.kept.tallying import Tallied
from noren.audience.batch.kept.vectors import Mask, Numbers, counted, ends_of, ordered, rises, summed, times, whole

_SCALE_ALL: Final = 100 * SCALE
_RHYTHM: Final = 3
"""So many dates make a rhythm."""

Row = Sequence[int]


def answer_count(row: Row, found: Tallied) -> Numbers:
    """Return for whom the truth is other than for who has nothing."""
    _, _, least, most, held = row
    return found.members[_within(found.values, least, most) != bool(held)]


def answer_every(row: Row, found: Tallied) -> Numbers:
    """Return for whom the truth of all periods is other than for who has nothing."""
    _, _, least, most, held, periods = row
    within = _within(found.values, least, most)
    ends = ends_of(found.members)
    good = summed(within, ends)
    return found.members[ends][good < counted(ends) if held else good == periods]


def answer_overdue(row: Row, today: int, found: Tallied) -> Numbers:
    """Return who has waited so many times as long as between the dates before."""
    _, _, right_by, least, most = row
    assert found.first_key is not None, "days are keys"
    assert found.last_key is not None, "days are keys"
    often = np.flatnonzero(found.values >= _RHYTHM)
    first, last, count = found.first_key[often], found.last_key[often], found.values[often]
    left = times(times(today - last, count - 1), SCALE)
    return found.members[often][_signed(left, times(last - first, right_by), least, most)]


def answer_ratio(row: Row, over: Tallied, under: Tallied) -> Numbers:
    """Return for whom one tally is so many percent of another, or more than it by so many."""
    _, _, _, minus, left_by, right_by, least, most = row
    good = under.values > 0
    nothing = -minus * left_by - right_by
    if not least <= (nothing > 0) - (nothing < 0) <= most:
        good &= is_among(under.members, over.members)
    some = np.flatnonzero(good)
    members, below = under.members[some], under.values[some]
    above = _looked_up(over, members)
    left = times(above - below if minus else above, left_by)
    return members[_signed(left, times(below, right_by), least, most)]


def answer_top(row: Row, found: Tallied) -> Numbers:
    """Return those of whom so few have more that they are fewer than the share: ties are in."""
    _, _, share = row
    some = found.values > 0
    members, values = found.members[some], found.values[some]
    if not len(values):
        return members
    more = (share * len(values) + _SCALE_ALL - 1) // _SCALE_ALL - 1
    cut = np.partition(values, len(values) - 1 - more)[len(values) - 1 - more]
    return members[values >= cut]


def answer_then(row: Row, now_us: int, first: Matched, later: Matched) -> Numbers:
    """Return who bought one thing and then, in time, the other; or did not, after a wait that is over."""
    _, _, _, first_day, last_day, within_us, followed = row
    day = first.column("day")
    begun = np.flatnonzero((day >= first_day) & (day <= last_day))
    members, at = first.column("member_no")[begun], whole(first.column("at_us")[begun])
    soon = _soon(members, at, later, within_us)
    good = members[soon if followed else ~soon & (now_us - at >= within_us)]
    return good[ends_of(good)]


def _soon(members: Numbers, at: Numbers, later: Matched, within_us: int) -> Mask:
    """Return for each instant of a member whether something of ``later`` is after it, and in time."""
    soon = np.zeros(len(members), dtype=np.bool_)
    some = np.flatnonzero(is_among(members, later.column("member_no")))
    if len(some):
        next_us, there = _next(members[some], at[some], later)
        soon[some] = there & (next_us - at[some] <= within_us)
    return soon


def _next(members: Numbers, at: Numbers, later: Matched) -> tuple[Numbers, Mask]:
    """Return for each instant of a member the first one of ``later`` that is after it, and whether there is one."""
    wanted = np.flatnonzero(is_among(later.column("member_no"), members))
    instants = whole(later.column("at_us")[wanted])
    ranks = np.sort(instants)
    size = len(ranks) + 1
    keys = whole(later.column("member_no")[wanted]) * size + np.searchsorted(ranks, instants)
    if not rises(keys):
        keys = keys[ordered(keys)]
    place = np.searchsorted(keys, whole(members) * size + np.searchsorted(ranks, at, side="right"))
    found = keys[np.minimum(place, len(keys) - 1)]
    there = (place < len(keys)) & (found // size == members)
    return ranks[np.where(there, found % size, 0)], there


def is_among(members: Numbers, others: Numbers) -> Mask:
    """Return which of the members are among the others; both rise."""
    if not len(members) or not len(others):
        return np.zeros(len(members), dtype=np.bool_)
    seen = np.zeros(max(int(members[-1]), int(others[-1])) + 1, dtype=np.bool_)
    seen[others] = True
    return seen[members]


def _within(values: Numbers, least: int, most: int) -> Mask:
    return (values >= least) & (values <= most)


def _signed(left: Numbers, right: Numbers, least: int, most: int) -> Mask:
    sign = (left > right).astype(np.int8) - (left < right).astype(np.int8)
    return (sign >= least) & (sign <= most)


def _looked_up(found: Tallied, members: Numbers) -> Numbers:
    """Return the values of members, 0 where there is none."""
    out = np.zeros(len(members), dtype=np.int64)
    if len(members):
        place = np.minimum(np.searchsorted(members, found.members), len(members) - 1)
        here = members[place] == found.members
        out[place[here]] = found.values[here]
    return out
