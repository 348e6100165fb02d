"""NDJSON, Parquet and files that are no tables."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.unit.files.reading import read, read_bytes

from noren.doors.cli.files.rows import FileProblem


def test_ndjson_keeps_text_as_text_and_sets_bad_lines_aside(tmp_path: Path) -> None:
    rows = [
        json.dumps({"member_number": "0001", "card": "0000000012345", "姓": "髙橋", "email_ok": True}),
        "",
        json.dumps({"member_number": 2, "card": 2980000000000001, "post_ok": None}),
        "[1]",
        '{"member_number": "5", ',
        json.dumps({"member_number": "6", "card": 2.98e15}),
        json.dumps({"member_number": "7", "姓": ["山田"]}),
        json.dumps({"card": "0000000012346"}),
        '{"member_number": "\udc81"}'.encode("utf-8", "surrogateescape").decode("latin-1"),
        '{"member_number": "9", "姓": "山',
    ]
    raw = "\n".join(rows).encode("utf-8", "surrogateescape")
    found = read_bytes(tmp_path, raw.replace("\udc81".encode("utf-8", "surrogatepass"), b"\x81"), name="m.ndjson")
    assert found.encoding == "NDJSON"
    assert found.good[1] | {"post_ok": None} == {
        "member_number": "0001",
        "card": "0000000012345",
        "family_name": "髙橋",
        "email_ok": True,
        "post_ok": None,
    }
    assert found.good[3]["card"] == "2980000000000001"
    assert {4, 5, 6, 7, 8, 10} <= set(found.bad)
    assert "the last line is cut" in found.bad[10].en
    assert "array" in found.bad[7].en


def test_a_key_that_comes_late_is_a_fault_of_its_row(tmp_path: Path) -> None:
    rows = [json.dumps({"member_number": f"A{n}"}) for n in range(1_000)]
    found = read_bytes(
        tmp_path, "\n".join([*rows, json.dumps({"member_number": "B", "city": "港区"})]).encode(), name="m.jsonl"
    )
    assert list(found.bad) == [1_001]


def test_parquet_keeps_text_as_text_and_reads_dates(tmp_path: Path) -> None:
    table = pa.table(
        {
            "member_number": pa.array(["0001", "0002", "0003"]),
            "card": pa.array(["0000000012345", None, "0000000012346"]).dictionary_encode(),
            "birth_date": pa.array([date(1985, 1, 2), None, date(2030, 1, 1)]),
            "email_ok": pa.array([True, False, None]),
            "姓": pa.array(["髙橋", "﨑山", "山田"]),
        }
    )
    path = tmp_path / "m.parquet"
    pq.write_table(table, path)
    found = read(path, "members")
    assert found.encoding == "Parquet"
    assert found.good[1] == {
        "member_number": "0001",
        "card": "0000000012345",
        "birth_date": "1985-01-02",
        "email_ok": True,
        "family_name": "髙橋",
    }
    assert found.good[2]["card"] is None
    assert list(found.bad) == [3]


def test_numbers_in_parquet_are_refused_as_card_numbers(tmp_path: Path) -> None:
    path = tmp_path / "c.parquet"
    pq.write_table(pa.table({"card": [2980000000000001.0], "member_number": ["A1"]}), path)
    assert "ends in .0" in read(path, "cards").bad[1].en


@pytest.mark.parametrize(
    ("name", "raw", "word"),
    [
        ("m.xlsx", b"PK\x03\x04....", "spreadsheet"),
        ("m.parquet", b"PAR1 cut", "Parquet"),
        ("m.ndjson", b"a,b\n", "NDJSON"),
        ("m.csv", b"\n", "header"),
        ("m.csv", b'"a', "header"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, name: str, raw: bytes, word: str) -> None:
    with pytest.raises(FileProblem, match=word):
        read_bytes(tmp_path, raw, name=name)
