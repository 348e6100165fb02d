"""What may stand at a place of the text, in words that a marketer knows."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

from noren.kernel.say import Say

END: Final = "$END"
_SPELT: Final = {
    "GE": ">=", "GT": ">", "EQ": "=", "LE": "<=", "LT": "<", "NE": "!=", "LPAR": "(", "RPAR": ")", "COMMA": ",",
    "PERCENT": "%", "DOTS": "..", "MINUS": "-",
}  # fmt: skip
_NEAR: Final = 0.6

# Terminals that tell a group of what may stand here: (all of them accepted, all that they explain, how it is called).
_GROUPS: Final[tuple[tuple[str, str, Say], ...]] = (
    (
        "SEX VISITS NEVER",
        "NOT LPAR AT SEX PREFECTURE POSTAL3 TIER AGE MEMBER_FOR BIRTH_MONTH REACHABLE VISITS DAYS WEEKS MONTHS LINES"
        " UNITS PRODUCTS BRANDS SHOPS PARTNERS SPEND POINTS NEVER DAYS_SINCE_LAST DAYS_SINCE_FIRST OVERDUE SHARE"
        " CHANGE TOP BOUGHT EVERY RECEIVED REDEEMED CONTACTED POINTS_BALANCE POINTS_EXPIRING BASKET",
        Say("条件(sex・age・visits・never など)", "a condition (sex, age, visits, never …)"),
    ),
    (
        "VISITS SPEND",
        "VISITS DAYS WEEKS MONTHS LINES UNITS PRODUCTS BRANDS SHOPS PARTNERS SPEND POINTS",
        Say("数えるもの(visits・days・units・spend など)", "a measure (visits, days, units, spend …)"),
    ),
    (
        "ANY CATEGORY HOUR",
        "NOT LPAR TOGETHER ANY CATEGORY DEPARTMENT BRAND MAKER PRODUCT PARTNER SHOP INDUSTRY WEEKDAY HOUR BASKET_TOTAL",
        Say("商品や買い物の絞り込み(category・brand・any など)", "a filter (category, brand, hour, any …)"),
    ),
    ("GE LT", "GE GT EQ LE LT", Say("比較(>= > = <= <)", "a comparison (>= > = <= <)")),
    ("STRING WORD", "STRING WORD INT", Say("値", "a value")),
    ("STRING", "STRING", Say("二重引用符で囲んだ名前", "a name in double quotes")),
    ("INT DECIMAL", "INT DECIMAL MINUS", Say("数", "a number")),
    ("INT", "INT", Say("整数", "a whole number")),
    ("DATE", "DATE", Say("日付(2017-03-01 の形)", "a date (like 2017-03-01)")),
    ("IN EVER", "IN EVER", Say("期間(in last 30 days など)", "a window (in last 30 days …)")),
    ("MON SUN", "MON TUE WED THU FRI SAT SUN", Say("曜日(mon〜sun)", "a weekday (mon … sun)")),
    (
        "DAY DAYS WEEKS",
        "DAY DAYS WEEK WEEKS MONTH MONTHS",
        Say("days・weeks・months", "days, weeks or months"),
    ),
    (END, END, Say("条件の終わり", "the end of the condition")),
)


def expectation(accepts: frozenset[str]) -> Say:
    """Return what may stand here, in words."""
    left = set(accepts)
    named: list[Say] = []
    for tell, explains, say in _GROUPS:
        if left.issuperset(tell.split()):
            named.append(say)
            left -= set(explains.split())
    named += [Say(f"「{word}」", f"“{word}”") for word in sorted(spelt(kind) for kind in left)]
    return Say("、".join(say.ja for say in named), " or ".join(say.en for say in named))


def nearest(word: str, known: Iterable[str], least: float = _NEAR) -> str | None:
    """Return the known word that is nearest to this one, if any is as near as ``least`` (1 is the same)."""
    return next(iter(get_close_matches(word, sorted(known), 1, least)), None)


def spelt(kind: str) -> str:
    """Return a terminal as the text spells it."""
    return _SPELT.get(kind, kind.lower())
