"""What to say where the text can not go on: what stands there, what was expected, what was probably meant."""

from __future__ import annotations

import re
from typing import Any, Final

from lark.exceptions import UnexpectedToken

from noren.audience.language.expecting import END, expectation, nearest, spelt
from noren.audience.language.problems import Place, Problem
from noren.audience.language.refused_words import refused_by_design
from noren.audience.language.tokens import Token
from noren.audience.language.words import KEYWORDS, Attribute, Trait
from noren.kernel.say import Say

_THOUSANDS: Final = re.compile(r"(?<![\w.])[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])")
_OF_FILTERS: Final = {each.name for each in Attribute} | {"WEEKDAY", "HOUR", "BASKET_TOTAL", "ANY", "TOGETHER"}
_OF_MEMBERS: Final = {each.name for each in Trait} | {"AGE", "MEMBER_FOR", "BIRTH_MONTH", "REACHABLE"}
_FILTER_EXAMPLES: Final = {
    "any": "visits(any) >= 1",
    "weekday": "visits(weekday in (sat, sun)) >= 1",
    "hour": "visits(hour 11..13) >= 1",
    "basket_total": "visits(basket_total >= 3000) >= 1",
    "together": 'visits(together(category = "…", category = "…")) >= 1',
}


def unexpected(wrong: UnexpectedToken, cut: list[Token], text: str) -> Problem:
    """Return the problem of the token with which the text can not go on."""
    accepts = frozenset(wrong.accepts or ())
    stopped: Any = wrong.token
    if stopped.type == END:
        return _unfinished(accepts, cut)
    token = next(token for token in cut if token.place.start == stopped.start_pos)
    return (
        _thousands(token, text)
        or _number(token, accepts)
        or _known(token, accepts)
        or _elsewhere(token, accepts)
        or _unknown(token, accepts)
        or _general(token, accepts)
    )


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
    return spelt(next(iter(accepts))) if len(accepts) == 1 and not accepts & {"INT", "STRING", "DATE"} else None


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


def _elsewhere(token: Token, accepts: frozenset[str]) -> Problem | None:
    """A word of the language that belongs to another place."""
    word = token.text
    if token.kind in _OF_FILTERS and "SEX" in accepts:
        say = Say(
            f"「{word}」は買い物の絞り込みなので、visits(…) や never(…) のかっこの中に書きます。",
            f"“{word}” picks purchases: it stands within the parentheses of visits(…), never(…) and the like.",
        )
        return Problem("unexpected", token.place, say, _FILTER_EXAMPLES.get(word, f'visits({word} = "…") >= 1'))
    if token.kind in _OF_MEMBERS and "CATEGORY" in accepts:
        say = Say(
            f"「{word}」は会員についての条件なので、かっこの外に書き、and でつなぎます。",
            f"“{word}” speaks of the member: it stands outside the parentheses, joined by and.",
        )
        return Problem("unexpected", token.place, say)
    if token.kind in ("IN", "EVER") and "SEX" in accepts:
        say = Say(
            "期間は、条件の後に書きます。", "A window stands after its predicate: visits(any) >= 1 in last 30 days."
        )
        return Problem("window-misplaced", token.place, say, "visits(any) >= 1 in last 30 days")
    return None


def _unknown(token: Token, accepts: frozenset[str]) -> Problem | None:
    if token.kind != "WORD":
        return None
    here = {spelt(kind) for kind in accepts} & KEYWORDS
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
    here = {spelt(kind) for kind in accepts} & KEYWORDS
    near = nearest(token.text, here) if token.text in KEYWORDS else None
    sole = next(iter(accepts)) if len(accepts) == 1 and not accepts & {"INT", "STRING", "DATE", END} else None
    return Problem("unexpected", token.place, say, near or (spelt(sole) if sole else None))
