"""The layers of a file in which something could hide: raw bytes, table values, Parquet columns, compressed streams."""

from __future__ import annotations

import gzip
import sqlite3
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

_SQLITE: Final = b"SQLite format 3\0"
_PARQUET: Final = b"PAR1"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
_GZIP: Final = b"\x1f\x8b"
_ZLIB: Final = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_APART: Final = b"\x00" * 4
_BLOCK_ROWS: Final = 50_000


def layers(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield (name of the layer, its bytes): the raw file first, then what its format holds."""
    raw = path.read_bytes()
    yield "", raw
    if raw.startswith(_SQLITE):
        yield from _sqlite(path)
    elif raw.startswith(_PARQUET):
        yield from _parquet(path)
    else:
        opened = decompressed(raw)
        if opened is not None:
            yield " (decompressed)", opened


def decompressed(raw: bytes) -> bytes | None:
    """Return what a gzip, zlib or zstd stream holds, or None when ``raw`` is none."""
    try:
        if raw.startswith(_GZIP):
            return gzip.decompress(raw)
        if raw.startswith(_ZLIB):
            return zlib.decompressobj().decompress(raw)
        if raw.startswith(_ZSTD):
            return _unzstd(raw)
    except (OSError, EOFError, zlib.error):
        return None
    return None


def _unzstd(raw: bytes) -> bytes:
    with pa.CompressedInputStream(pa.BufferReader(raw), "zstd") as stream:
        return stream.read()


def _sqlite(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield each column's values: what stands over several pages is whole only here."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    connection.text_factory = bytes
    try:
        tables = [row[0].decode() for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        for table in tables:
            yield from _table(connection, table)
    finally:
        connection.close()


def _table(connection: sqlite3.Connection, table: str) -> Iterator[tuple[str, bytes]]:
    rows = connection.execute(f'SELECT * FROM "{table}"')
    while block := rows.fetchmany(_BLOCK_ROWS):
        for place, (column, *_) in enumerate(rows.description):
            values = [row[place] for row in block if isinstance(row[place], bytes)]
            if values:
                yield f" table {table} column {column}", _APART.join(values)
                opened = [inner for inner in map(decompressed, values) if inner is not None]
                if opened:
                    yield f" table {table} column {column} (decompressed)", _APART.join(opened)


def _values(chunk: Any) -> Iterator[bytes]:
    """Yield the texts of an Arrow array, or its buffers where it holds none."""
    if pa.types.is_dictionary(chunk.type):
        chunk = chunk.dictionary_decode()
    if pa.types.is_primitive(chunk.type):
        yield from (buffer.to_pybytes() for buffer in chunk.buffers() if buffer is not None)
    else:
        yield from (value if isinstance(value, bytes) else str(value).encode() for value in chunk.to_pylist())


def _parquet(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield each column's values: texts one by one, numbers as they are counted."""
    file = pq.ParquetFile(path)
    for group in range(file.num_row_groups):
        table = file.read_row_group(group)
        for name, column in zip(table.column_names, table.columns, strict=True):
            # A checkpoint of the lake's log has columns of records, whose values are not told apart.
            values = column.combine_chunks() if pa.types.is_nested(column.type) else column.unique()
            yield f" column {name}", _APART.join(_values(values))
