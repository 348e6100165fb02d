"""Days and instants as they stand in Japanese files."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.files.reading import TOKYO

from noren.doors.cli.files.dates import read_day, read_instant, read_trading_day
from noren.doors.cli.files.spelling import half_width
from noren.kernel.say import Say

DAY = date(2026, 1, 2)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-02",
        "2026/1/2",
        "2026/01/02",
        "2026.1.2",
        "20260102",
        "2026年1月2日",
        "2026年01月02日",
        "令和8年1月2日",
        "令和 8年 1月 2日",
        "R8.1.2",
        "r8.1.2",
        "R8/1/2",
        "R08-01-02",
        "令和8.1.2",
        "㋿8年1月2日",
        "２０２６－０１－０２",
        "令和８年１月２日",
        "Ｒ８．１．２",
        "2026-01-02 00:00:00",
        "2026-01-02T00:00:00",
        "2026/1/2 0:00",
    ],
)
def test_styles_of_one_day(text: str) -> None:
    assert read_day(half_width(text)) == DAY


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("令和元年5月1日", date(2019, 5, 1)),
        ("R元.5.1", date(2019, 5, 1)),
        ("R1.5.1", date(2019, 5, 1)),
        ("平成31年4月30日", date(2019, 4, 30)),
        ("平成元年1月8日", date(1989, 1, 8)),
        ("H1/1/8", date(1989, 1, 8)),
        ("昭和64年1月7日", date(1989, 1, 7)),
        ("S1.12.25", date(1926, 12, 25)),
        ("大正15年12月24日", date(1926, 12, 24)),
        ("T1.7.30", date(1912, 7, 30)),
        ("明治45年7月29日", date(1912, 7, 29)),
        ("M6.1.1", date(1873, 1, 1)),
    ],
)
def test_edges_of_eras(text: str, day: date) -> None:
    assert read_day(text) == day


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("平成31年5月1日", "era"),
        ("昭和64年1月8日", "era"),
        ("R1.4.30", "era"),
        ("明治5年12月1日", "era"),
        ("1/2/2026", "order"),
        ("26/1/2", "order"),
        ("1.2.26", "order"),
        ("46024", "day number"),
        ("46024.5", "day number"),
        ("2026-02-29", "no day"),
        ("2026-13-01", "no day"),
        ("20261301", "no day"),
        ("令和8年2月30日", "no day"),
        ("2026-1/2", "not a date"),
        ("2026-01-02 10:15", "not a date"),
        ("きのう", "not a date"),
        ("2026", "not a date"),
        ("٢٠٢٦-٠١-٠٢", "not a date"),
        ("2026-01-02x", "not a date"),
        ("昭和1年", "not a date"),
    ],
)
def test_what_is_no_day_is_refused_with_the_reason(text: str, word: str) -> None:
    found = read_day(text)
    assert isinstance(found, Say)
    assert word in found.en


@given(st.dates(date(1926, 12, 25), date(2060, 12, 31)))
def test_every_day_reads_back_from_every_style(day: date) -> None:
    start = {2018: date(2019, 5, 1), 1988: date(1989, 1, 8), 1925: date(1926, 12, 25)}
    before = next(base for base, first in start.items() if day >= first)
    name, letter = {2018: ("令和", "R"), 1988: ("平成", "H"), 1925: ("昭和", "S")}[before]
    year = day.year - before
    for text in (
        day.isoformat(),
        f"{day.year}/{day.month}/{day.day}",
        f"{day:%Y%m%d}",
        f"{letter}{year}.{day.month}.{day.day}",
        f"{name}{year if year > 1 else '元'}年{day.month}月{day.day}日",
        f"{day.year}年{day.month}月{day.day}日",
    ):
        assert read_day(text) == day


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-22T10:15:30+09:00", datetime(2026, 11, 22, 1, 15, 30, tzinfo=UTC)),
        ("2026-11-22T01:15:30Z", datetime(2026, 11, 22, 1, 15, 30, tzinfo=UTC)),
        ("2026/11/22 10:15:30", datetime(2026, 11, 22, 1, 15, 30, tzinfo=UTC)),
        ("2026/11/22 10:15", datetime(2026, 11, 22, 1, 15, tzinfo=UTC)),
        ("20261122101530", datetime(2026, 11, 22, 1, 15, 30, tzinfo=UTC)),
        ("202611221015", datetime(2026, 11, 22, 1, 15, tzinfo=UTC)),
        ("令和8年11月22日 10時15分30秒", datetime(2026, 11, 22, 1, 15, 30, tzinfo=UTC)),
        ("令和8年11月22日10時15分", datetime(2026, 11, 22, 1, 15, tzinfo=UTC)),
        ("2026-11-22 10:15:30.250 +0900", datetime(2026, 11, 22, 1, 15, 30, 250_000, tzinfo=UTC)),
    ],
)
def test_instants(text: str, instant: datetime) -> None:
    assert read_instant(text, TOKYO) == instant


@pytest.mark.parametrize("text", ["2026-11-22", "2026-11-22 25:30", "2026-11-22 10:60", "2026-11-22T10", "10:15", "x"])
def test_what_is_no_instant_is_refused(text: str) -> None:
    assert isinstance(read_instant(text, TOKYO), Say)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)), st.integers(-12 * 60, 14 * 60))  # noqa: DTZ001 (naive on purpose)
def test_rfc_3339_reads_back(naive: datetime, minutes: int) -> None:
    instant = naive.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert read_instant(instant.isoformat(), TOKYO) == instant


@pytest.mark.parametrize(
    "text",
    [
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59-12:00",
        "0001-01-01T00:00:00+09:00",
        "0001-01-01 00:00",
        "1970-01-01T23:59:59Z",
        "3000-01-01T00:00:00+09:00",
    ],
)
def test_instants_that_no_clock_shows_are_refused(text: str) -> None:
    for found in (read_instant(text, TOKYO), read_trading_day(text[:10])):
        assert isinstance(found, Say)
        assert "2999-12-31" in found.ja
        assert "check the year" in found.en


@pytest.mark.parametrize("text", ["1970-01-02T00:00:00+14:00", "2999-12-31T23:59:59-12:00"])
def test_the_first_and_the_last_instants_can_be_counted_everywhere(text: str) -> None:
    found = read_instant(text, TOKYO)
    assert isinstance(found, datetime)
    assert found.timestamp() >= 0
    assert abs(found.astimezone(TOKYO) - found) == timedelta(0)
    assert read_trading_day(text[:10]) == found.date()
