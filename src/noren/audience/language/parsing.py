"""From text to tree: tokens, LALR(1), then the nodes' own rules. Time is linear in the text, depth costs no stack."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from lark import Lark, Tree
from lark import Token as LarkToken
from lark.exceptions import UnexpectedToken
from lark.lexer import Lexer

from noren.audience.language.building import Builder, Read
from noren.audience.language.expecting import END
from noren.audience.language.limits import CHARACTERS
from noren.audience.language.nodes import Condition, too_long
from noren.audience.language.problems import NotRead, Place, Problem, Refused
from noren.audience.language.stopping import unexpected
from noren.audience.language.tokens import Lines, Token, tokens
from noren.audience.language.words import Measure
from noren.kernel.say import Say

_OPENERS: Final = {each.name for each in Measure} | {
    "NEVER", "DAYS_SINCE_LAST", "DAYS_SINCE_FIRST", "OVERDUE", "SHARE", "BOUGHT", "BY", "HAS", "LACKS",
}  # fmt: skip
_GRAMMAR: Final = Path(__file__).with_name("grammar.lark")


def parse(text: str) -> Condition | Refused:
    """Return the condition of a text, or everything that is wrong with it."""
    found = read(text)
    return found.condition if isinstance(found, Read) else found


def read(text: str) -> Read | Refused:
    """Return the condition of a text with the places of its parts, or everything that is wrong with it."""
    if len(text) > CHARACTERS:
        return Refused((_too_long(text),))
    if not text.strip(" \t\n\r\f\v"):
        return Refused((_empty(),))
    try:
        cut = list(tokens(text))
        tree = _tree(cut, text)
    except NotRead as stopped:
        return Refused((stopped.problem,))
    return Builder(text).read(tree)


def _tree(cut: list[Token], text: str) -> Tree[LarkToken]:
    try:
        return _parser().parse(cut)  # type: ignore[arg-type]  # its lexer takes tokens, not text
    except UnexpectedToken as wrong:
        stopped: Any = wrong.token
        good = cut if stopped.type == END else [token for token in cut if token.place.start < stopped.start_pos]
        raise NotRead(unexpected(cut[len(good) :], good, _accepted(good), text)) from None


def _accepted(good: list[Token]) -> frozenset[str]:
    """Return what may follow these tokens; asked anew, for the parser had gone on with the wrong one in sight."""
    going: Any = _parser().parse_interactive(good)  # type: ignore[arg-type]  # as above
    going.exhaust_lexer()
    accepted = frozenset[str](going.accepts())
    no_window = "GE" in accepted or _is_in_filter(good)
    return accepted - {"IN", "EVER"} if "EVER" in accepted and no_window else accepted


def _is_in_filter(good: list[Token]) -> bool:
    """Whether the innermost parenthesis that is open is a filter's: the grammar reads windows there only to refuse."""
    inside = [False]
    for before, token in zip([None, *good], good, strict=False):
        if token.kind == "LPAR":
            inside.append(inside[-1] or (before is not None and before.kind in _OPENERS))
        elif token.kind == "RPAR" and len(inside) > 1:
            inside.pop()
    return inside[-1]


class _Given(Lexer):
    """Hands the parser the tokens that are cut already."""

    def __init__(self, lexer_conf: object) -> None:
        del lexer_conf

    def lex(self, data: Any) -> Iterator[LarkToken]:  # type: ignore[override]
        """Yield the tokens with their places."""
        for token in data:
            place: Place = token.place
            yield LarkToken(
                token.kind, token.text, start_pos=place.start, line=place.line, column=place.column, end_pos=place.end
            )


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR.read_text("utf-8"), parser="lalr", lexer=_Given, propagate_positions=True)


def _too_long(text: str) -> Problem:
    return Problem("too-long", Lines(text).place(CHARACTERS, len(text)), too_long("text").say)


def _empty() -> Problem:
    say = Say(
        '条件が空です。たとえば visits(category = "COFFEE") >= 5 のように書きます。',
        'The condition is empty. Write, for example, visits(category = "COFFEE") >= 5.',
    )
    return Problem("empty", Place(1, 1, 0, 0), say, "visits(any) >= 1")
