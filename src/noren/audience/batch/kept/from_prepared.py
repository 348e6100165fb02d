"""The index of prepared tables, in memory."""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np

from noren.audience.batch.given import Given
from noren.audience.batch.kept.index import HistoryIndex
from noren.audience.batch.kept.making import make_part
from noren.audience.batch.kept.part import ATTRIBUTES, NONE, RECEIPTS
from noren.audience.batch.kept.tallying import Goods
from noren.audience.batch.kept.vectors import Numbers, whole
from noren.audience.batch.loading.prepared import Prepared
from noren.audience.batch.loading.source import literal
from noren.audience.batch.names import Columns


def index_of(prepared: Prepared) -> HistoryIndex:
    """Return an index of one part over prepared tables."""
    assert not prepared.wide, "sums beyond 64 bits are the statement's"
    receipts = read_table(prepared, "receipts", ("receipt_no", *RECEIPTS))
    receipts["low"] = receipts["high"] = np.zeros(len(receipts["receipt_no"]), dtype=np.int8)
    lines = read_table(prepared, "lines", ("receipt_no", "product_no", "quantity", "amount"))
    lines["receipt"] = places_in(receipts["receipt_no"], lines["receipt_no"])
    codes = {name: codes_of(prepared.given.products, name) for name in ATTRIBUTES}
    return HistoryIndex([(make_part(receipts, lines, codes), None)], goods_of(prepared.given))


def read_table(prepared: Prepared, table: str, columns: tuple[str, ...]) -> dict[str, Numbers]:
    """Return columns of a prepared table."""
    query = f"SELECT {', '.join(columns)} FROM read_parquet({literal(str(prepared.file(table)))})"
    with duckdb.connect(":memory:") as connection:
        found: Any = connection.sql(query).fetchnumpy()
    return {name: np.ma.getdata(found[name]) for name in columns}


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
