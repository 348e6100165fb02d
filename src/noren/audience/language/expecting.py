"""What to say where the text can not go on: what stands there, what was expected, what was probably meant."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, Final

from lark.exceptions import UnexpectedToken

from noren.audience.language.problems import Place, Problem
from noren.audience.language.refused_words import refused_by_design
from noren.audience.language.tokens import Token
from noren.audience.language.words import KEYWORDS
from noren.kernel.say import Say

_END: Final = "$END"
_SPELT: Final = {
    "GE": ">=", "GT": ">", "EQ": "=", "LE": "<=", "LT": "<", "NE": "!=", "LPAR": "(", "RPAR": ")", "COMMA": ",",
    "PERCENT": "%", "DOTS": "..", "MINUS": "-",
}  # fmt: skip
_THOUSANDS: Final = re.compile(r"(?<![\w.])[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])")
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
    (_END, _END, Say("条件の終わり", "the end of the condition")),
)


def unexpected(wrong: UnexpectedToken, cut: list[Token], text: str) -> Problem:
    """Return the problem of the token with which the text can not go on."""
    accepts = frozenset(wrong.accepts or ())
    stopped: Any = wrong.token
    if stopped.type == _END:
        return _unfinished(accepts, cut)
    token = next(token for token in cut if token.place.start == stopped.start_pos)
    return (
        _thousands(token, text)
        or _number(token, accepts)
        or _known(token, accepts)
        or _unknown(token, accepts)
        or _general(token, accepts)
    )


def expectation(accepts: frozenset[str]) -> Say:
    """Return what may stand here, in words."""
    left = set(accepts)
    named: list[Say] = []
    for tell, explains, say in _GROUPS:
        if left.issuperset(tell.split()):
            named.append(say)
            left -= set(explains.split())
    named += [Say(spelt, spelt) for spelt in sorted(_spelt(kind) for kind in left)]
    return Say("、".join(say.ja for say in named), " or ".join(say.en for say in named))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that is nearest to this one, if any is near."""
    return next(iter(get_close_matches(word, sorted(known), 1, _NEAR)), None)


def _spelt(kind: str) -> str:
    return _SPELT.get(kind, kind.lower())


def _unfinished(accepts: frozenset[str], cut: list[Token]) -> Problem:
    last = cut[-1].place
    place = Place(last.line, last.column + last.end - last.start, last.end, last.end)
    wanted = expectation(accepts)
    say = Say(
        f"条件が途中で終わっています。この後に{wanted.ja}が要ります。",
        f"The condition ends too early: here it wants {wanted.en}.",
    )
    return Problem("unfinished", place, say, _sole(accepts))


def _sole(accepts: frozenset[str]) -> str | None:
    """Return what must stand here when there is no choice."""
    if "RPAR" in accepts:
        return ")"
    return _spelt(next(iter(accepts))) if len(accepts) == 1 and not accepts & {"INT", "STRING", "DATE"} else None


def _thousands(token: Token, text: str) -> Problem | None:
    if token.kind not in ("COMMA", "INT"):
        return None
    for found in _THOUSANDS.finditer(text):
        if found.start() < token.place.start < found.end():
            plain = found.group().replace(",", "")
            say = Say("数に桁区切りの , は付けません。", "A number is written without separators of thousands.")
            start = token.place.column - (token.place.start - found.start())
            return Problem("thousands", Place(token.place.line, start, found.start(), found.end()), say, plain)
    return None


def _number(token: Token, accepts: frozenset[str]) -> Problem | None:
    if token.kind == "DECIMAL" and "INT" in accepts:
        say = Say("ここは整数だけです(小数は使えません)。", "Only a whole number stands here, no decimals.")
        return Problem("whole-number", token.place, say, token.text.partition(".")[0])
    if token.kind == "MINUS" and "INT" in accepts:
        say = Say("負の数は change の割合でだけ使えます。", "A negative number stands only as the percent of change.")
        return Problem("negative", token.place, say)
    return None


def _known(token: Token, accepts: frozenset[str]) -> Problem | None:
    """A reserved word, or a refused one, in the wrong place."""
    refused = refused_by_design(token.text)
    if refused is not None and accepts & {"SEX", "CATEGORY"}:
        return Problem("refused-by-design", token.place, refused.say, refused.instead)
    if token.text in KEYWORDS and "WORD" in accepts:
        say = Say(
            f"「{token.text}」は言語の語です。値として使うなら二重引用符で囲みます。",
            f"“{token.text}” is a word of the language; as a value it stands in double quotes.",
        )
        return Problem("reserved-word", token.place, say, f'"{token.text}"')
    return None


def _unknown(token: Token, accepts: frozenset[str]) -> Problem | None:
    if token.kind != "WORD":
        return None
    here = {_spelt(kind) for kind in accepts} & KEYWORDS
    near = nearest(token.text, here) or nearest(token.text, KEYWORDS)
    wanted = expectation(accepts)
    hint = Say(f"「{near}」のことですか?", f" Did you mean “{near}”?") if near else Say("", "")
    say = Say(
        f"「{token.text}」という語はありません。{hint.ja}ここに書けるのは、{wanted.ja}です。",
        f"There is no word “{token.text}”.{hint.en} Here it wants {wanted.en}.",
    )
    if "STRING" in accepts:
        say = Say("ここは二重引用符で囲んだ名前だけです。", "Here it wants a name in double quotes.")
        near = f'"{token.text}"'
    return Problem("unknown-word", token.place, say, near)


def _general(token: Token, accepts: frozenset[str]) -> Problem:
    wanted = expectation(accepts)
    say = Say(
        f"ここに「{token.text}」は書けません。書けるのは、{wanted.ja}です。",
        f"“{token.text}” can not stand here. Here it wants {wanted.en}.",
    )
    if accepts == frozenset({"LPAR"}):
        return Problem("unexpected", token.place, say, "(any)")
    here = {_spelt(kind) for kind in accepts} & KEYWORDS
    near = nearest(token.text, here) if token.text in KEYWORDS else None
    sole = next(iter(accepts)) if len(accepts) == 1 and not accepts & {"INT", "STRING", "DATE", _END} else None
    return Problem("unexpected", token.place, say, near or (_spelt(sole) if sole else None))
