"""The byte search finds what it should: a search that finds nothing proves nothing until this has passed."""

from __future__ import annotations

import base64
import gzip
import secrets
import sqlite3
import struct
import zlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tools.byte_search import main, search_home

CARD = "2980001234567890"
NAME = "山田花子"
HANDLE = bytes(range(100, 116))
NEEDLES: list[str | bytes] = [HANDLE, CARD, NAME, "hanako.yamada@example.jp", "東京都千代田区千代田一丁目1番1号"]

PLANTS = {
    "utf-8": CARD.encode(),
    "a name in utf-8": NAME.encode(),
    "utf-16": NAME.encode("utf-16-le"),
    "utf-16 big": NAME.encode("utf-16-be"),
    "cp932": NAME.encode("cp932"),
    "euc": NAME.encode("euc_jp"),
    "hex": CARD.encode().hex().encode(),
    "backwards": CARD[::-1].encode(),
    "packed": bytes.fromhex(CARD),
    "integer": struct.pack("<q", int(CARD)),
    "sqlite integer": struct.pack(">q", int(CARD)),
    "float": struct.pack("<d", int(CARD)),
    **{f"base64 {shift}": base64.b64encode(b"x" * shift + NAME.encode() + b"yy") for shift in range(3)},
    "gzip": gzip.compress(b"who: " + NAME.encode()),
    "zlib": zlib.compress(CARD.encode() * 3),
    "bytes": HANDLE,
    "bytes in hex": HANDLE.hex().encode(),
    "bytes in base64": base64.b64encode(b"x" + HANDLE),
    "zstd": pa.compress(CARD.encode() * 3, codec="zstd", asbytes=True),
}


@pytest.mark.parametrize("plant", PLANTS)
def test_each_form_is_found(plant: str, tmp_path: Path) -> None:
    prefix = b"" if plant in {"gzip", "zlib", "zstd"} else secrets.token_bytes(1000)
    (tmp_path / "file").write_bytes(prefix + PLANTS[plant])
    assert search_home(tmp_path, NEEDLES).count >= 1


def test_compressed_parquet_columns_are_read(tmp_path: Path) -> None:
    pq.write_table(pa.table({"who": [f"{CARD}"] * 3 + ["nobody"] * 1000}), tmp_path / "a.parquet", compression="zstd")
    pq.write_table(pa.table({"n": [1, 2, int(CARD)]}), tmp_path / "b.parquet", compression="snappy")
    where = " ".join(hit.where for hit in search_home(tmp_path, NEEDLES).hits)
    assert "a.parquet column who" in where
    assert "b.parquet column n" in where


def test_a_value_over_several_pages_of_a_table_is_whole(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "s.db") as store:
        store.execute("CREATE TABLE t (v BLOB)")
        store.executemany("INSERT INTO t VALUES (?)", [(b"x" * n + CARD.encode(),) for n in (0, 4000, 9000)])
        store.execute("INSERT INTO t VALUES (?)", (zlib.compress(NAME.encode()),))
    found = search_home(tmp_path, NEEDLES)
    assert sum("table t column v" in hit.where for hit in found.hits) == 4


def test_a_needle_across_two_chunks_is_found_once(tmp_path: Path) -> None:
    edge = (1 << 24) - 7
    (tmp_path / "big").write_bytes(b"\x07" * edge + CARD.encode() + b"\x07" * 100)
    assert search_home(tmp_path, NEEDLES).count == 1


def test_a_file_name_is_searched(tmp_path: Path) -> None:
    (tmp_path / f"{CARD}.log").touch()
    assert search_home(tmp_path, NEEDLES).count == 1


def test_a_short_number_counts_where_it_stands_alone(tmp_path: Path) -> None:
    (tmp_path / "longer").write_text("7090123456781 x09012345678")
    (tmp_path / "alone").write_text("tel 09012345678, ")
    assert [hit.where for hit in search_home(tmp_path, ["09012345678"]).hits] == ["alone", "longer"]
    (tmp_path / "longer").write_text("7090123456781")
    assert [hit.where for hit in search_home(tmp_path, ["09012345678"]).hits] == ["alone"]


def test_nothing_is_found_in_noise(tmp_path: Path) -> None:
    (tmp_path / "noise").write_bytes(secrets.token_bytes(20_000_000))
    found = search_home(tmp_path, NEEDLES)
    assert (found.count, found.files) == (0, 1)


def test_the_command_says_found_by_its_exit_and_never_prints_a_needle(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, needles = tmp_path / "home", tmp_path / "needles"
    home.mkdir()
    texts = [each for each in NEEDLES if isinstance(each, str)]
    needles.write_text("\n".join([*texts, f"0x{HANDLE.hex()}"]), "utf-8")
    assert main(str(home), str(needles)) == 0
    (home / "x").write_bytes(HANDLE)
    assert main(str(home), str(needles)) == 1
    (home / "x").write_text(NAME, "utf-8")
    assert main(str(home), str(needles)) == 1
    assert NAME not in capsys.readouterr().out


def test_what_stands_in_a_record_of_a_lakes_checkpoint_is_found(tmp_path: Path) -> None:
    rows = [{"path": "part-1", "tags": "金糸雀春夏秋冬東西南北"}, {"path": "part-2", "tags": "x"}]
    pq.write_table(pa.table({"add": pa.array(rows)}), tmp_path / "1.checkpoint.parquet")
    assert search_home(tmp_path, ["金糸雀春夏秋冬東西南北"]).count
    assert not search_home(tmp_path, ["金糸雀夏夏夏夏夏夏夏夏"]).count
