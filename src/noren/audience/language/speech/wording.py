"""How a programme words things: its currency, and what members call a category or department."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final, Literal, Protocol

from babel.numbers import format_currency, get_currency_precision

from noren.audience.language.words import Attribute
from noren.audience.language.writing import number_text
from noren.kernel.say import Lang

Register = Literal["staff", "member"]
"""For whom a sentence is: staff hear codes and technical units, a member hears her own words."""

_WORDS: Final = Path(__file__).with_name("words.csv")


class Vocabulary(Protocol):
    """What members call the values of attributes. The programme's own list fills it."""

    def member_word(self, attribute: Attribute, value: str) -> str | None:
        """Return the Japanese word, or None: the value is said as it is."""
        ...


class ShippedWords:
    """The words that come with noren: categories and departments of the Complete Journey year."""

    def member_word(self, attribute: Attribute, value: str) -> str | None:
        """Return the Japanese word of the shipped table."""
        return _shipped().get((attribute.value, value))


@cache
def _shipped() -> dict[tuple[str, str], str]:
    with _WORDS.open(encoding="utf-8", newline="") as stream:
        return {(row["attribute"], row["value"]): row["ja"] for row in csv.DictReader(stream)}


@dataclass(frozen=True, slots=True)
class Wording:
    """A programme's wording; amounts are in the smallest unit of ``currency`` (ISO 4217)."""

    currency: str = "JPY"
    vocabulary: Vocabulary = field(default_factory=ShippedWords)

    def money(self, amount: Decimal | int, lang: Lang) -> str:
        """Return an amount of the currency's smallest unit as people write it."""
        whole = Decimal(amount).scaleb(-get_currency_precision(self.currency))
        if self.currency == "JPY" and lang == "ja":
            return f"{grouped(whole)}円"
        shown = format_currency(
            whole, self.currency, locale="ja_JP" if lang == "ja" else "en_US", decimal_quantization=False
        )
        return shown.replace("\N{NO-BREAK SPACE}", " ")


def grouped(number: Decimal | int) -> str:
    """Return a number with separators of thousands."""
    whole, dot, decimals = number_text(Decimal(number)).partition(".")
    return f"{int(whole):,}{dot}{decimals}"
