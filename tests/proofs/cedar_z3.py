"""Cedar policies as formulas: exactly the part of Cedar that our files use; anything else is refused.

Our policies compare, look into sets and combine; they do no arithmetic, and every attribute is required and typed by
the schema (which a test validates), so no policy can fail on a valid request and a formula means what Cedar means.
"""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final

import cedarpy
import z3
from tests.proofs.cedar_shape import PARENTS, NotCovered, Path, Shape

TEXT: Final = z3.DeclareSort("Text")
SORTS: Final[Mapping[str, Any]] = {
    "Long": z3.IntSort(),
    "Boolean": z3.BoolSort(),
    "String": TEXT,
    "Set": z3.ArraySort(TEXT, z3.BoolSort()),
}
Uid = tuple[str, str]
_COMPARING: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_JOINING: Final[Mapping[str, Callable[[Any, Any], Any]]] = {"&&": z3.And, "||": z3.Or}


def parsed(text: str) -> dict[str, Any]:
    """Return the policies of a file as Cedar's own parser reads them."""
    policies: dict[str, Any] = json.loads(cedarpy.policies_to_json_str(text))
    if policies["templates"] or policies["templateLinks"]:
        raise NotCovered("templates")
    return policies["staticPolicies"]


@cache
def text(word: str) -> Any:
    """Return the constant of a text; different texts are different (``World.facts``)."""
    return z3.Const(f"“{word}”", TEXT)


class World:
    """One request of a shape, all of it unknown: a variable for each path, each membership and each identity."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.words: set[str] = set()
        self.paths = {path: z3.Const(".".join(path), SORTS[kind]) for path, kind in shape.types.items()}
        self.action = z3.Int("action")
        self.members: dict[tuple[str, Uid], Any] = {}
        self.same: dict[tuple[str, Uid], Any] = {}

    def at(self, dotted: str) -> Any:
        """Return the variable of a path, like ``resource.notice.from``."""
        return self.paths[tuple(dotted.split("."))]

    def word(self, word: str) -> Any:
        """Return the constant of a text."""
        self.words.add(word)
        return text(word)

    def acts(self, *names: str) -> Any:
        """Return that the action is one of these."""
        return z3.Or([self.action == self.shape.actions.index(name) for name in names])

    def within(self, root: str, kind: str, name: str) -> Any:
        """Return that the principal or resource is in an entity above it."""
        if kind == self._kind(root):
            raise NotCovered(f"{root} in an entity of its own type")
        return self.members.setdefault((root, (kind, name)), z3.Bool(f"{root} in {kind}::{name}"))

    def is_one(self, root: str, kind: str, name: str) -> Any:
        """Return that the principal or resource is this entity."""
        if kind != self._kind(root):
            return z3.BoolVal(False)
        for above in {PARENTS[kind, name]} if (kind, name) in PARENTS else set():
            self.within(root, *above)
        return self.same.setdefault((root, (kind, name)), z3.Bool(f"{root} is {kind}::{name}"))

    def facts(self) -> list[Any]:
        """Return what is so in every world: texts differ, one action of the file's, entities stand where they do."""
        words = [text(word) for word in sorted(self.words)]
        out: list[Any] = [z3.Distinct(words)] if len(words) > 1 else []
        out.append(z3.And(self.action >= 0, self.action < len(self.shape.actions)))
        for (root, uid), here in self.same.items():
            others = [each for (at, other), each in self.same.items() if at == root and other != uid]
            out += [z3.Not(z3.And(here, each)) for each in others]
            if uid in PARENTS:
                above = self.members.items()
                out += [z3.Implies(here, each == (up == PARENTS[uid])) for (at, up), each in above if at == root]
        return out

    def _kind(self, root: str) -> str:
        return {"principal": self.shape.principal, "resource": self.shape.resource}[root]


def allowed(world: World, policies: Mapping[str, Any], known: Mapping[int, Any] | None = None) -> Any:
    """Return that Cedar allows the request: some permit holds and no forbid does.

    ``known``: what :func:`holdings` made of policies that are there already, so that mutants share it.
    """
    known = known or {}
    holds = {name: known.get(id(policy)) for name, policy in policies.items()}
    for name, policy in policies.items():
        if holds[name] is None:
            holds[name] = holding(world, policy)
    permits = [holds[name] for name, policy in policies.items() if policy["effect"] == "permit"]
    forbids = [holds[name] for name, policy in policies.items() if policy["effect"] == "forbid"]
    return z3.And(z3.Or(permits), z3.Not(z3.Or(forbids)))


