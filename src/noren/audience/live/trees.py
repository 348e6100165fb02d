"""A condition as a function of its predicates' truths: 0 false, 1 true, 2 unknown. Only true qualifies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from noren.audience.language import nodes as n


class Truths(Protocol):
    """Truths by a predicate's number."""

    def __getitem__(self, number: int, /) -> int:
        """Return a predicate's truth."""
        ...


Tree = Callable[[Truths], int]
_NOT = (1, 0, 2)


def tree_of(node: n.Node, number: Callable[[n.Predicate], int]) -> Tree:
    """Return the function of a condition's tree; ``number`` gives the place of a predicate's truth."""
    match node:
        case n.Not(part):
            return _negation(tree_of(part, number))
        case n.And(parts):
            return _conjunction([tree_of(one, number) for one in parts])
        case n.Or(parts):
            return _disjunction([tree_of(one, number) for one in parts])
        case n.AtLeast(count, parts):
            return _at_least(count, [tree_of(one, number) for one in parts])
        case _:
            place = number(node)
            return lambda truths: truths[place]


def _negation(part: Tree) -> Tree:
    return lambda truths: _NOT[part(truths)]


def _conjunction(parts: list[Tree]) -> Tree:
    def tell(truths: Truths) -> int:
        found = 1
        for part in parts:
            truth = part(truths)
            if not truth:
                return 0
            if truth == 2:
                found = 2
        return found

    return tell


def _disjunction(parts: list[Tree]) -> Tree:
    def tell(truths: Truths) -> int:
        found = 0
        for part in parts:
            truth = part(truths)
            if truth == 1:
                return 1
            found = max(found, truth)
        return found

    return tell


def _at_least(count: int, parts: list[Tree]) -> Tree:
    def tell(truths: Truths) -> int:
        found = [part(truths) for part in parts]
        true = found.count(1)
        if true >= count:
            return 1
        return 0 if true + found.count(2) < count else 2

    return tell
