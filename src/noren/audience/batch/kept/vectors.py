"""Columns of whole numbers: stable orders, borders of equal keys, sums between borders; never a float."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

Numbers: TypeAlias = npt.NDArray[Any]
"""A column of whole numbers, of any width."""

Mask: TypeAlias = npt.NDArray[np.bool_]

_BITS: Final = 16
_SAFE: Final = 2**62


def whole(values: Any) -> Numbers:
    """Return a column of 64 bits."""
    return np.asarray(values, dtype=np.int64)


def narrow(column: Numbers) -> Numbers:
    """Return a column in the least width that holds it."""
    least, most = (int(column.min()), int(column.max())) if len(column) else (0, 0)
    for kind in (np.int8, np.int16, np.int32):
        if np.iinfo(kind).min <= least and most <= np.iinfo(kind).max:
            return column.astype(kind)
    return column.astype(np.int64)


def ordered(keys: Numbers) -> Numbers:
    """Return the stable order of keys that are not negative, by passes of 16 bits, of which each is linear."""
    keys = whole(keys)
    most = int(keys.max()) if len(keys) else 0
    order = np.argsort((keys & 0xFFFF).astype(np.uint16), kind="stable")
    shift = _BITS
    while most >> shift:
        digits = ((keys >> shift) & 0xFFFF).astype(np.uint16)
        order = order[np.argsort(digits[order], kind="stable")]
        shift += _BITS
    return order


def rises(keys: Numbers) -> bool:
    """Whether keys never fall."""
    return len(keys) < 2 or not bool(np.any(keys[1:] < keys[:-1]))


def merged(one: Numbers, other: Numbers) -> Numbers:
    """Return the stable order of two columns that rise, the one before the other."""
    place = np.searchsorted(one, other, side="right") + np.arange(len(other))
    first = np.ones(len(one) + len(other), dtype=np.bool_)
    first[place] = False
    order = np.empty(len(first), dtype=np.int64)
    order[first] = np.arange(len(one))
    order[place] = np.arange(len(one), len(first))
    return order


def ends_of(*keys: Numbers) -> Numbers:
    """Return the places of the last row of each run of equal keys."""
    count = len(keys[0])
    last = np.zeros(count, dtype=np.bool_)
    if count:
        last[-1] = True
    for key in keys:
        last[:-1] |= key[1:] != key[:-1]
    return np.flatnonzero(last)


def between(sums: Numbers, ends: Numbers) -> Numbers:
    """Return the sum of each run, from running sums."""
    out = sums[ends]
    out[1:] -= out[:-1].copy()
    return out


def summed(values: Numbers, ends: Numbers) -> Numbers:
    """Return the sum of each run. Running sums may wrap; differences of them are right where the sums fit 64 bits."""
    return between(np.cumsum(values, dtype=np.int64), ends)


def counted(ends: Numbers) -> Numbers:
    """Return the length of each run."""
    return np.diff(ends, prepend=-1)


def times(values: Numbers, by: Numbers | int) -> Numbers:
    """Return products, exactly: as Python's own numbers where they might not fit 64 bits."""
    factor = by if isinstance(by, int) else _reach(by)
    if _reach(values) * abs(factor) < _SAFE:
        return values * by
    return values.astype(object) * (by if isinstance(by, int) else by.astype(object))


def _reach(values: Numbers) -> int:
    return max(abs(int(values.min())), abs(int(values.max()))) if len(values) else 0