def holdings(world: World, policies: Mapping[str, Any]) -> dict[int, Any]:
    """Return when each of these policies holds, by the policy's identity."""
    return {id(policy): holding(world, policy) for policy in policies.values()}


def holding(world: World, policy: Mapping[str, Any]) -> Any:
    """Return that a policy's scope and conditions hold."""
    parts = [_scope(world, root, policy[root]) for root in ("principal", "resource")]
    parts.append(_action(world, policy["action"]))
    for condition in policy["conditions"]:
        body = _term(world, condition["body"])
        parts.append({"when": body, "unless": z3.Not(body)}[condition["kind"]])
    return z3.And(parts)


def _scope(world: World, root: str, scope: Mapping[str, Any]) -> Any:
    match scope:
        case {"op": "All", **more} if not more:
            return z3.BoolVal(True)
        case {"op": "in", "entity": {"type": kind, "id": name}, **more} if not more:
            return world.within(root, kind, name)
        case {"op": "==", "entity": {"type": kind, "id": name}, **more} if not more:
            return world.is_one(root, kind, name)
        case _:
            raise NotCovered(f"the scope {scope}")


def _action(world: World, scope: Mapping[str, Any]) -> Any:
    match scope:
        case {"op": "All"}:
            return z3.BoolVal(True)
        case {"op": "==", "entity": {"type": "Action", "id": name}}:
            return world.acts(name)
        case {"op": "in", "entities": entities}:
            return world.acts(*(each["id"] for each in entities))
        case _:
            raise NotCovered(f"the action {scope}")


def _term(world: World, term: Mapping[str, Any]) -> Any:
    [(sign, given)] = term.items()
    match sign, given:
        case "Value", bool():
            return z3.BoolVal(given)
        case "Value", int():
            return z3.IntVal(given)
        case "Value", str():
            return world.word(given)
        case ".", _:
            return world.paths[_path(term)]
        case "!", {"arg": arg}:
            return z3.Not(_term(world, arg))
        case "isEmpty", {"arg": arg}:
            return _term(world, arg) == z3.EmptySet(TEXT)
        case "if-then-else", {"if": one, "then": then, "else": otherwise}:
            return z3.If(_term(world, one), _term(world, then), _term(world, otherwise))
        case _, {"left": left, "right": right}:
            return _two(world, sign, left, right)
        case _:
            raise NotCovered(f"{sign} of {given}")


def _two(world: World, sign: str, left: Mapping[str, Any], right: Mapping[str, Any]) -> Any:
    if sign in ("==", "!=", "in") and "Var" in left:
        return _entity(world, sign, left["Var"], right)
    if sign in ("contains", "containsAll", "containsAny"):
        return _of_sets(world, sign, left, right)
    if sign not in _COMPARING and sign not in _JOINING:
        raise NotCovered(sign)
    one, other = _term(world, left), _term(world, right)
    if one.sort() != other.sort():
        raise NotCovered(f"{sign} between types")
    return {**_COMPARING, **_JOINING}[sign](one, other)


def _entity(world: World, sign: str, root: str, right: Mapping[str, Any]) -> Any:
    match root, right:
        case "action", {"Value": {"__entity": {"type": "Action", "id": name}}}:
            here = world.acts(name)
        case _, {"Value": {"__entity": {"type": kind, "id": name}}}:
            here = world.within(root, kind, name) if sign == "in" else world.is_one(root, kind, name)
        case _:
            raise NotCovered(f"{root} {sign} {right}")
    return z3.Not(here) if sign == "!=" else here


def _of_sets(world: World, sign: str, left: Mapping[str, Any], right: Mapping[str, Any]) -> Any:
    listed, wanted = _listed(world, left), _listed(world, right)
    if sign == "contains":
        one = _term(world, right)
        return _term(world, left)[one] if listed is None else z3.Or([each == one for each in listed])
    if listed is not None:
        raise NotCovered(f"{sign} of a list")
    if wanted is None:
        has, asked = _term(world, left), _term(world, right)
        both = z3.SetIntersect(has, asked)
        return z3.IsSubset(asked, has) if sign == "containsAll" else both != z3.EmptySet(TEXT)
    has = [_term(world, left)[each] for each in wanted]
    return z3.And(has) if sign == "containsAll" else z3.Or(has)


def _listed(world: World, term: Mapping[str, Any]) -> Sequence[Any] | None:
    return [_term(world, each) for each in term["Set"]] if "Set" in term else None


def _path(term: Mapping[str, Any]) -> Path:
    match term:
        case {"Var": root}:
            return (root,)
        case {".": {"left": left, "attr": attr}}:
            return (*_path(left), attr)
        case _:
            raise NotCovered(f"an attribute of {term}")
