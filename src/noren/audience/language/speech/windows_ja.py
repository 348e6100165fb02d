"""Windows in Japanese, as they stand before a deed (に) or a figure (で)."""

from __future__ import annotations

from datetime import date
from typing import Final

from noren.audience.language import nodes as n
from noren.audience.language.speech.clause import When
from noren.audience.language.words import Period, Unit, Which

_UNITS: Final = {Unit.DAY: "日間", Unit.WEEK: "週間", Unit.MONTH: "か月間"}
_PERIODS: Final = {
    (Which.THIS, Period.WEEK): "今週",
    (Which.THIS, Period.MONTH): "今月",
    (Which.THIS, Period.QUARTER): "今四半期",
    (Which.THIS, Period.YEAR): "今年",
    (Which.THIS, Period.FISCAL_YEAR): "今年度",
    (Which.PREVIOUS, Period.WEEK): "先週",
    (Which.PREVIOUS, Period.MONTH): "先月",
    (Which.PREVIOUS, Period.QUARTER): "前の四半期",
    (Which.PREVIOUS, Period.YEAR): "昨年",
    (Which.PREVIOUS, Period.FISCAL_YEAR): "昨年度",
}


def during(window: n.Window, particle: str) -> When:
    """Return a window before a deed (``に``) or a figure (``で``)."""
    words = _words(window, particle)
    return When(window, words, "" if isinstance(window, n.Ever) else f"同じ期間{particle}、")


def _words(window: n.Window, particle: str) -> str:
    match window:
        case n.Ever():
            return "これまでに、" if particle == "に" else "これまでの累計で、"
        case n.InLast(count, unit):
            return f"直近{count}{_UNITS[unit]}{particle}、"
        case n.InPeriod(which, period):
            return f"{_PERIODS[which, period]}、"
        case n.InDates(first, last):
            return f"{_day(first)}から{_day(last)}までの間{particle}、"


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
