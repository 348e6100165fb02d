"""Which encoding a file is in, and that one text reads equal from all of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.files.reading import read_bytes
from tests.unit.files.writing import WRITERS, to_euc

from noren.doors.cli.files.encodings import CP932, EUC_JP, UTF8, UTF8_BOM, detect
from noren.doors.cli.files.eucjp import decode_euc_jp
from noren.doors.cli.files.rows import FileProblem

HARD = "㈱①髙﨑Ⅲ～－∥德"


def lines(text: str, codec: str) -> list[bytes]:
    return [line.encode(codec) for line in text.splitlines()]


@pytest.mark.parametrize("name", WRITERS)
def test_vendor_characters_read_equal_from_every_encoding(tmp_path: Path, name: str) -> None:
    raw = WRITERS[name](f"product,name,maker\n0001,{HARD},山田\n0002,コーヒー豆,髙島屋\n")
    found = read_bytes(tmp_path, raw, "products")
    assert found.encoding == name
    assert found.good[2] == {"product": "0001", "name": HARD, "maker": "山田"}


def test_euc_jp_of_unix_vendors_reads_their_own_rows() -> None:
    assert decode_euc_jp(b"\x8f\xf4\xfb\x8f\xf4\xbd") == "髙﨑"
    assert decode_euc_jp(b"\xad\xa1\xad\xea") == "①㈱"
    assert decode_euc_jp(b"\x8e\xb1\x8e\xb2") == "ｱｲ"
    assert decode_euc_jp("丂鸙".encode("euc_jp")) == "丂鸙"


@pytest.mark.parametrize("raw", [b"\xa4", b"\x8f\xa1", b"\x80", b"\xa4\x41", b"\xff\xff"])
def test_bytes_that_are_no_euc_jp_are_refused(raw: bytes) -> None:
    with pytest.raises(UnicodeDecodeError):
        decode_euc_jp(raw)


def test_ascii_is_utf8() -> None:
    assert detect(b"a,b", [b"a,b"]) is UTF8


def test_a_byte_order_mark_decides() -> None:
    assert detect(b"\xef\xbb\xbfa", [b"\xef\xbb\xbfa"]) is UTF8_BOM


def test_a_few_broken_lines_hide_no_encoding() -> None:
    text = "山田,太郎,東京都\n鈴木,花子,大阪府\n髙橋,惠子,京都府\n"
    assert detect(b"", [*lines(text, "utf-8"), b"\x85\xff"]) is UTF8
    assert detect(b"", [*lines(text, "cp932"), b"\x85\xff"]) is CP932
    assert detect(b"", [*(to_euc(line) for line in text.splitlines()), b"\x85\xff"]) is EUC_JP


@pytest.mark.parametrize("text", ["山田,太郎\n田中,花子", "ヤマダ,タロウ", "佐藤,さとう", "東京都千代田区"])
def test_short_euc_jp_files_are_not_taken_for_half_width_katakana(text: str) -> None:
    assert detect(b"", [to_euc(line) for line in text.splitlines()]) is EUC_JP


@pytest.mark.parametrize("text", ["ﾔﾏﾀﾞ,ﾀﾛｳ,ﾐﾅﾄｸ\nﾎﾝﾀﾞ,ﾚｲｺ,ﾐﾔｷﾞ", "山田,ﾔﾏﾀﾞ", "東京都千代田区\nﾄｳｷｮｳ"])
def test_half_width_katakana_in_cp932_is_not_taken_for_euc_jp(text: str) -> None:
    assert detect(b"", lines(text, "cp932")) is CP932


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "iso2022_jp"])
def test_other_encodings_are_refused_with_advice(tmp_path: Path, codec: str) -> None:
    text = ("\ufeff" if codec == "utf-16-le" else "") + "会員番号,姓\nA1,山田\n"
    with pytest.raises(FileProblem, match="UTF-8") as refused:
        read_bytes(tmp_path, text.encode(codec))
    assert "保存し直して" in refused.value.say.ja


def test_lost_letters_and_empty_files_are_refused(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, "member_number,姓\nA1,山\ufffd\n".encode())
    assert "U+FFFD" in found.bad[2].en
    with pytest.raises(FileProblem, match="empty"):
        read_bytes(tmp_path, b"")
