"""Measures in Japanese: their nouns, their units, and comparisons with a number."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from noren.audience.language import nodes as n
from noren.audience.language.speech.clause import DID, EXCEEDS, HONOURED, IS, Clause, Ending
from noren.audience.language.speech.goods_ja import Speaker, goods
from noren.audience.language.speech.windows_ja import during
from noren.audience.language.speech.wording import grouped
from noren.audience.language.words import Cmp, Measure

# What is counted: to staff, to members, and its counter.
_NOUNS: Final = {
    Measure.VISITS: ("購入回数(会計単位)", "お買い上げ回数(お会計単位)", "会計"),
    Measure.DAYS: ("購入日数", "ご購入日数", "日"),
    Measure.WEEKS: ("購入週数", "ご購入週数", "週"),
    Measure.MONTHS: ("購入月数", "ご購入月数", "か月"),
    Measure.LINES: ("明細行数", "明細行数", "行"),
    Measure.UNITS: ("購入点数", "ご購入点数", "点"),
    Measure.PRODUCTS: ("商品種類数", "商品種類数", "種類"),
    Measure.BRANDS: ("ブランド数", "ブランド数", "ブランド"),
    Measure.SHOPS: ("利用店舗数", "ご利用店舗数", "店舗"),
    Measure.PARTNERS: ("利用企業数", "ご利用企業数", "社"),
    Measure.SPEND: ("購入金額", "ご購入金額", ""),
    Measure.POINTS: ("獲得ポイント", "獲得ポイント", "ポイント"),
}
_NONE_TOO: Final = "(0を含む)"


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison: the words before the ending, and the ending."""

    words: str
    ending: Ending


def compared(cmp: Cmp, quantity: str) -> Compared:
    """Return a comparison with a quantity."""
    match cmp:
        case Cmp.AT_LEAST:
            return Compared(f"{quantity}以上", IS)
        case Cmp.MORE:
            return Compared(f"{quantity}を", EXCEEDS)
        case Cmp.EXACTLY:
            return Compared(f"{quantity}ちょうど", IS)
        case Cmp.AT_MOST:
            return Compared(f"{quantity}以下", IS)
        case Cmp.LESS:
            return Compared(f"{quantity}未満", IS)


def measure_noun(measure: Measure, speaker: Speaker) -> str:
    """Return what is counted, with its unit."""
    return _NOUNS[measure][1 if speaker.member else 0]


def quantity(measure: Measure, number: Decimal, speaker: Speaker) -> str:
    """Return a number of what is counted."""
    if measure is Measure.SPEND:
        return speaker.wording.money(number, "ja")
    counter = "回" if measure is Measure.VISITS and speaker.member else _NOUNS[measure][2]
    return f"{grouped(number)}{counter}"


def say_count(count: n.Count, speaker: Speaker) -> Clause:
    """Return a count as a clause."""
    if count.measure is Measure.VISITS and count.cmp is Cmp.AT_LEAST and count.number > 0:
        return _on_visits(count, speaker)
    noun = f"{goods(count.filter, speaker).whose()}{measure_noun(count.measure, speaker)}"
    words = compared(count.cmp, quantity(count.measure, count.number, speaker))
    note, no_note = (_NONE_TOO, "") if _takes_none(count) else ("", _NONE_TOO if count.number > 0 else "")
    when = during(count.window, "で")
    return Clause(f"{noun}が{words.words}{note}", words.ending, no_note=no_note, when=when)


def _on_visits(count: n.Count, speaker: Speaker) -> Clause:
    bought = goods(count.filter, speaker).bought()
    number = grouped(count.number)
    when = during(count.window, "に")
    if speaker.member:
        return Clause(f"{bought}{number}回以上(お会計単位)", HONOURED, when=when)
    return Clause(f"{bought}{number}会計以上で購入", DID, when=when)


def _takes_none(count: n.Count) -> bool:
    """Whether somebody who bought nothing is meant too."""
    if count.cmp is Cmp.LESS:
        return count.number > 0
    return count.cmp is Cmp.AT_MOST and count.number > 0
