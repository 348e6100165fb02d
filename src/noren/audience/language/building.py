"""From what the grammar read to a condition: the algebra, the limits, and windows that belong to no predicate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from noren.audience.language.algebra import And, AtLeast, Node, Not, Or, Windowed
from noren.audience.language.building_predicates import PredicateBuilder
from noren.audience.language.limits import DEPTH, PREDICATES
from noren.audience.language.nodes import Condition, too_deep, too_many
from noren.audience.language.predicates import Contacted
from noren.audience.language.problems import Place, Refused, Wrong
from noren.audience.language.site import Branch, Site, branch, kids, leaf, whole
from noren.audience.language.windows import Ever, Window
from noren.audience.language.writing import spell
from noren.kernel.say import Say

_DEEPER: Final = frozenset({"not_", "group", "at_least", "fnot", "fgroup"})
_GROUP: Final = Say(
    "期間は、すぐ前の1つの条件だけのものです。かっこ全体には付けられないので、それぞれの条件に付けます。",
    "A window belongs to the one predicate before it, not to a group: give it to each part.",
)
_NOT_HERE: Final = Say(
    "期間は、すぐ前の1つの条件だけのものです。この条件には期間を付けられません。期間を取る条件のほうに付けます。",
    "A window belongs to the one predicate before it, and this one takes none: give it to the parts that take one.",
)


@dataclass(frozen=True, slots=True)
class Read:
    """A condition and where its parts stand: a place per predicate, and per test those of its values or its own.

    Both are in the order in which ``predicates`` and ``tests`` walk the tree.
    """

    condition: Condition
    predicates: tuple[Place, ...]
    tests: tuple[tuple[Place, ...], ...]


class Builder:
    """Builds the condition of one text, or collects everything that is wrong with it."""

    def __init__(self, text: str) -> None:
        self._site = Site(text)
        self._predicates = PredicateBuilder(self._site)
        self._count = 0

    def read(self, tree: Branch) -> Read | Refused:
        """Return the condition that the grammar read, with its places."""
        made = self.condition(tree)
        if isinstance(made, Refused):
            return made
        return Read(made, tuple(self._site.predicates), tuple(self._site.tests))

    def condition(self, tree: Branch) -> Condition | Refused:
        """Return the condition that the grammar read."""
        if not self._is_shallow(tree):
            return Refused(tuple(self._site.problems))
        root = self._either(branch(kids(tree)[0]))
        if not self._site.problems:
            made = self._site.make(Condition, None, tree, {}, root=root)
            if made is not None:
                return made
        return Refused(tuple(sorted(self._site.problems, key=lambda problem: problem.place.start)))

    def _is_shallow(self, tree: Branch) -> bool:
        """Look at the depth first, without recursion: what comes after may recurse."""
        waiting: list[tuple[Branch, int]] = [(tree, 0)]
        while waiting:
            here, depth = waiting.pop()
            depth += here.data in _DEEPER
            if depth > DEPTH:
                self._site.note("too-deep", leaf(kids(here)[0]), too_deep("root").say)
                return False
            waiting.extend((branch(child), depth) for child in reversed(kids(here)) if _is_branch(child))
        return True

    def _either(self, tree: Branch) -> Node:
        parts: list[Node] = []
        for part in (self._all(branch(child)) for child in kids(tree)):
            parts.extend(part.parts if isinstance(part, Or) else [part])
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _all(self, tree: Branch) -> Node:
        before = len(self._site.problems)
        parts: list[Node] = []
        strays: list[tuple[Window, Branch]] = []
        for child in kids(tree):
            part, stray = self._term(branch(child))
            parts.extend(part.parts if isinstance(part, And) else [part])
            strays.extend(stray)
        made = parts[0] if len(parts) == 1 else And(tuple(parts))
        clean = len(self._site.problems) == before
        for window, where in strays:
            self._site.note("window-not-here", where, _NOT_HERE, spread_text(made, window) if clean else None)
        return made

    def _term(self, tree: Branch) -> tuple[Node, list[tuple[Window, Branch]]]:
        match tree.data:
            case "not_":
                part, stray = self._term(branch(kids(tree)[1]))
                return Not(part), stray
            case "group":
                return self._group(self._either(branch(kids(tree)[1])), kids(tree)[2]), []
            case "at_least":
                return self._at_least(tree), []
            case _:
                return self._windowed(tree)

    def _group(self, made: Node, window: Any) -> Node:
        if window is not None:
            where = branch(window)
            self._site.note("window-not-here", where, _GROUP, spread_text(made, self._window(where)))
        return made

    def _at_least(self, tree: Branch) -> Node:
        _, count, *parts, window = kids(tree)
        nodes = tuple(self._either(branch(part)) for part in parts)
        made: Node = self._site.make(AtLeast, Contacted(), tree, {"count": count}, count=whole(count), parts=nodes)
        return self._group(made, window)

    def _windowed(self, tree: Branch) -> tuple[Node, list[tuple[Window, Branch]]]:
        self._count += 1
        found, window = kids(tree)
        self._site.predicates.append(self._site.place(branch(found)))
        if self._count == PREDICATES + 1:
            self._site.note("too-many-predicates", branch(found), too_many("root").say)
        made = self._predicates.predicate(branch(found))
        if window is None:
            return made, []
        where = branch(window)
        read = self._window(where)
        if not isinstance(made, Windowed):
            return made, [(read, where)]
        return self._site.make(partial(replace, made), made, where, {}, window=read), []

    def _window(self, tree: Branch) -> Window:
        return self._predicates.filters.window(tree)


def _is_branch(child: Any) -> bool:
    return hasattr(child, "data")


def spread_text(node: Node, window: Window) -> str | None:
    """Return a node's text with the window on every part that takes one and has none; None: it would mean nothing."""
    try:
        text = spell(spread(node, window))
    except Wrong:
        return None
    return f"({text})" if isinstance(node, Or) else text


def spread(node: Node, window: Window) -> Node:
    """Return a node with the window on every predicate that takes one and has none."""
    match node:
        case Not(part):
            return Not(spread(part, window))
        case And(parts):
            return And(tuple(spread(part, window) for part in parts))
        case Or(parts):
            return Or(tuple(spread(part, window) for part in parts))
        case AtLeast(count, parts):
            return AtLeast(count, tuple(spread(part, window) for part in parts))
        case _:
            takes_it = isinstance(node, Windowed) and isinstance(node.window, Ever)
            return replace(node, window=window) if takes_it else node
