"""The edge to pyarrow, which has no type stubs: untyped here, typed at every function around it."""

# pyright: reportMissingTypeStubs=false
from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import pyarrow
import pyarrow.compute
import pyarrow.parquet
from arro3.core import Array, DataType

pa: Any = pyarrow
pc: Any = pyarrow.compute
pq: Any = pyarrow.parquet

ArrowTable: TypeAlias = Any
"""A ``pyarrow.Table``."""

ArrowSchema: TypeAlias = Any
"""A ``pyarrow.Schema``."""

ArrowColumn: TypeAlias = Any
"""A ``pyarrow.Array``."""

_COUNTED_AS: Final[dict[object, object]] = {pa.timestamp("us", "UTC"): pa.int64(), pa.date32(): pa.int32()}


def column(values: Sequence[object], kind: object) -> ArrowColumn:
    """Return a column of Arrow type ``kind``. Instants are microseconds and days are days since 1970.

    By arro3 (deltalake's own Arrow), not ``pyarrow.array``, which first imports pandas where that is
    installed: 1.5 s and 60 MB for nothing (docs/measured.md).
    """
    plain: Any = _COUNTED_AS.get(kind, kind)
    return pa.array(Array(values, DataType.from_arrow(plain))).cast(kind)


def values(chunks: object) -> list[Any]:
    """Return the values of a chunked Arrow column of any library (``pyarrow.table`` would import pandas too)."""
    return pa.chunked_array(chunks).to_pylist()
