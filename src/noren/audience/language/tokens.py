"""From characters to tokens: longest match, places counted in characters, and a clear word about what is no token."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from noren.audience.language.limits import DECIMALS, DIGITS
from noren.audience.language.problems import NotRead, Place, Problem
from noren.audience.language.strangers import stranger
from noren.audience.language.words import KEYWORDS
from noren.kernel.say import Say

_SIGNS: Final = {
    ">=": "GE", ">": "GT", "=": "EQ", "<=": "LE", "<": "LT", "!=": "NE",
    "(": "LPAR", ")": "RPAR", ",": "COMMA", "%": "PERCENT", "..": "DOTS", "-": "MINUS",
}  # fmt: skip
_TOKEN: Final = re.compile(
    r"""
    (?P<gap>[ \t\n\r\f\v]+)
    | (?P<date>[0-9]+[-/][0-9]+[-/][0-9]+)
    | (?P<number>[0-9]+(?:\.[0-9]+)?)
    | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<string>"(?:[^"\\\r\n]|\\["\\])*")
    | (?P<sign>>=(?!=)|<=(?![=>])|!=(?!=)|\.\.(?!\.)|[=](?![=><~])|<(?!>)|>|[(),%-])
    """,
    re.VERBOSE,
)
_LINE_END: Final = re.compile(r"\r\n|\n|\r")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ESCAPE: Final = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Token:
    """One token: ``kind`` is the grammar's terminal, ``text`` as it stands in the condition."""

    kind: str
    text: str
    place: Place


class Lines:
    """Turns offsets into lines and columns."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(found.end() for found in _LINE_END.finditer(text))]

    def place(self, start: int, end: int) -> Place:
        """Return the place of a stretch of text."""
        low, high = 0, len(self._starts)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._starts[middle] <= start else (low, middle)
        return Place(low + 1, start - self._starts[low] + 1, start, end)


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a text.

    Raises:
        NotRead: from here on there is no token.
    """
    lines = Lines(text)
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise NotRead(stranger(text, at, lines.place))
        kind = found.lastgroup or "gap"
        if kind != "gap":
            yield _token(kind, found.group(), lines.place(at, found.end()))
        at = found.end()


def unquoted(string: str) -> str:
    """Return what a STRING token says."""
    return _ESCAPE.sub(r"\1", string[1:-1])


def _token(kind: str, text: str, place: Place) -> Token:
    if kind == "word":
        return Token(_word(text, place), text, place)
    if kind == "number":
        return Token(_number(text, place), text, place)
    if kind == "date":
        _check_date(text, place)
    return Token(_SIGNS[text] if kind == "sign" else kind.upper(), text, place)


def _word(text: str, place: Place) -> str:
    if text in KEYWORDS:
        return text.upper()
    if text == text.lower():
        return "WORD"
    lower = text.lower()
    if lower in KEYWORDS:
        say = Say(
            f"言語の語は小文字で書きます: {lower}(商品などの値なら二重引用符で囲みます)",
            f"The language's words are lower case: {lower} (a value stands in double quotes).",
        )
        raise NotRead(Problem("upper-case", place, say, lower))
    say = Say(
        f'大文字を含む値は、二重引用符で囲みます: "{text}"',
        f'A value with capital letters stands in double quotes: "{text}"',
    )
    raise NotRead(Problem("quotes-missing", place, say, f'"{text}"'))


def _number(text: str, place: Place) -> str:
    whole, _, decimals = text.partition(".")
    if len(whole) > DIGITS:
        say = Say(
            f"数は{DIGITS}桁までです。番号などの値なら二重引用符で囲みます。",
            f"A number has at most {DIGITS} digits; a code that is a value stands in double quotes.",
        )
        raise NotRead(Problem("number-too-long", place, say, f'"{text}"'))
    if len(decimals) > DECIMALS:
        say = Say(f"小数は{DECIMALS}桁までです。", f"A number has at most {DECIMALS} decimals.")
        raise NotRead(Problem("number-too-long", place, say, f"{whole}.{decimals[:DECIMALS]}"))
    return "DECIMAL" if decimals else "INT"


def _check_date(text: str, place: Place) -> None:
    if not _DATE.fullmatch(text):
        shape = Say(
            "日付は 2017-03-01 のように、年4桁・月2桁・日2桁を - でつないで書きます。",
            "A date is written like 2017-03-01: 4, 2 and 2 digits joined by -.",
        )
        raise NotRead(Problem("bad-date", place, shape, _mended(text)))
    try:
        date.fromisoformat(text)
    except ValueError:
        say = Say(f"{text} という日は暦にありません。", f"There is no such day as {text}.")
        raise NotRead(Problem("bad-date", place, say, _nearest_day(text))) from None


def _mended(text: str) -> str | None:
    """Return a date in the language's form when there is no doubt what was meant."""
    year, month, day = re.split("[-/]", text)
    mended = f"{year}-{month:>02}-{day:>02}"
    if not _DATE.fullmatch(mended):
        return None
    try:
        return date.fromisoformat(mended).isoformat()
    except ValueError:
        return None


def _nearest_day(text: str) -> str | None:
    """Return the last day of the month when only the day is too high."""
    year, month, day = (int(part) for part in text.split("-"))
    for last in range(min(day, 31), 27, -1):
        try:
            return date(year, month, last).isoformat()
        except ValueError:
            continue
    return None
