"""Numbers for numbers: where a receipt stands, which of a column's values a product or a place has."""

from __future__ import annotations

import numpy as np

from noren.audience.batch.given import Given
from noren.audience.batch.kept.part import NONE
from noren.audience.batch.kept.tallying import Goods
from noren.audience.batch.kept.vectors import Numbers, whole
from noren.audience.batch.names import Columns


def places_in(numbers: Numbers, wanted: Numbers) -> Numbers:
    """Return where each wanted number stands; numbers are not negative, each once, and few are left out."""
    place = np.zeros(int(numbers.max(initial=-1)) + 1, dtype=np.int32)
    place[numbers] = np.arange(len(numbers), dtype=np.int32)
    return place[wanted]


def codes_of(columns: Columns, name: str) -> Numbers:
    """Return for each number which of the column's values it has, NONE where it has none."""
    codes = np.full(columns.count(), NONE, dtype=np.int32)
    for code, numbers in enumerate(columns.index(name).groups()):
        codes[numbers.to_array()] = code
    return codes


def goods_of(given: Given) -> Goods:
    """Return what keys of lines and places need."""
    products, places = given.products, given.places
    known = products.index("product").known.to_array()
    named = np.full(products.count(), NONE, dtype=np.int32)
    named[known] = whole(known)
    return Goods(named, codes_of(products, "brand"), codes_of(places, "shop"), codes_of(places, "partner"))
