"""A cp932 file with broken rows of many kinds: good rows in, each bad one with line and reason (contracts/cli.md)."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from tests.unit.files.reading import read_bytes

from noren.doors.cli.files.columns import match_columns
from noren.doors.cli.files.kinds import MEMBERS
from noren.doors.cli.files.rejects import write_rejects
from noren.doors.cli.files.tables import open_table
from noren.kernel.say import Lang, Say

HEADER = "member_number,card,姓,名,姓カナ,birth_date,sex,postal_code,prefecture,phone,email,email_ok,since"
GOOD = "{n},,髙橋,惠子,タカハシ,昭和60年1月2日,女,150-0002,東京都,03-1234-5678,a@example.jp,はい,R2.4.1"

# name of the kind -> the row (text, or bytes where it is no cp932), a word of the reason in Japanese and in English
BROKEN: dict[str, tuple[str | bytes, str, str]] = {
    "bytes that are no cp932": (b"B01,,\x85\xff\xfe,a,,,,,,,,,", "バイト", "bytes"),
    "a NUL byte": ("B02,,山\0田,花,,,,,,,,,", "NUL", "NUL"),
    "too few columns": ("B03,,山田", "列の数", "columns"),
    "too many columns": (GOOD.format(n="B04") + ",余り", "列の数", "columns"),
    "an open quote": ('B05,,"山田,花,,,,,,,,,', "引用符", "quote"),
    "text after a quote": ('B06,,"山"田,花,,,,,,,,,', "引用符", "quote"),
    "no member number": (",,山田,花,,,,,,,,,", "空", "empty"),
    "a member number with a space": ("B 07,,山田,花,,,,,,,,,", "英数字", "takes up to 32"),
    "a card that a spreadsheet rounded": ("B08,2.98E+15,山田,花,,,,,,,,,", "表計算", "spreadsheet"),
    "a card as a decimal": ("B09,2980000000000001.0,山田,花,,,,,,,,,", ".0", "ends in .0"),
    "a short card": ("B10,1234567,山田,花,,,,,,,,,", "8〜40桁", "8 to 40"),
    "a card with a hyphen": ("B11,2980-0000-0000-0001,山田,花,,,,,,,,,", "8〜40桁", "8 to 40"),
    "a day that does not exist": ("B12,,山田,花,,2001-02-29,,,,,,,", "2001年2月29日", "no day 2001-2-29"),
    "a day beyond its era": ("B13,,山田,花,,昭和64年1月8日,,,,,,,", "元号", "era"),
    "a day in an unclear order": ("B14,,山田,花,,1/2/2001,,,,,,,", "順序", "order"),
    "a spreadsheet's day number": ("B15,,山田,花,,36893,,,,,,,", "通し番号", "day number"),
    "a birthday to come": ("B16,,山田,花,,2030-01-01,,,,,,,", "今日まで", "to today"),
    "an unknown sex": ("B17,,山田,花,,,はい,,,,,,", "sex", "sex"),
    "a postal code without its leading zero": ("B18,,山田,花,,,,600001,,,,,", "7桁", "7 digits"),
    "no prefecture": ("B19,,山田,花,,,,,江戸,,,,", "47都道府県", "47 prefectures"),
    "a telephone number without area code": ("B20,,山田,花,,,,,,1234-5678,,,", "市外局番", "area code"),
    "no e-mail address": ("B21,,山田,花,,,,,,,a@b,,", "name@example.jp", "name@example.jp"),
    "neither yes nor no": ("B22,,山田,花,,,,,,,,たぶん,", "はい・いいえ", "yes or no"),
    "kanji where kana is": ("B23,,山田,花,山田,,,,,,,,", "カナ", "kana"),
    "a digit in a name": ("B24,,山田3,花,,,,,,,,,", "数字", "digit"),
    "a private-use character": (b"B25,,\xf0\x40,a,,,,,,,,,", "外字", "private-use"),
    "a member number seen before": (GOOD.format(n="G00"), "行目と同じ", "stands on line"),
    "a name of 101 letters": (f"B27,,{'山' * 101},花,,,,,,,,,", "100文字", "100 characters"),
}


def broken_file() -> tuple[bytes, dict[int, str], list[int]]:
    """Return a file in which broken rows alternate with good ones, the lines of the broken and of the good."""
    raw = [HEADER.encode("cp932")]
    bad: dict[int, str] = {}
    good: list[int] = []
    for number, (name, (row, _, _)) in enumerate(BROKEN.items()):
        raw.append(GOOD.format(n=f"G{number:02d}").encode("cp932"))
        good.append(len(raw))
        raw.append(row if isinstance(row, bytes) else row.encode("cp932"))
        bad[len(raw)] = name
    # Half a file: the last line is cut in the middle.
    raw.append(GOOD.format(n="G99").encode("cp932"))
    good.append(len(raw))
    bad[len(raw) + 1] = "cut"
    return b"\r\n".join(raw) + b"\r\nB99,,\x8e\x52", bad, good


def test_a_cp932_file_with_broken_rows_of_many_kinds(tmp_path: Path) -> None:
    raw, bad, good = broken_file()
    found = read_bytes(tmp_path, raw)
    assert len(BROKEN) >= 15
    assert found.encoding == "cp932"
    assert list(found.good) == good
    assert set(found.bad) == set(bad)
    for line, name in bad.items():
        ja, en = ("途中で切れて", "cut") if name == "cut" else BROKEN[name][1:]
        assert ja in found.bad[line].ja, (name, found.bad[line].ja)
        assert en in found.bad[line].en, (name, found.bad[line].en)


def test_no_reason_repeats_a_value(tmp_path: Path) -> None:
    raw, bad, _ = broken_file()
    found = read_bytes(tmp_path, raw)
    for line, name in bad.items():
        if name != "cut":
            row = BROKEN[name][0]
            cells = row.split(",") if isinstance(row, str) else []
            long = [cell for cell in cells[:2] if len(cell) > 2]
            assert not any(cell in found.bad[line].en for cell in long), name


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_the_rejects_file_holds_line_reason_and_the_source(tmp_path: Path, lang: Lang) -> None:
    raw, bad, _ = broken_file()
    path = tmp_path / "members.csv"
    path.write_bytes(raw)
    found = read_bytes(tmp_path, raw)
    out = tmp_path / "members.csv.rejects.csv"
    assert write_rejects(out, open_table(path), found.bad, lang) == len(bad)
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    assert out.stat().st_mode & 0o077 == 0
    with out.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows[0] == ["line", "reason", *HEADER.split(",")]
    assert {len(row) for row in rows} == {len(rows[0])}
    assert [int(row[0]) for row in rows[1:]] == sorted(bad)
    assert all(row[1] == found.bad[int(row[0])](lang) for row in rows[1:])


def test_a_rejects_file_can_be_corrected_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "members.csv"
    path.write_bytes("member_number,姓,phone\nA1,山田,+81-3-1234-5678\nA2,＝山田,12\n".encode("cp932"))
    out = tmp_path / "again.csv"
    why = Say("なぜ", "why")
    write_rejects(out, open_table(path), {2: why, 3: why}, "en")
    text = out.read_text("utf-8-sig")
    assert ",'+81-3-1234-5678" in text
    assert ",'＝山田,12" in text
    out.write_text(text.replace(",12", ",03-1234-5678"), "utf-8-sig")
    again = read_bytes(tmp_path, out.read_bytes(), name="again.csv")
    assert again.bad == {}
    assert [row["phone"] for row in again.good.values()] == ["+81-3-1234-5678", "03-1234-5678"]
    assert [row["family_name"] for row in again.good.values()] == ["山田", "＝山田"]
    assert match_columns(open_table(out).columns, MEMBERS.columns, {}).renewed
