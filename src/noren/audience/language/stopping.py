"""What to say where the text can not go on: what stands there, what was expected, what was probably meant."""

from __future__ import annotations

import re
from typing import Final

from noren.audience.language.expecting import END, expectation, nearest, spelt
from noren.audience.language.meant import meant
from noren.audience.language.problems import Place, Problem
from noren.audience.language.refused_words import refused_by_design
from noren.audience.language.tokens import Token
from noren.audience.language.words import KEYWORDS
from noren.kernel.say import Say

_NEARER: Final = 0.75
_THOUSANDS: Final = re.compile(r"(?<![\w.])[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])")


def unexpected(left: list[Token], good: list[Token], accepts: frozenset[str], text: str) -> Problem:
    """Return the problem of a text that can not go on.

    ``good``: the tokens that were read; ``left``: those after, from the one that does not fit; ``accepts``: what would.
    """
    if not left:
        return _unfinished(accepts, good)
    token = left[0]
    return (
        _thousands(token, text)
        or _number(token, accepts)
        or meant(token, accepts, good)
        or _known(token, accepts)
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


def _unknown(token: Token, accepts: frozenset[str]) -> Problem | None:
    if token.kind != "WORD":
        return None
    here = {spelt(kind) for kind in accepts} & KEYWORDS
    near = nearest(token.text, here) or nearest(token.text, KEYWORDS, _NEARER)
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
    here = {spelt(kind) for kind in accepts} & KEYWORDS
    # A word of the language is no slip of the pen for one that merely looks a little like it.
    near = nearest(token.text, here, _NEARER) if token.text in KEYWORDS else None
    sole = next(iter(accepts)) if len(accepts) == 1 and not accepts & {"INT", "STRING", "DATE", END} else None
    return Problem("unexpected", token.place, say, near or (spelt(sole) if sole else None))
