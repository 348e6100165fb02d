"""What stands in a text and is no token: quotes left open, full-width signs, signs of other languages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Final

from noren.audience.language.problems import Place, Problem
from noren.kernel.say import Say

_FOREIGN: Final = (
    ("==", "="), ("=>", ">="), ("=<", "<="), ("<>", "!="), ("!==", "!="), ("&&", "and"), ("||", "or"), ("&", "and"),
    ("|", "or"), ("≧", ">="), ("≦", "<="), ("≥", ">="), ("≤", "<="), ("≠", "!="), ("!", "not"), ("...", ".."),
    ("…", ".."), ("〜", ".."), ("～", ".."), ("−", "-"), ("–", "-"), ("、", ","),
)  # fmt: skip
_QUOTES: Final = frozenset("'`“”„‟‘’‚«»「」『』〝〟＂＇")
_CLOSERS: Final = {"「": "」", "『": "』", "“": "”", "‘": "’", "«": "»"}
_RUN: Final = re.compile(r"[\uff01-\uff5e\u3000]+")
_LETTERS: Final = re.compile(r"[^\W\d_][\w・ー]*")
_JAPANESE: Final = {
    "性別": "sex", "年齢": "age", "都道府県": "prefecture", "郵便番号": "postal3", "会員ランク": "tier",
    "分類": "category", "カテゴリ": "category", "カテゴリー": "category", "部門": "department", "ブランド": "brand",
    "メーカー": "maker", "商品": "product", "提携先": "partner", "店舗": "shop", "業種": "industry", "曜日": "weekday",
    "時間": "hour", "女性": "sex = female", "男性": "sex = male", "かつ": "and", "または": "or", "ではない": "not",
}  # fmt: skip
_PATTERN: Final = re.compile(r"=~|~|\*|\?|/|\\|\^|\$")


def stranger(text: str, at: int, place: Callable[[int, int], Place]) -> Problem:
    """Return what is wrong at ``at``, where no token begins."""
    if text[at] == '"':
        return _open_string(text, at, place)
    for sign, ours in _FOREIGN:
        if text.startswith(sign, at):
            say = Say(f"「{sign}」はこの言語では {ours} と書きます。", f"“{sign}” is written {ours} here.")
            return Problem("bad-sign", place(at, at + len(sign)), say, ours)
    if text[at] in _QUOTES:
        return _other_quotes(text, at, place)
    return _full_width(text, at, place) or _letters(text, at, place) or _odd(text, at, place)


def _open_string(text: str, at: int, place: Callable[[int, int], Place]) -> Problem:
    found = re.compile(r'"(?:[^"\\\r\n]|\\["\\])*').match(text, at)
    end = found.end() if found else at + 1
    if text.startswith("\\", end) and end + 1 < len(text) and text[end + 1] not in "\r\n":
        say = Say(
            '引用符の中の \\ は、\\" か \\\\ としてだけ使えます。', 'Within quotes a \\ stands only as \\" or \\\\.'
        )
        return Problem("bad-escape", place(end, end + 2), say, "\\\\")
    say = Say(
        'この二重引用符が閉じていません。同じ行の中で " で閉じてください。',
        'This double quote is not closed: close it with " on the same line.',
    )
    meant = re.split(r"[),]", text[at:end], maxsplit=1)[0].rstrip()
    return Problem("unterminated-string", place(at, end), say, meant + '"' if len(meant) > 1 else None)


def _other_quotes(text: str, at: int, place: Callable[[int, int], Place]) -> Problem:
    end = text.find(_CLOSERS.get(text[at], text[at]), at + 1)
    inner = text[at + 1 : end] if end > at else ""
    say = Say('値は半角の二重引用符 " で囲みます。', 'A value stands in plain double quotes: ".')
    usable = inner and not re.search(r'["\\\r\n]', inner)
    return Problem("bad-quotes", place(at, end + 1 if usable else at + 1), say, f'"{inner}"' if usable else '"')


def _full_width(text: str, at: int, place: Callable[[int, int], Place]) -> Problem | None:
    found = _RUN.match(text, at)
    if found is None:
        return None
    plain = unicodedata.normalize("NFKC", found.group())
    say = Say(
        "全角の文字です。条件の語・数・記号・空白は半角で書きます(値の中の全角は、二重引用符で囲めば使えます)。",
        "Full-width characters: words, numbers, signs and spaces are half-width (values in quotes may hold any).",
    )
    return Problem("full-width", place(at, found.end()), say, plain)


def _letters(text: str, at: int, place: Callable[[int, int], Place]) -> Problem | None:
    found = _LETTERS.match(text, at)
    if found is None:
        return None
    word = found.group()
    ours = _JAPANESE.get(word)
    if ours is not None:
        said = Say(f"「{word}」は、この言語では {ours} と書きます。", f"“{word}” is written {ours} here.")
        return Problem("unknown-word", place(at, found.end()), said, ours)
    if at and text[at - 1].isdigit():
        said = Say(
            f"数に単位の「{word}」は付けません。数だけを書きます。",
            f"A number stands without a unit: leave “{word}” out.",
        )
        return Problem("odd-character", place(at, found.end()), said)
    say = Say(f'日本語などの値は、二重引用符で囲みます: "{word}"', f'Such a value stands in double quotes: "{word}"')
    return Problem("quotes-missing", place(at, found.end()), say, f'"{word}"')


def _odd(text: str, at: int, place: Callable[[int, int], Place]) -> Problem:
    sign = text[at]
    if _PATTERN.match(text, at):
        say = Say(
            f"「{sign}」は使えません。文字の一部での検索や正規表現はありません。値は in (…) か in list で並べます。",
            f"“{sign}” is not part of the language: there is no pattern matching. List values by in (…) or in list.",
        )
        return Problem("odd-character", place(at, at + 1), say)
    shown = sign if sign.isprintable() else ""
    name = f"U+{ord(sign):04X}"
    say = Say(
        f"この言語にない文字です: {shown}({name})。消すか、値なら二重引用符で囲んでください。",
        f"This character is not part of the language: {shown} ({name}). Remove it, or quote it as a value.",
    )
    return Problem("odd-character", place(at, at + 1), say)
