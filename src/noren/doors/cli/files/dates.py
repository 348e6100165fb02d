"""Days and instants as they stand in Japanese files: ISO, 2026/1/2, 20260102, 令和8年1月2日, R8.1.2.

What could be read in two ways (1/2/2026, 26/1/2, a spreadsheet's day number) is refused
with the reason, never guessed. A day must lie in the era it names.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Final

from noren.kernel.say import Say

# First and last day of each era (Gregorian calendar; Meiji's days before 1873 were lunar and are refused).
_ERAS: Final[dict[str, tuple[int, date, date]]] = {
    "明治": (1867, date(1873, 1, 1), date(1912, 7, 29)),
    "大正": (1911, date(1912, 7, 30), date(1926, 12, 24)),
    "昭和": (1925, date(1926, 12, 25), date(1989, 1, 7)),
    "平成": (1988, date(1989, 1, 8), date(2019, 4, 30)),
    "令和": (2018, date(2019, 5, 1), date.max),
}
_SHORT: Final = {
    "M": "明治",
    "T": "大正",
    "S": "昭和",
    "H": "平成",
    "R": "令和",
    "㍾": "明治",
    "㍽": "大正",
    "㍼": "昭和",
    "㍻": "平成",
    "㋿": "令和",
}

_ERA_DAY: Final = re.compile(
    r"(?P<era>明治|大正|昭和|平成|令和|[MTSHR㍾㍽㍼㍻㋿])\s*(?P<year>元|\d{1,2})\s*"
    r"(?:年\s*(?P<m1>\d{1,2})\s*月\s*(?P<d1>\d{1,2})\s*日|(?P<sep>[-/.])(?P<m2>\d{1,2})(?P=sep)(?P<d2>\d{1,2}))",
    re.ASCII | re.IGNORECASE,
)
_DAY: Final = re.compile(
    r"(?P<year>\d{4})(?:年\s*(?P<m1>\d{1,2})\s*月\s*(?P<d1>\d{1,2})\s*日"
    r"|(?P<sep>[-/.])(?P<m2>\d{1,2})(?P=sep)(?P<d2>\d{1,2})|(?P<m3>\d{2})(?P<d3>\d{2}))",
    re.ASCII,
)
_TIME: Final = re.compile(
    r"(?:[T\s]\s*|(?<=日))(?P<h>\d{1,2})(?::(?P<m>\d{2})(?::(?P<s>\d{2})(?:\.(?P<f>\d{1,9}))?)?"
    r"|時\s*(?:(?P<jm>\d{1,2})\s*分)?\s*(?:(?P<js>\d{1,2})\s*秒)?)\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?\Z",
    re.ASCII | re.IGNORECASE,
)
_COMPACT_INSTANT: Final = re.compile(r"(\d{8})(\d{2})(\d{2})(\d{2})?\Z", re.ASCII)
_MIDNIGHT: Final = re.compile(r"[T\s]0{1,2}:00(:00(\.0+)?)?\Z", re.ASCII)

# Outside these days some zone's clock or the day before or after can not be counted; nobody bought anything then.
FIRST_DAY: Final = date(1970, 1, 2)
LAST_DAY: Final = date(2999, 12, 31)

_FORMS: Final = Say(
    "2026-01-02、2026/1/2、20260102、令和8年1月2日、R8.1.2のいずれかで書いてください。",
    "write 2026-01-02, 2026/1/2, 20260102, 令和8年1月2日 or R8.1.2.",
)


def read_day(text: str) -> date | Say:
    """Return the day that ``text`` (half-width) names, or why it names none. Midnight may follow."""
    found = _leading_day(text)
    if isinstance(found, Say):
        return found
    day, end = found
    return day if end == len(text) or _MIDNIGHT.match(text, end) else _no_day(text)


def read_trading_day(text: str) -> date | Say:
    """Return the day that ``text`` names, when it is one on which something may have been bought."""
    day = read_day(text)
    return day if isinstance(day, Say) else _within(day)


def read_instant(text: str, zone: tzinfo) -> datetime | Say:
    """Return the instant (aware) that ``text`` names; without an offset it is local to ``zone``."""
    compact = _COMPACT_INSTANT.match(text)
    if compact:
        day, hour, minute, second = compact.groups(default="00")
        text = f"{day} {hour}:{minute}:{second}"
    found = _leading_day(text)
    if isinstance(found, Say):
        return found
    day, end = found
    time = _TIME.match(text, end)
    if time is None:
        return Say(
            "時刻が読めません。2026-01-02T10:15:30+09:00 のように書いてください。",
            "holds no time that can be read: write it like 2026-01-02T10:15:30+09:00.",
        )
    within = _within(day)
    return within if isinstance(within, Say) else _instant(day, time, zone)


def _within(day: date) -> date | Say:
    if FIRST_DAY <= day <= LAST_DAY:
        return day
    return Say(
        f"{FIRST_DAY}から{LAST_DAY}までの日にしてください。年を確かめてください。",
        f"is not a day from {FIRST_DAY} to {LAST_DAY}: check the year.",
    )


def _leading_day(text: str) -> tuple[date, int] | Say:
    """Return the day at the beginning of ``text`` and where it ends."""
    era = _ERA_DAY.match(text)
    if era:
        day = _era_day(era)
        return day if isinstance(day, Say) else (day, era.end())
    plain = _DAY.match(text)
    if plain is None:
        return _no_day(text)
    day = _calendar_day(int(plain["year"]), plain)
    return day if isinstance(day, Say) else (day, plain.end())


def _era_day(match: re.Match[str]) -> date | Say:
    name = _SHORT.get(match["era"].upper(), match["era"])
    before, first, last = _ERAS[name]
    year = 1 if match["year"] == "元" else int(match["year"])
    day = _calendar_day(before + year, match)
    if isinstance(day, Say) or first <= day <= last:
        return day
    return Say(
        f"{name}{year}年のその日はありません(西暦では{day.isoformat()})。元号を確かめてください。",
        f"is not a day of the era {name} (it would be {day.isoformat()}): check the era.",
    )


def _calendar_day(year: int, match: re.Match[str]) -> date | Say:
    found = match.groupdict()
    month = next(found[name] for name in ("m1", "m2", "m3") if found.get(name))
    day = next(found[name] for name in ("d1", "d2", "d3") if found.get(name))
    try:
        return date(year, int(month), int(day))
    except ValueError:
        return Say(
            f"{year}年{int(month)}月{int(day)}日という日はありません。",
            f"there is no day {year}-{int(month)}-{int(day)}.",
        )


def _no_day(text: str) -> Say:
    if re.fullmatch(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{1,4}", text, re.ASCII):
        return Say(
            f"年月日の順序が決められません。{_FORMS.ja}", f"the order of day, month and year is not clear; {_FORMS.en}"
        )
    if re.fullmatch(r"\d{5}(\.\d+)?", text, re.ASCII):
        return Say(
            f"表計算ソフトの日付の通し番号のようです。{_FORMS.ja}",
            f"looks like a spreadsheet's day number; {_FORMS.en}",
        )
    return Say(f"日付として読めません。{_FORMS.ja}", f"is not a date that can be read; {_FORMS.en}")


def _instant(day: date, time: re.Match[str], zone: tzinfo) -> datetime | Say:
    hour, minute = int(time["h"]), int(time["m"] or time["jm"] or 0)
    second = int(time["s"] or time["js"] or 0)
    micro = int((time["f"] or "0").ljust(6, "0")[:6])
    try:
        return datetime(day.year, day.month, day.day, hour, minute, second, micro, _offset(time["zone"]) or zone)
    except ValueError:
        return Say(
            "その時刻はありません(0時0分0秒から23時59分59秒まで)。深夜25時などは翌日の時刻で書いてください。",
            "there is no such time: 00:00:00 to 23:59:59; write 25:30 as 01:30 of the next day.",
        )


def _offset(text: str | None) -> tzinfo | None:
    if text is None:
        return None
    if text in "Zz":
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:])
    return timezone((1 if text[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes))
