"""What an atom tallies: a value for each member, or for each member and period, of what matched in a window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from noren.audience.batch.asked import Tally
from noren.audience.batch.kept.matching import Matched
from noren.audience.batch.kept.vectors import Mask, Numbers, counted, ends_of, ordered, rises, summed, whole
from noren.audience.batch.spans import LATEST

_EPOCH_MONTH: Final = 1970 * 12


class Atom(NamedTuple):
    """A row of the run's atoms."""

    number: int
    filter_no: int
    tally: int
    first_day: int
    last_day: int
    rhythm: int
    recorded_by: int
    detailed: int


@dataclass(frozen=True, slots=True)
class Tallied:
    """Members rise, or members and periods. ``first_key`` and ``last_key``: where keys are counted, the outermost."""

    members: Numbers
    values: Numbers
    first_key: Numbers | None = None
    last_key: Numbers | None = None


@dataclass(frozen=True, slots=True)
class Goods:
    """By number: a product's number where it has a name, its brand, a place's shop and partner; -1: none."""

    named: Numbers
    brand: Numbers
    shop: Numbers
    partner: Numbers


_SUMMED: Final = {Tally.LINES: "lines", Tally.UNITS: "units", Tally.SPEND: "spend", Tally.POINTS: "points"}


def tallied(matched: Matched, atom: Atom, goods: Goods) -> Tallied:
    """Return an atom's tally. A member without a row stands for nothing matched; one with 0 may do so too."""
    mask = _mask(matched, atom)
    if atom.rhythm or atom.tally >= Tally.DAYS:
        return _by_keys(matched, atom, goods, mask)
    ends = matched.ends()
    members = matched.column("member_no")[ends]
    if atom.tally in (Tally.LAST, Tally.FIRST):
        return _outermost(matched, atom, mask)
    if atom.tally == Tally.VISITS:
        values = counted(ends) if mask is None else summed(mask, ends)
        return Tallied(members, values)
    column = matched.column(_SUMMED[Tally(atom.tally)])
    return Tallied(members, summed(column if mask is None else np.where(mask, column, 0), ends))


def _mask(matched: Matched, atom: Atom) -> Mask | None:
    """Return which rows lie in the window, or nothing where all do."""
    days = matched.column("day")
    if not len(days):
        return None
    good: Mask | None = None
    if int(days.min()) < atom.first_day or int(days.max()) > atom.last_day:
        good = (days >= atom.first_day) & (days <= atom.last_day)
    if atom.recorded_by != LATEST:
        recorded = matched.column("recorded_day") <= atom.recorded_by
        good = recorded if good is None else good & recorded
    return None if good is None or bool(good.all()) else good


def _outermost(matched: Matched, atom: Atom, mask: Mask | None) -> Tallied:
    members, days = matched.column("member_no"), matched.column("day")
    if mask is not None:
        members, days = members[mask], days[mask]
    ends = ends_of(members)
    starts = ends - counted(ends) + 1
    pick = np.maximum if atom.tally == Tally.LAST else np.minimum
    return Tallied(members[ends], pick.reduceat(days, starts) if len(ends) else days)


def _by_keys(matched: Matched, atom: Atom, goods: Goods, mask: Mask | None) -> Tallied:
    """Tally by member and period, and where keys are counted each key once."""
    members = whole(matched.column("member_no"))
    period = _period(matched, atom.rhythm)
    key = _key(matched, Tally(atom.tally), goods) if atom.tally >= Tally.DAYS else None
    value = matched.column(_SUMMED[Tally(atom.tally)]) if Tally(atom.tally) in _SUMMED else None
    picked = np.flatnonzero(mask) if mask is not None else np.arange(len(members))
    if key is not None:
        picked = picked[key[picked] >= 0] if Tally(atom.tally) not in _TIMES else picked
    members, period = members[picked], period[picked]
    if key is None:
        order, ends = _sorted_runs(members, period)
        values = counted(ends) if value is None else summed(value[picked][order], ends)
        return Tallied(members[order][ends], values)
    key = key[picked]
    order, ends = _sorted_runs(members, period, key)
    members, period, key = members[order][ends], period[order][ends], key[order][ends]
    ends = ends_of(members, period)
    starts = ends - counted(ends) + 1
    return Tallied(members[ends], counted(ends), key[starts], key[ends])


_TIMES: Final = frozenset({Tally.DAYS, Tally.WEEKS, Tally.MONTHS})


def _sorted_runs(members: Numbers, *keys: Numbers) -> tuple[Numbers, Numbers]:
    """Return an order by member and keys, and the ends of equal ones in that order."""
    order = np.arange(len(members))
    if not _in_order(members, *keys):
        for key in reversed((members, *keys)):
            order = order[ordered((key - key.min())[order])]
    return order, ends_of(members[order], *(key[order] for key in keys))


def _in_order(*keys: Numbers) -> bool:
    """Whether rows rise by their keys, the first before the second."""
    if not rises(keys[0]):
        return False
    if len(keys) == 1:
        return True
    same = np.flatnonzero(keys[0][1:] == keys[0][:-1])
    for key in keys[1:]:
        left, right = key[same], key[same + 1]
        if bool(np.any(right < left)):
            return False
        same = same[right == left]
    return True


def _period(matched: Matched, rhythm: int) -> Numbers:
    days = whole(matched.column("day"))
    return np.zeros(len(days), dtype=np.int64) if not rhythm else _weeks(days) if rhythm == 1 else _months(days)


def _weeks(days: Numbers) -> Numbers:
    return (days + 3) // 7


def _months(days: Numbers) -> Numbers:
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + _EPOCH_MONTH


def _key(matched: Matched, tally: Tally, goods: Goods) -> Numbers:
    match tally:
        case Tally.DAYS:
            return whole(matched.column("day"))
        case Tally.WEEKS:
            return _weeks(whole(matched.column("day")))
        case Tally.MONTHS:
            return _months(whole(matched.column("day")))
        case Tally.SHOPS:
            return goods.shop[matched.column("place_no")]
        case Tally.PARTNERS:
            return goods.partner[matched.column("place_no")]
        case Tally.PRODUCTS:
            return goods.named[matched.product_no()]
        case _:
            return goods.brand[matched.product_no()]
