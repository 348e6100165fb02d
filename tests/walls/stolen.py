"""What a thief of the store files, without any key, can see of each row's owner: orders, values, features.

A side is read blindly: every table, every column, the file itself and its write-ahead log. The
only thing told is which column names the owner (the vault's member row, the ledger's handle).
"""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.walls.pages import cells

Row = Mapping[str, Any]


@dataclass(slots=True)
class Side:
    """One side's owners and what is seen of each; every dict is by owner."""

    name: str
    owners: set[bytes]
    orders: dict[str, dict[bytes, float]] = field(default_factory=dict)
    values: dict[str, dict[bytes, set[bytes]]] = field(default_factory=dict)
    features: dict[str, dict[bytes, Hashable]] = field(default_factory=dict)


def steal(name: str, files: Sequence[Path], owner: tuple[str, str], work: Path) -> Side:
    """Read ``files`` as a thief would; ``owner`` is (table, column) that lists the side's members."""
    copies = [_copy(path, work / name) for path in files]
    with sqlite3.connect(copies[0]) as first:
        owners = {row[0] for row in first.execute(f'SELECT "{owner[1]}" FROM "{owner[0]}"')}
    first.close()
    side = Side(name, owners)
    for path in copies:
        _read_log(path, side)
        _read_tables(path, side)
    return side


def _copy(path: Path, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for suffix in ("", "-wal"):
        source = path.with_name(path.name + suffix)
        if source.exists():
            shutil.copyfile(source, folder / source.name)
            shutil.copyfile(source, folder / f"{source.name}.raw")  # opening a store folds its log away
    return folder / path.name


def _read_log(path: Path, side: Side) -> None:
    """Take the order in which owners first stand in the write-ahead log, then fold it into the file."""
    log = path.with_name(f"{path.name}-wal.raw")
    if log.exists() and log.stat().st_size:
        raw = log.read_bytes()
        found = {owner: float(at) for owner in side.owners if (at := raw.find(owner)) >= 0}
        side.orders[f"{path.name} log"] = found
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _read_tables(path: Path, side: Side) -> None:
    with sqlite3.connect(path) as connection:
        connection.row_factory = sqlite3.Row
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        for table in tables:
            rows = [dict(row) for row in connection.execute(f'SELECT * FROM "{table}"')]
            column = owner_column(rows, side.owners)
            if column is not None:
                see(side, f"{path.name} {table}", rows, column)
                _see_file(side, path, table)
    connection.close()


def owner_column(rows: Sequence[Row], owners: set[bytes]) -> str | None:
    """Return the column of a table that names owners, if it has one."""
    for column in rows[0] if rows else ():
        named = [row[column] for row in rows if row[column] is not None]
        if named and all(name in owners for name in named):
            return column
    return None


def see(side: Side, where: str, rows: Sequence[Row], owner: str) -> None:
    side.orders[f"{where} order"] = _first({row[owner]: float(i)} for i, row in reversed(list(enumerate(rows))))
    side.features[f"{where} count"] = dict(Counter(row[owner] for row in rows))
    for column in rows[0]:
        if column == owner:
            continue
        grouped: defaultdict[bytes, list[Any]] = defaultdict(list)
        for row in rows:
            grouped[row[owner]].append(row[column])
        plain = {who: {_bytes(v) for v in vs if v is not None} for who, vs in grouped.items()}
        side.values[f"{where} {column}"] = plain
        side.features[f"{where} {column}"] = {who: tuple(sorted(map(_shape, vs))) for who, vs in grouped.items()}
        if all(isinstance(v, int | float) for vs in grouped.values() for v in vs):
            side.orders[f"{where} by {column}"] = {who: float(min(vs)) for who, vs in grouped.items()}


def _first(parts: Iterator[dict[bytes, float]]) -> dict[bytes, float]:
    out: dict[bytes, float] = {}
    for part in parts:
        out.update(part)
    return out


def _see_file(side: Side, path: Path, table: str) -> None:
    """Take the place of owners in the file: by page, and by age within the page."""
    by_page: dict[bytes, float] = {}
    by_age: dict[bytes, float] = {}
    for cell in cells(path, table):
        for owner in _owners_in(cell.payload, side.owners):
            by_page.setdefault(owner, cell.page)
            by_age.setdefault(owner, cell.age)
    side.orders[f"{path.name} {table} pages"] = by_page
    side.orders[f"{path.name} {table} age in page"] = by_age


def _owners_in(payload: bytes, owners: set[bytes]) -> Iterator[bytes]:
    """Yield owners that stand near the beginning of a cell."""
    for at in range(min(len(payload), 96)):
        if payload[at : at + 16] in owners:
            yield payload[at : at + 16]
            return


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def _shape(value: Any) -> str:
    """Return what a value shows without a key: its length if it is sealed or long, itself if it is plain."""
    if value is None:
        return "-"
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    return str(value) if len(str(value)) <= 20 else f"{len(str(value))} characters"
