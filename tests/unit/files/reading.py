"""Reading a few bytes as a file of one kind, for the tests of this folder."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from noren.doors.cli.files.cells import Setting, Value
from noren.doors.cli.files.columns import match_columns
from noren.doors.cli.files.entries import Entry, Reader
from noren.doors.cli.files.kinds import KINDS
from noren.doors.cli.files.tables import open_table
from noren.kernel.say import Say

TOKYO = ZoneInfo("Asia/Tokyo")
SETTING = Setting(datetime(2026, 11, 22, 3, 0, tzinfo=UTC), TOKYO)


@dataclass
class Read:
    """Good rows and refused ones, by line."""

    encoding: str
    good: dict[int, dict[str, Value]] = field(default_factory=dict)
    bad: dict[int, Say] = field(default_factory=dict)
    doubts: dict[int, tuple[Say, ...]] = field(default_factory=dict)


def read(path: Path, kind: str, mapping: dict[str, str] | None = None) -> Read:
    """Read a file as ``noren import`` does."""
    table, of = open_table(path), KINDS[kind]
    matching = match_columns(table.columns, of.columns, mapping or {})
    out = Read(table.encoding)
    for found in Reader(table, of, matching, SETTING).entries():
        if isinstance(found, Entry):
            out.good[found.line] = found.values
            if found.doubts:
                out.doubts[found.line] = found.doubts
        else:
            out.bad[found.line] = found.reason
    return out


def read_bytes(folder: Path, raw: bytes, kind: str = "members", name: str = "file.csv") -> Read:
    """Write the bytes to a file and read it."""
    path = folder / name
    path.write_bytes(raw)
    return read(path, kind)
