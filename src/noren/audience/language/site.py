"""The building site of a tree: makes nodes, and turns what their constructors refuse into problems with a place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from lark import Token, Tree

from noren.audience.language.problems import Place, Problem, Wrong
from noren.audience.language.tokens import Lines
from noren.kernel.say import Say

Branch = Tree[Token]
T = TypeVar("T")


class Site:
    """Collects problems; what can not be built is replaced, so that the rest is looked at too.

    ``predicates`` and ``tests`` are the places of what was read, in the order of the text; a test's
    places are those of its values, or its own.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.problems: list[Problem] = []
        self.predicates: list[Place] = []
        self.tests: list[tuple[Place, ...]] = []
        self._lines = Lines(text)

    def place(self, where: Branch | Token) -> Place:
        """Return the place of a token or of all that a rule read."""
        if isinstance(where, Token):
            return self._lines.place(where.start_pos or 0, where.end_pos or 0)
        return self._lines.place(where.meta.start_pos, where.meta.end_pos)

    def make(self, made: Callable[..., T], instead: T, at: Branch | Token, places: dict[str, Any], **fields: Any) -> T:
        """Return ``made(**fields)``; when it is refused, note why, at the place of the field to blame."""
        try:
            return made(**fields)
        except Wrong as wrong:
            where = places.get(wrong.field, at)
            self.note(wrong.code, where, wrong.say, wrong.suggestion)
            return instead

    def note(self, code: str, where: Branch | Token, say: Say, suggestion: str | None = None) -> None:
        """Add a problem."""
        self.problems.append(Problem(code, self.place(where), say, suggestion))


def branch(found: Any) -> Branch:
    """Return a child that the grammar makes a rule."""
    assert isinstance(found, Tree)
    return cast("Branch", found)


def kids(tree: Branch) -> list[Any]:
    """Return what a rule read: rules, tokens, and None where something optional is not there."""
    return cast("list[Any]", tree.children)


def leaf(found: Any) -> Token:
    """Return a child that the grammar makes a token."""
    assert isinstance(found, Token)
    return found


def only(found: Any) -> Token:
    """Return the one token of a rule that reads a word or number."""
    return leaf(kids(branch(found))[0])


def whole(found: Any) -> int:
    """Return what an INT says."""
    return int(leaf(found))
