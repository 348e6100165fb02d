"""Byte search over every file of a home, through the containers that hide bytes: SQLite's pages are searched as
they lie, compressed blobs and Parquet are opened first.
"""

from __future__ import annotations

import base64
import contextlib
import gzip
import sqlite3
import zlib
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq


def found(home: Path, *texts: str) -> dict[str, list[str]]:
    """Return, for each text, the files in which it stands in some form, as they lie on the disk or opened."""
    forms = {text: _forms(text) for text in texts}
    out: dict[str, list[str]] = {text: [] for text in texts}
    for path in sorted(path for path in home.rglob("*") if path.is_file()):
        with contextlib.suppress(FileNotFoundError):  # WAL files come and go
            seen = {text for content in _contents(path) for text in texts if any(f in content for f in forms[text])}
            for text in seen:
                out[text].append(str(path.relative_to(home)))
    return out


def _forms(text: str) -> list[bytes]:
    plain = text.encode()
    forms = [
        plain,
        text.encode("utf-16-le"),
        text.encode("utf-16-be"),
        plain.hex().encode(),
        plain.hex().upper().encode(),
    ]
    # Base64 of a longer text contains, depending on where it begins, one of three spellings.
    for shift in range(3):
        spelt = base64.b64encode(b"\x00" * shift + plain)
        forms.append(spelt[(shift * 8 + 5) // 6 : len(spelt) - 4])
    if text.isdigit():
        number = int(text)
        width = (number.bit_length() + 7) // 8
        forms += [number.to_bytes(width, "big"), number.to_bytes(width, "little")] if width >= 5 else []
    return [form for form in forms if len(form) >= 5]


def _contents(path: Path) -> Iterator[bytes]:
    raw = path.read_bytes()
    yield raw
    if path.suffix == ".parquet":
        with contextlib.suppress(OSError, ValueError):
            yield repr(pq.read_table(path).to_pylist()).encode()
    if raw.startswith(b"SQLite format 3"):
        yield from _blobs(path)
    with contextlib.suppress(OSError, EOFError, zlib.error):
        yield gzip.decompress(raw)


def _blobs(path: Path) -> Iterator[bytes]:
    """Every blob of every table, opened where it is compressed."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for row in db.execute(f'SELECT * FROM "{table}"'):
                for cell in row:
                    if isinstance(cell, bytes):
                        yield cell
                        yield from _opened(cell)


def _opened(cell: bytes) -> Iterator[bytes]:
    for bits in (15, -15, 31):
        with contextlib.suppress(zlib.error):
            yield zlib.decompress(cell, bits)
