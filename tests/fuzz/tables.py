"""Files that people bring (CSV, TSV, NDJSON): no row is lost, none is told twice, and no reason repeats a number.

Rows are counted against the physical lines of the file, cut here in the plainest way. Data: one
byte for the kind of file, one for its columns, then the file.
"""

from __future__ import annotations

import atexit
import os
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.fuzz.judging import is_discreet

from noren.doors.cli.files.cells import Setting
from noren.doors.cli.files.columns import match_columns
from noren.doors.cli.files.csvtable import CsvTable
from noren.doors.cli.files.entries import Reader, Rejected
from noren.doors.cli.files.kinds import KINDS, Kind
from noren.doors.cli.files.ndjsontable import NdjsonTable
from noren.doors.cli.files.rows import FileProblem, Row, Table

SETTING = Setting(datetime(2026, 11, 22, 3, 0, tzinfo=UTC), ZoneInfo("Asia/Tokyo"))
ENCODINGS = (None, None, "utf-8", "cp932", "euc-jp")
OF_KIND: tuple[Kind, ...] = tuple(KINDS.values())
MARK = b"\xef\xbb\xbf"
NDJSON = 5

_CARDS = "カード番号,会員番号\r\n2980001234567890,m-1\r\n2980001234567891,m-2\r\n"
_SHOPS = 'shop,partner,name\nS1,P1,"店\n一番"\nS2,P1,"二""番"\nS3,P1,"開いた\nS4,P1,四\n'
SEEDS = (
    b"\0\1" + _CARDS.encode(),
    b"\0\1" + MARK + _CARDS.encode(),
    b"\0\1" + _CARDS.encode("cp932"),
    b"\0\1" + _CARDS.encode("euc_jp"),
    b"\0\3" + _SHOPS.encode(),
    b"\3\3" + _SHOPS.replace(",", "\t").encode("cp932"),
    b"\0\3" + _SHOPS.replace("\n", "\r").encode(),
    b"\0\1line,reason,card,member_number\n2,why,'2980001234567890,m-1\n",
    b"\0\1" + b"card,member_number\n2980001234567890\n\0,\xff\n2980001234567892,m,4",
    b'\5\1{"card":"2980001234567890","member_number":"m-1"}\n\n{"card":null}\n[1]\n{"card":{"a":1}}\n{"card"',
    b"\0\1" + b"2980001234567890,m-1\n",
)
WORDS = [column.name for kind in OF_KIND for column in kind.columns]


def make(*, broken: bool = False) -> Callable[[bytes], None]:
    """Return the harness. ``broken``: a table that loses the row after one with a fault."""
    descriptor, name = tempfile.mkstemp(prefix="noren-fuzz-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None)
    os.close(descriptor)
    path = Path(name)
    atexit.register(path.unlink, missing_ok=True)

    def one(data: bytes) -> None:
        if len(data) < 2:
            return
        path.write_bytes(data[2:])
        try:
            table = _opened(path, data[0] % (NDJSON + 1))
        except FileProblem as wrong:
            is_discreet(wrong.say)
            return
        rows = list(_losing(table.rows()) if broken else table.rows())
        _count_rows(rows, data[2:], data[0] % (NDJSON + 1) == NDJSON)
        _judge_rows(rows, table)
        _judge_entries(rows, table, OF_KIND[data[1] % len(OF_KIND)])

    return one


def _opened(path: Path, how: int) -> Table:
    return NdjsonTable(path) if how == NDJSON else CsvTable(path, ENCODINGS[how])


def _losing(rows: Iterator[Row]) -> Iterator[Row]:
    for row in rows:
        yield row
        if row.fault is not None:
            next(rows, None)


def _count_rows(rows: list[Row], raw: bytes, is_ndjson: bool) -> None:
    """Assert that each line that holds something belongs to one row, and each row to lines that hold something."""
    lines = dict(_lines(raw, is_ndjson))
    header = 0 if is_ndjson else 1
    owed = {number for number, line in lines.items() if number > header and line}
    told = [row.line for row in rows]
    assert told == sorted(set(told)), "a row is told twice or out of order"
    covered = {line for row in rows for line in range(row.line, row.line + _height(row))}
    assert owed <= covered, "a row is lost"
    assert set(told) <= owed, "a row is made of nothing"


def _lines(raw: bytes, is_ndjson: bool) -> Iterator[tuple[int, bytes]]:
    raw = raw.removeprefix(MARK)
    end = b"\r" if b"\n" not in raw and b"\r" in raw[:-1] else b"\n"
    for number, line in enumerate(raw.split(end), start=1):
        yield number, line.strip() if is_ndjson else line.rstrip(b"\r\n")


def _height(row: Row) -> int:
    whole = "".join(row.cells)
    return 1 + max(whole.count("\n"), whole.count("\r"))


def _judge_rows(rows: list[Row], table: Table) -> None:
    assert rows == list(table.rows()), "read again, it reads otherwise"
    ends = [row.end for row in rows]
    assert ends == sorted(ends)
    assert not ends or ends[-1] <= table.size
    for row in rows:
        if row.fault is None:
            assert len(row.cells) == len(table.columns)
        else:
            is_discreet(row.fault)


def _judge_entries(rows: list[Row], table: Table, kind: Kind) -> None:
    try:
        matching = match_columns(table.columns, kind.columns, {})
    except FileProblem as wrong:
        is_discreet(wrong.say)
        return
    entries = list(Reader(table, kind, matching, SETTING).entries())
    assert [entry.line for entry in entries] == [row.line for row in rows], "accepted and rejected are not all"
    for entry, row in zip(entries, rows, strict=True):
        if isinstance(entry, Rejected):
            is_discreet(entry.reason)
        else:
            assert row.fault is None
            for doubt in entry.doubts:
                is_discreet(doubt)
