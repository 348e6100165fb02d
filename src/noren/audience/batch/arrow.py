"""The edge to Arrow, which has no type stubs: untyped here, typed at every function around it."""

# pyright: reportMissingTypeStubs=false
from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import duckdb
import pyarrow
import pyarrow.parquet
from pyroaring import BitMap

from noren.audience.batch.asked import Rows

_pa: Any = pyarrow
_pq: Any = pyarrow.parquet

ArrowTable: TypeAlias = Any
"""A ``pyarrow.Table``."""

_GROUP_ROWS: Final = 1_000_000


def table_of(rows: Rows) -> ArrowTable:
    """Return the rows of a run's table as an Arrow table, without copying them."""
    columns = [_column(column) for column in rows.columns]
    return _pa.Table.from_arrays(columns, names=list(rows.names))


def _column(column: array[int]) -> Any:
    return _pa.Array.from_buffers(_pa.int64(), len(column), [None, _pa.py_buffer(column)])


def table_from(columns: Mapping[str, Any]) -> ArrowTable:
    """Return numpy's columns as an Arrow table."""
    return _pa.table(dict(columns))


def write_rows(rows: Rows, path: Path) -> None:
    """Write the rows of a run's table as Parquet."""
    _pq.write_table(table_of(rows), path, row_group_size=_GROUP_ROWS)


def write_members(names: Sequence[str], path: Path) -> None:
    """Write the one column ``member`` as Parquet."""
    joined = [name.encode() for name in names]
    ends = array("q", [0])
    for name in joined:
        ends.append(ends[-1] + len(name))
    buffers = [None, _pa.py_buffer(ends), _pa.py_buffer(b"".join(joined))]
    column = _pa.Array.from_buffers(_pa.large_string(), len(joined), buffers).cast(_pa.string())
    _pq.write_table(_pa.Table.from_arrays([column], names=["member"]), path)


def bitmaps(connection: duckdb.DuckDBPyConnection, query: str) -> dict[int, BitMap]:
    """Return the sets of a query with the rows (question_no, list of members' numbers)."""
    out: dict[int, BitMap] = {}
    found: Any = connection.sql(query)
    for batch in found.to_arrow_table().to_batches():
        for question, numbers in _sets(batch):
            held = out.get(question)
            out[question] = numbers if held is None else held | numbers
    return out


def _sets(batch: Any) -> Iterator[tuple[int, BitMap]]:
    lists = batch.column(1)
    values = lists.values
    whole = memoryview(values.buffers()[1]).cast("I")[values.offset :]
    ends = lists.offsets.to_pylist()
    for place, question in enumerate(batch.column(0).to_pylist()):
        yield int(question), BitMap(array("I", whole[ends[place] : ends[place + 1]].tobytes()))
