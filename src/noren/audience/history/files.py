"""The build's files: columns of text and numbers, and the lake's lines, written as Parquet."""

# pyright: reportMissingTypeStubs=false
from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow
import pyarrow.parquet
from arro3.core import Array, DataType

_pa: Any = pyarrow
_pq: Any = pyarrow.parquet
_NUMBERS: Final = ("birth_year", "birth_month", "points", "number")
_FLAGS: Final = ("email_ok", "post_ok")
_BATCH_ROWS: Final = 200_000


def table_of(columns: Mapping[str, list[object]]) -> Any:
    """Return named columns as an Arrow table, typed by their names."""
    arrays = [_column(name, values) for name, values in columns.items()]
    return _pa.Table.from_arrays(arrays, names=list(columns))


def write_columns(columns: Mapping[str, list[object]], path: Path) -> Path:
    """Write named columns as Parquet; return where."""
    _pq.write_table(table_of(columns), path)
    return path


def write_query(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> Path:
    """Write what a query finds as Parquet, batch by batch; return where."""
    found: Any = connection.sql(query)
    reader = found.to_arrow_reader(_BATCH_ROWS)
    with _pq.ParquetWriter(path, reader.schema) as writer:
        for batch in reader:
            writer.write_batch(batch)
    return path


def _column(name: str, values: list[object]) -> Any:
    kind = _pa.int64() if name in _NUMBERS else _pa.bool_() if name in _FLAGS else _pa.string()
    kind = _pa.binary() if name == "handle" else kind
    return _pa.array(Array(values, DataType.from_arrow(kind))).cast(kind)
