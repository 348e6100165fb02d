"""Numbers, money and days as people of each language write them. Integers in, text out; no float on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal, get_currency_precision

from noren.kernel.say import Lang

_LOCALE: Final[dict[Lang, str]] = {"ja": "ja_JP", "en": "en"}
_MOMENT: Final[dict[Lang, str]] = {"ja": "y年M月d日(E) H:mm", "en": "EEE, d MMM y, HH:mm"}
_WHOLE_PERCENT: Final = 100


@dataclass(frozen=True, slots=True)
class Figures:
    """How numbers are told in one language, currency and time zone."""

    lang: Lang
    currency: str
    zone: ZoneInfo

    def number(self, value: int) -> str:
        """Return an integer with separators."""
        return format_decimal(value, locale=_LOCALE[self.lang])

    def money(self, minor_units: int) -> str:
        """Return an amount given in the currency's minor unit."""
        digits = get_currency_precision(self.currency)
        told = format_currency(Decimal(minor_units).scaleb(-digits), self.currency, locale=_LOCALE[self.lang])
        # The full-width sign leaves a hole before the digits.
        return told.replace("￥", "¥")

    def percent(self, part: int, whole: int) -> int:
        """Return whole percents, 100 only when all is there."""
        return min(_WHOLE_PERCENT, part * _WHOLE_PERCENT // whole) if whole > 0 else 0

    def day(self, value: date) -> str:
        """Return a day in full."""
        return format_date(value, "y年M月d日" if self.lang == "ja" else "d MMMM y", locale=_LOCALE[self.lang])

    def short_day(self, value: date) -> str:
        """Return a day for a table's column."""
        return format_date(value, "yyyy/MM/dd" if self.lang == "ja" else "d MMM y", locale=_LOCALE[self.lang])

    def moment(self, value: datetime) -> str:
        """Return day and minute in the programme's zone."""
        return format_datetime(value, _MOMENT[self.lang], tzinfo=self.zone, locale=_LOCALE[self.lang])

    def words(self) -> dict[str, Callable[..., object]]:
        """Return the names under which templates use these."""
        return {
            "number": self.number,
            "money": self.money,
            "percent": self.percent,
            "day": self.day,
            "short_day": self.short_day,
            "moment": self.moment,
        }
