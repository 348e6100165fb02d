"""How many local dates lie between a window's first date and an as-of inside its reach, at most."""

from __future__ import annotations

from typing import Final, assert_never

from noren.audience.language.windows import Ever, InDates, InLast, InPeriod, Window
from noren.audience.language.words import Period, Unit, Which

_WEEK: Final = 7
# Longest runs of N months that end on any date, clipped to the month's end (31 August less 2 months: from 1 July).
_MONTHS: Final = (0, 31, 62, 92, 123, 153, 184, 215, 245, 276, 306, 337, 366)
_THIS: Final = {Period.WEEK: 7, Period.MONTH: 31, Period.QUARTER: 92, Period.YEAR: 366, Period.FISCAL_YEAR: 366}
# The longest period before plus the longest this one can have got (July and August; July to December).
_PREVIOUS: Final = {Period.WEEK: 14, Period.MONTH: 62, Period.QUARTER: 184, Period.YEAR: 731, Period.FISCAL_YEAR: 731}


def longest_days(window: Window) -> int | None:
    """Return the most local dates from the window's first to the as-of's, both included; None: no limit counts."""
    match window:
        case Ever() | InDates():
            return None
        case InLast(count, unit):
            return _last_days(count, unit)
        case InPeriod(which, period):
            return (_THIS if which is Which.THIS else _PREVIOUS)[period]
        case _:
            assert_never(window)


def _last_days(count: int, unit: Unit) -> int | None:
    if unit is Unit.MONTH:
        return _MONTHS[count] if count < len(_MONTHS) else None
    return count * _WEEK if unit is Unit.WEEK else count
