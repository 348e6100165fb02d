"""Any good row, written in any of the encodings and date styles, reads back equal."""

from __future__ import annotations

import csv
import io
import tempfile
from datetime import date
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.files.reading import read_bytes
from tests.unit.files.writing import WRITERS

# Letters that cp932 and CP51932 both have, the vendors' own among them.
NAMES = st.text("山田髙﨑德惠アァーあん々〆ヶ・㈱=+-@'\"", min_size=1, max_size=8).filter(lambda t: t == t.strip())
TEXTS = st.text("山田髙﨑㈱①Ⅲ～－ａＡ１aA1=,\"'　()℡№", min_size=1, max_size=20).filter(lambda t: t == t.strip())
DAYS = st.dates(date(1926, 12, 25), date(2026, 11, 22))
STYLES = ("iso", "slash", "plain", "era", "letter", "wide")


def written(day: date, style: str) -> str:
    name, letter, before = next(
        found
        for first, found in (
            (date(2019, 5, 1), ("令和", "R", 2018)),
            (date(1989, 1, 8), ("平成", "H", 1988)),
            (date(1926, 12, 25), ("昭和", "S", 1925)),
        )
        if day >= first
    )
    year = day.year - before
    return {
        "iso": day.isoformat(),
        "slash": f"{day.year}/{day.month}/{day.day}",
        "plain": f"{day:%Y%m%d}",
        "era": f"{name}{'元' if year == 1 else year}年{day.month}月{day.day}日",
        "letter": f"{letter}{year}.{day.month}.{day.day}",
        "wide": f"{day.year}年{day.month}月{day.day}日".translate({ord(str(n)): 0xFF10 + n for n in range(10)}),
    }[style]


ROWS = st.lists(st.tuples(NAMES, TEXTS, DAYS, st.sampled_from(STYLES), st.booleans()), min_size=1, max_size=8)


@settings(deadline=None, max_examples=150)
@given(ROWS, st.sampled_from(sorted(WRITERS)), st.sampled_from(["\n", "\r\n"]))
def test_rows_read_back_equal(rows: list[tuple[str, str, date, str, bool]], encoding: str, end: str) -> None:
    out = io.StringIO()
    sheet = csv.writer(out, lineterminator=end)
    sheet.writerow(["会員番号", "card", "姓", "street", "birth_date", "post_ok"])
    for number, (name, text, day, style, yes) in enumerate(rows):
        sheet.writerow([f"00{number}", f"{number:08d}", name, text, written(day, style), "はい" if yes else "いいえ"])
    with tempfile.TemporaryDirectory() as folder:
        found = read_bytes(Path(folder), WRITERS[encoding](out.getvalue()))
    assert found.encoding == encoding
    assert found.bad == {}
    assert list(found.good.values()) == [
        {
            "member_number": f"00{number}", "card": f"{number:08d}", "family_name": name, "street": text,
            "birth_date": day.isoformat(), "post_ok": yes,
        }
        for number, (name, text, day, _, yes) in enumerate(rows)
    ]  # fmt: skip


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=300))
def test_no_bytes_whatever_stop_the_reader(raw: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = read_bytes(Path(folder), b"member_number,city\nA1,x\n" + raw)
    lines = {*found.good, *found.bad}
    assert 2 in found.good or 2 in found.bad
    assert min(lines) >= 2
