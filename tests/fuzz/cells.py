"""Cells: each is cleaned to a value that cleaning leaves as it is, or refused with a reason that does not repeat it.

Data: one byte for the column, then the cell's text. Encodings are read here too: EUC-JP by our own
decoder, which agrees with Python's wherever Python's reads anything.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.fuzz.judging import is_discreet
from tests.fuzz.tables import SETTING

from noren.doors.cli.files.cells import Cleaner, Doubted
from noren.doors.cli.files.dates import read_day
from noren.doors.cli.files.encodings import BY_NAME
from noren.doors.cli.files.kinds import KINDS
from noren.doors.cli.files.spelling import half_width
from noren.kernel.say import Say

CLEANERS: dict[str, Cleaner] = {column.name: column.clean for kind in KINDS.values() for column in kind.columns}
NAMES = sorted(CLEANERS)
WORDS = (
    "令和", "平成", "昭和", "元年", "月", "日", "時", "分", "秒", "年",
    "R8.1.2", "2026-11-22", "10:15:30", "+09:00", "㋿",
    "ｶﾞ", "が", "東京都", "〒", "090", "@example.jp", "はい",
)  # fmt: skip


def _seed(name: str, text: str) -> bytes:
    return bytes([NAMES.index(name)]) + text.encode()


SEEDS = (
    _seed("at", "令和8年11月22日 10時15分"),
    _seed("at", "2026/11/22 10:15:30.250+09:00"),
    _seed("at", "20261122101530"),
    _seed("business_date", "R8.11.22"),
    _seed("business_date", "2026-11-22"),
    _seed("business_date", "2026-1-2"),
    _seed("business_date", "２０２６－１１－２２"),
    _seed("birth_date", "昭和元年12月25日"),
    _seed("since", "平成31年4月"),
    _seed("card", "2980-0012"),
    _seed("card", "2.98E+15"),
    _seed("amount", "1,000"),
    _seed("phone", "03-1234-5678"),
    _seed("postal_code", "〒100-0001"),
    _seed("family_kana", "ﾔﾏﾀﾞ"),
    _seed("email", "a.b@example.jp"),
)


def make(*, broken: bool = False) -> Callable[[bytes], None]:
    """Return the harness. ``broken``: a day that is not in the calendar breaks the reader instead of being refused."""
    cleaners: dict[str, Cleaner] = CLEANERS | ({"business_date": _trusting} if broken else {})

    def one(data: bytes) -> None:
        if not data:
            return
        for encoding in BY_NAME.values():
            _reads(encoding.decode, data[1:])
        clean = cleaners[NAMES[data[0] % len(NAMES)]]
        text = data[1:].decode("utf-8", "replace")
        if text.strip():  # an empty cell never comes to a cleaner
            _judge(clean, clean(text, SETTING))

    return one


def _trusting(text: str, setting: Any) -> str:
    year, month, day = half_width(text).split("-") if half_width(text).count("-") == 2 else ("0", "0", "0")
    found = read_day(f"{year}-{month}-{day}")
    if isinstance(found, Say) and year.isdigit() and len(year) == 4:
        raise ValueError("day is out of range for month")
    return text if isinstance(found, Say) else found.isoformat()


def _reads(decode: Callable[[bytes], str], raw: bytes) -> None:
    try:
        text = decode(raw)
    except UnicodeDecodeError:
        return
    text.encode("utf-8")


def _judge(clean: Cleaner, cleaned: Any) -> None:
    if isinstance(cleaned, Say):
        is_discreet(cleaned)
        return
    if isinstance(cleaned, Doubted):
        is_discreet(cleaned.doubt)
        cleaned = cleaned.value
    if isinstance(cleaned, str):
        again = clean(cleaned, SETTING)
        assert (again.value if isinstance(again, Doubted) else again) == cleaned, "cleaned again, it is another"
