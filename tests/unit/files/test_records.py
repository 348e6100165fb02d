"""Cutting files into records: quoted newlines, runaway quotes, odd line ends, long lines."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.files.reading import read_bytes

from noren.doors.cli.files.lines import MAX_LINE_BYTES, LineSource, physical_lines
from noren.doors.cli.files.records import records


def test_a_quoted_newline_is_data(tmp_path: Path) -> None:
    raw = 'member_number,city,street\nA1,"港\n区","1-2\n3 ""新"" 館"\nA2,港区,1\n'.encode("cp932")
    found = read_bytes(tmp_path, raw)
    assert found.bad == {}
    assert found.good[2] == {"member_number": "A1", "city": "港 区", "street": '1-2 3 "新" 館'}
    assert found.good[5]["member_number"] == "A2"


def test_a_quote_that_is_never_closed_costs_its_own_line_only(tmp_path: Path) -> None:
    rows = "".join(f"A{n},港区,x\n" for n in range(250))
    found = read_bytes(tmp_path, f'member_number,city,street\nB1,"港区,x\n{rows}'.encode())
    assert list(found.bad) == [2]
    assert len(found.good) == 250


def test_a_runaway_quote_swallows_no_good_row_before_the_next_quote(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, b'member_number,city,street\nB1,"x,y\nA1,x,y\nA2,"x",y\nA3,x,y\n')
    assert list(found.bad) == [2]
    assert [row["member_number"] for row in found.good.values()] == ["A1", "A2", "A3"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(tmp_path: Path, end: str) -> None:
    found = read_bytes(tmp_path, end.join(["member_number,姓", "A1,山田", "", "A2,田中"]).encode("cp932"))
    assert [row["family_name"] for row in found.good.values()] == ["山田", "田中"]
    assert found.bad == {}


def test_tabs_part_cells_too(tmp_path: Path) -> None:
    assert read_bytes(tmp_path, "会員番号\t姓\nA1\t山田,田中\n".encode()).good[2]["family_name"] == "山田,田中"


def test_a_line_without_end_is_bounded(tmp_path: Path) -> None:
    raw = b"member_number,city\nB1," + b"\0" * (3 * MAX_LINE_BYTES) + b"\nA1,x\n"
    found = read_bytes(tmp_path, raw)
    assert "longer than" in found.bad[2].en
    assert found.good[3]["member_number"] == "A1"


@given(st.lists(st.sampled_from([b"a", b'"', b",", b"\n", b"\r\n", b"\x83\x5c"]), max_size=60))
def test_records_lose_no_byte_and_count_every_line(parts: list[bytes]) -> None:
    raw = b"".join(parts)
    found = list(records(io.BytesIO(raw), b",", lambda joined: b'"' not in joined.strip(b'"')))
    kept = b"".join(record.raw for record in found)
    assert kept.replace(b"\r", b"").replace(b"\n", b"") == raw.replace(b"\r", b"").replace(b"\n", b"")
    assert [record.end for record in found][-1:] == ([len(raw)] if raw else [])
    assert [record.line for record in found] == sorted({record.line for record in found})


def test_lines_that_were_given_back_come_again() -> None:
    source = LineSource(io.BytesIO(b"1\n2\n3\n"))
    assert [got.raw for got in (source.first(), source.more(), source.more()) if got] == [b"1\n", b"2\n", b"3\n"]
    source.back_to(2)
    assert (source.line, source.end) == (1, 2)
    again = source.first()
    assert again is not None
    assert (again.raw, source.line, source.end) == (b"2\n", 2, 4)


def test_an_old_macintosh_file_over_many_chunks() -> None:
    raw = b"abc\r" * MAX_LINE_BYTES
    assert sum(1 for _ in physical_lines(io.BytesIO(raw))) == MAX_LINE_BYTES
