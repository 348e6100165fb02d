"""From a filter to the receipts in which it is true, part by part, and what of each of them counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from noren.audience.batch.asked import Rows
from noren.audience.batch.filtering import DECIDED
from noren.audience.batch.given import Moment
from noren.audience.batch.kept.making import fold
from noren.audience.batch.kept.part import Listed, Part
from noren.audience.batch.kept.vectors import Mask, Numbers, ends_of, merged, ordered, rises, whole
from noren.audience.batch.spans import day_number

_OFTEN: Final = 4


@dataclass(slots=True)
class Matched:
    """The receipts that a filter matches, by member. ``products``: of line rows, each line's product.

    Columns of receipts are fetched when they are asked for.
    """

    runs: list[tuple[Part, Listed]]
    products: Numbers | None = None
    _order: Numbers | None = None
    _held: dict[str, Numbers] = field(default_factory=dict[str, Numbers])
    _ends: Numbers | None = None

    def __post_init__(self) -> None:
        members = [part.receipts["member_no"][rows.receipt] for part, rows in self.runs]
        self._order = _order(members)
        self._held["member_no"] = self._arranged(self._joined(members))

    def column(self, name: str) -> Numbers:
        """Return a column of the receipts, or ``lines``, ``units``, ``spend`` of what matched."""
        held = self._held.get(name)
        if held is None:
            held = self._held[name] = self._arranged(self._joined(self._parts(name)))
        return held

    def product_no(self) -> Numbers:
        """Return the product of each line."""
        assert self.products is not None, "asked of line rows alone"
        return self._arranged(self.products)

    def ends(self) -> Numbers:
        """Return the last row of each member."""
        if self._ends is None:
            self._ends = ends_of(self._held["member_no"])
        return self._ends

    def _parts(self, name: str) -> list[Numbers]:
        if name in ("lines", "units", "spend"):
            return [getattr(rows, name) for _, rows in self.runs]
        return [part.receipts[name][rows.receipt] for part, rows in self.runs]

    def _arranged(self, column: Numbers) -> Numbers:
        return column if self._order is None else column[self._order]

    @staticmethod
    def _joined(columns: list[Numbers]) -> Numbers:
        if len(columns) == 1:
            return columns[0]
        return np.concatenate(columns) if columns else whole([])


def _order(columns: list[Numbers]) -> Numbers | None:
    """Return the order of columns of members one after the other; None: as they are."""
    chains = _chains([column for column in columns if len(column)])
    if not all(map(rises, chains)):
        return ordered(np.concatenate(chains))
    if len(chains) <= 1:
        return None
    order, sofar = np.arange(len(chains[0])), chains[0]
    for chain in chains[1:]:
        step = merged(sofar, chain)
        order = np.concatenate([order, np.arange(len(sofar), len(step))])[step]
        sofar = np.concatenate([sofar, chain])[step]
    return order


def _chains(columns: list[Numbers]) -> list[Numbers]:
    """Return the columns with those joined that go on where the one before ended."""
    chains: list[list[Numbers]] = []
    for column in columns:
        if chains and chains[-1][-1][-1] <= column[0]:
            chains[-1].append(column)
        else:
            chains.append([column])
    return [np.concatenate(chain) for chain in chains]


class _Usable:
    """Which receipts of a part count at a moment: told row by row, until so many were asked that all are told."""

    def __init__(self, part: Part, dead: Mask | None, moment: Moment, listed: Mask | None) -> None:
        self._part = part
        self._dead = dead
        self._listed = listed
        self._instant = moment.instant_us if moment.instant_us < part.last_us else None
        first = None if moment.horizon is None else day_number(moment.horizon)
        self._first = first if first is not None and first > part.first_day else None
        self._every = dead is None and listed is None and self._instant is None and self._first is None
        self._asked = 0
        self._all: Mask | None = None

    def among(self, receipts: Numbers) -> Mask | None:
        """Return which of these receipts count; None: all of them do."""
        if self._every:
            return None
        self._asked += len(receipts)
        if self._all is None and self._asked * _OFTEN > len(self._part):
            self._all = self._told(slice(None))
        return self._told(receipts) if self._all is None else self._all[receipts]

    def _told(self, receipts: Numbers | slice) -> Mask:
        held = self._part.receipts
        good = np.ones(len(held["day"][receipts]), dtype=np.bool_)
        if self._instant is not None:
            good &= held["at_us"][receipts] <= self._instant
        if self._first is not None:
            good &= held["day"][receipts] >= self._first
        if self._dead is not None:
            good &= ~self._dead[receipts]
        if self._listed is not None:
            good &= self._listed[held["member_no"][receipts]]
        return good


class Matcher:
    """Finds what filters match in the parts of a history, of what counts at a moment.

    ``dead``: by part, whether a receipt was replaced or taken out since; None: none was. ``listed``: whether a
    member is one still; None: all are.
    """

    def __init__(
        self,
        parts: Sequence[tuple[Part, Mask | None]],
        tables: Mapping[str, Rows],
        moment: Moment,
        listed: Mask | None,
    ) -> None:
        self._parts = [(part, _Usable(part, dead, moment, listed)) for part, dead in parts]
        self._groups = _groups(tables["product_match"])
        self._whole = dict(zip(*(column.tolist() for column in tables["whole_match"].columns), strict=True))
        self._places = _places(tables["place_match"])
        self._moments = _moments(tables["moment_match"])
        self._together: dict[int, list[int]] = {}
        for number, part, _ in zip(*tables["together_match"].columns, strict=True):
            self._together.setdefault(number, []).append(part)

    def matched(self, filter_no: int) -> Matched:
        """Return the receipts that a filter matches, one row each."""
        if filter_no in self._together:
            return self._joint(self._together[filter_no])
        runs: list[tuple[Part, Listed]] = []
        for part, usable in self._parts:
            rows = self._in_part(part, usable, filter_no)
            if len(rows):
                runs.append((part, rows))
        return Matched(runs)

    def matched_lines(self, filter_no: int) -> Matched:
        """Return the lines that a filter matches, each with its product."""
        runs: list[tuple[Part, Listed]] = []
        products: list[Numbers] = [whole([])]
        for part, usable in self._parts:
            for residual, wanted in self._groups.get(filter_no, ()):
                rows, product = part.lists["product"].several(part.bought(wanted))
                good = self._good(part, usable, rows, residual)
                runs.append((part, rows if good is None else rows.only(good)))
                products.append(product if good is None else product[good])
        return Matched(runs, np.concatenate(products))

    def _in_part(self, part: Part, usable: _Usable, filter_no: int) -> Listed:
        if filter_no in self._whole:
            return self._held(part, usable, _everything(part), self._whole[filter_no])
        found: list[Listed] = []
        for residual, wanted in self._groups.get(filter_no, ()):
            found.append(self._held(part, usable, part.rows_of(part.bought(wanted)), residual))
        return _united(found)

    def _held(self, part: Part, usable: _Usable, rows: Listed, residual: int) -> Listed:
        good = self._good(part, usable, rows, residual)
        return rows if good is None else rows.only(good)

    def _good(self, part: Part, usable: _Usable, rows: Listed, residual: int) -> Numbers | None:
        """Return the rows that count at the moment and on which what is left of a filter is true; None: all."""
        if residual == DECIDED:
            counting = usable.among(rows.receipt)
            return None if counting is None else np.flatnonzero(counting)
        receipts, there = part.receipts, rows.receipt
        rests = self._places.get(residual)
        if rests is None:
            return whole([])
        place = whole(receipts["place_no"][there])
        rest = np.where(place < len(rests), rests[np.minimum(place, len(rests) - 1)], -1)
        good = rest == DECIDED
        for number in range(DECIDED + 1, int(rests.max(initial=-1)) + 1):
            here = rest == number
            if bool(here.any()):
                good |= here & self._at_moment(number, receipts["slot"][there], receipts["basket_total"][there])
        counting = usable.among(there)
        if counting is not None:
            good &= counting
        return np.flatnonzero(good)

    def _at_moment(self, rest: int, slot: Numbers, total: Numbers) -> Mask:
        good = np.zeros(len(slot), dtype=np.bool_)
        for (least, most), slots in self._moments.get(rest, {}).items():
            good |= slots[slot] & (total >= least) & (total <= most)
        return good

    def _joint(self, parts: list[int]) -> Matched:
        """Return the receipts that all of these filters match; they are counted, never summed up."""
        runs: list[tuple[Part, Listed]] = []
        for part, usable in self._parts:
            both = self._in_part(part, usable, parts[0]).receipt
            for other in parts[1:]:
                both = np.intersect1d(both, self._in_part(part, usable, other).receipt, assume_unique=True)
            none = np.zeros(len(both), dtype=np.int8)
            if len(both):
                runs.append((part, Listed(both, none, none, none)))
        return Matched(runs)


def _everything(part: Part) -> Listed:
    held = part.receipts
    return Listed(np.arange(len(part), dtype=np.int32), held["lines"], held["units"], held["spend"])


def _united(found: list[Listed]) -> Listed:
    """Return lists as one, in the order of receipts, one row each."""
    if not found:
        none = whole([])
        return Listed(none, none, none, none)
    rows = found[0] if len(found) == 1 else _merged(found)
    if not rises(rows.receipt):
        rows = rows.only(ordered(rows.receipt))
    ends = ends_of(rows.receipt)
    return rows if len(ends) == len(rows) else fold(rows, ends)


def _merged(found: list[Listed]) -> Listed:
    names = ("receipt", "lines", "units", "spend")
    return Listed(*(np.concatenate([getattr(one, name) for one in found]) for name in names))


def _groups(rows: Rows) -> dict[int, list[tuple[int, Numbers]]]:
    """Return for each filter its disjoint sets of products, each with what is left to decide."""
    products, filters, residuals = (whole(column) for column in rows.columns)
    out: dict[int, list[tuple[int, Numbers]]] = {}
    begin = 0
    for end in ends_of(filters, residuals).tolist():
        out.setdefault(int(filters[end]), []).append((int(residuals[end]), products[begin : end + 1]))
        begin = end + 1
    return out


def _places(rows: Rows) -> dict[int, Numbers]:
    """Return for each residual, by place, the rest that is left there; -1: it is not true there."""
    places, residuals, rests = (whole(column) for column in rows.columns)
    out: dict[int, Numbers] = {}
    for residual in np.unique(residuals).tolist():
        here = residuals == residual
        out[residual] = np.full(int(places.max()) + 1, -1)
        out[residual][places[here]] = rests[here]
    return out


def _moments(rows: Rows) -> dict[int, dict[tuple[int, int], Mask]]:
    """Return for each rest the ranges of totals, each with the slots of the week in which it holds."""
    out: dict[int, dict[tuple[int, int], Mask]] = {}
    for rest, slot, least, most in zip(*rows.columns, strict=True):
        ranges = out.setdefault(rest, {})
        ranges.setdefault((least, most), np.zeros(7 * 24, dtype=np.bool_))[slot] = True
    return out
