"""One spelling for one thing: widths, spaces, dashes and kana as the stores keep them.

Only the form changes, never the content: ①, ㈱ and 髙 stay what they are (NFKC would turn
them into 1, (株) and, with other signs, lose what was written).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import jaconv

_FULL_TO_HALF: Final = {0x3000: " ", **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}}
_DASHES: Final = dict.fromkeys(map(ord, "‐‑‒–—―−ー－ｰ"), "-")
_INVISIBLE: Final = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
# Macs and standards write the first of each pair, Windows' cp932 the second: one is chosen so
# that the same name reads equal from every file.
_WINDOWS_SIGNS: Final = str.maketrans("〜‖−¢£¬—", "～∥－￠￡￢―")
_LOOSE_VOICING: Final = re.compile("[\u3041-\u30ff][\u3099\u309a]")
_CARD_DIGITS: Final = 8
_MAX_SHOWN: Final = 40
_BREAKS: Final = re.compile(r"\s*[\r\n\t\v\f]\s*")


def column_shown(name: str) -> str:
    """Return a column's name as it may be shown: short, and without its digits where they are as many as a card's.

    In a file without a header the first row stands where the names should.
    """
    if sum(sign.isdigit() for sign in name) >= _CARD_DIGITS:
        name = "".join("*" if sign.isdigit() else sign for sign in name)
    return name if len(name) <= _MAX_SHOWN else name[:_MAX_SHOWN] + "…"


def tidy(text: str) -> str:
    """Return text for people (names, addresses): one line, no invisible signs, composed kana, Windows' signs."""
    text = _BREAKS.sub(" ", text.translate(_INVISIBLE)).strip().translate(_WINDOWS_SIGNS)
    return _LOOSE_VOICING.sub(lambda loose: unicodedata.normalize("NFC", loose[0]), text)


def half_width(text: str) -> str:
    """Return text for machines (codes, dates, amounts): full-width letters, digits and signs made half-width."""
    return text.translate(_INVISIBLE).translate(_FULL_TO_HALF).strip()


def digits_and_dashes(text: str) -> str:
    """Return a telephone or postal number: half-width, every kind of dash as ``-``, no spaces."""
    return half_width(text).translate(_DASHES).replace(" ", "")


def full_width_kana(text: str) -> str:
    """Return kana as full-width katakana."""
    widened: str = jaconv.h2z(tidy(text), kana=True, digit=False, ascii=False)
    return jaconv.hira2kata(widened)
