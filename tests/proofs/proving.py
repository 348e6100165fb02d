"""Asking z3, and telling what it found: a counterexample as a request that Cedar itself is asked, and as text."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import cedarpy
import z3
from tests.proofs.cedar_shape import SHAPES, Path, Shape
from tests.proofs.cedar_z3 import TEXT, Uid, World, allowed, holdings, text
from tests.proofs.invariants import Never
from tests.proofs.mutating import OTHER

from noren.governance.policy import SCHEMA_FILE

TIMEOUT_MS: Final = 300_000
MAX_TOLD: Final = 6
_SCHEMA: Final = cedarpy.Schema.from_json_str(SCHEMA_FILE.read_text("utf-8"))


@dataclass(frozen=True)
class Request:
    """One request, whole: what Cedar is asked."""

    principal: Uid
    action: str
    resource: Uid
    values: Mapping[Path, Any]
    within: tuple[tuple[str, Uid], ...] = ()

    def record(self, root: str) -> dict[str, Any]:
        """Return the attributes of the context, principal or resource."""
        out: dict[str, Any] = {}
        for path, value in self.values.items():
            if path[0] == root:
                *above, last = path[1:]
                inner = out
                for name in above:
                    inner = inner.setdefault(name, {})
                inner[last] = value
        return out

    def entities(self) -> list[dict[str, Any]]:
        """Return the principal and the resource with what they are in."""
        return [self._entity(root, uid) for root, uid in (("principal", self.principal), ("resource", self.resource))]

    def _entity(self, root: str, uid: Uid) -> dict[str, Any]:
        parents = [_uid(above) for at, above in self.within if at == root]
        return {"uid": _uid(uid), "attrs": self.record(root), "parents": parents}


def _uid(uid: Uid) -> dict[str, str]:
    return {"type": uid[0], "id": uid[1]}


def cedar_says(policies: str | cedarpy.PolicySet, request: Request) -> bool:
    """Return what Cedar itself decides; the schema judges the request first."""
    return _asked(policies, request).allowed


def cedar_reasons(policies: cedarpy.PolicySet, request: Request) -> set[str]:
    """Return which policies decide for Cedar."""
    return set(_asked(policies, request).diagnostics.reasons)


def _asked(policies: str | cedarpy.PolicySet, request: Request) -> cedarpy.AuthzResult:
    asked = {
        "principal": _uid(request.principal),
        "action": _uid(("Action", request.action)),
        "resource": _uid(request.resource),
        "context": request.record("context"),
    }
    answer = cedarpy.is_authorized(asked, policies, json.dumps(request.entities()), schema=_SCHEMA)
    assert not answer.diagnostics.errors, answer.diagnostics.errors
    return answer


def solver_for(world: World, *claims: Any) -> z3.Solver:
    """Return a solver that looks for a request of which all claims are true."""
    solver = z3.Solver()
    solver.set("timeout", TIMEOUT_MS)
    solver.add(*world.facts(), *claims)
    return solver


def found(world: World, *claims: Any) -> Request | None:
    """Return a request of which all claims are true; None: there is none. That z3 can not tell is an error."""
    solver = solver_for(world, *claims)
    answer = solver.check()
    assert answer != z3.unknown, f"z3 can not tell: {solver.reason_unknown()}"
    return _request(world, solver.model()) if answer == z3.sat else None


def counterexample(world: World, policies: Mapping[str, Any], never: Never) -> Request | None:
    """Return a bad request that these policies allow."""
    return found(world, allowed(world, policies), never.bad(world))


class Judge:
    """One file of policies and its mutants, in one world: what z3 learnt of one serves the next."""

    def __init__(self, name: str, policies: Mapping[str, Any], nevers: Sequence[Never]) -> None:
        self.world = World(SHAPES[name])
        self.world.word(OTHER)
        self.policies = policies
        self.nevers = nevers
        self._known = holdings(self.world, policies)
        self._bad = {never.name: never.bad(self.world) for never in nevers}
        self._allowed = allowed(self.world, policies, self._known)
        self._forbidden_ones = solver_for(self.world, z3.Or(list(self._bad.values())))
        self._refused_ones = solver_for(self.world, z3.Not(self._allowed))

    def breach(self, mutant: Mapping[str, Any]) -> tuple[Request, Sequence[Never]] | None:
        """Return a request that must never be allowed and is by this mutant, with what it breaks."""
        return self._first(self._forbidden_ones, mutant)

    def looser(self, mutant: Mapping[str, Any]) -> tuple[Request, Sequence[Never]] | None:
        """Return a request that this mutant allows and the files refuse."""
        return self._first(self._refused_ones, mutant)

    def told(self, request: Request, never: Never) -> str:
        """Return a counterexample as text: what must never be, and of the request what that speaks about."""
        return told(request, never, self.world)

    def _first(self, solver: z3.Solver, mutant: Mapping[str, Any]) -> tuple[Request, Sequence[Never]] | None:
        solver.push()
        try:
            solver.add(allowed(self.world, mutant, self._known))
            answer = solver.check()
            assert answer != z3.unknown, f"z3 can not tell: {solver.reason_unknown()}"
            if answer == z3.unsat:
                return None
            model = solver.model()
            request = _request(self.world, model)
            said = {each.name: model.eval(self._bad[each.name], model_completion=True) for each in self.nevers}
        finally:
            solver.pop()
        return request, [each for each in self.nevers if self._is(each, said[each.name], request)]

    def _is(self, never: Never, said: Any, request: Request) -> bool:
        if z3.is_true(said) or z3.is_false(said):
            return z3.is_true(said)
        return is_so(self.world.shape, never.bad, request)  # a model does not tell of sets within sets


def is_so(shape: Shape, claim: Callable[[World], Any], request: Request) -> bool:
    """Return whether a claim is true of one whole request."""
    world = World(shape)
    so = claim(world)
    values = as_values(world, request)
    return solver_for(world, so, *(var == value for var, value in values)).check() == z3.sat


def as_values(world: World, request: Request) -> list[tuple[Any, Any]]:
    """Return each variable of the world with its value in this request."""
    pairs: list[tuple[Any, Any]] = [(var, _constant(world, request.values[at])) for at, var in world.paths.items()]
    pairs.append((world.action, z3.IntVal(world.shape.actions.index(request.action))))
    pairs += [(var, z3.BoolVal(key in request.within)) for key, var in world.members.items()]
    uids = {"principal": request.principal, "resource": request.resource}
    return [*pairs, *((var, z3.BoolVal(uids[root] == uid)) for (root, uid), var in world.same.items())]


def _constant(world: World, value: Any) -> Any:
    match value:
        case bool():
            return z3.BoolVal(value)
        case int():
            return z3.IntVal(value)
        case str():
            return world.word(value)
        case _:
            members: Any = z3.EmptySet(TEXT)
            for word in value:
                members = z3.SetAdd(members, world.word(word))
            return members


def _request(world: World, model: z3.ModelRef) -> Request:
    names = _names(world, model)
    values = {path: _value(model, var, names) for path, var in world.paths.items()}
    uids: dict[str, Uid] = {"principal": (world.shape.principal, "later"), "resource": (world.shape.resource, "later")}
    for (root, uid), here in world.same.items():
        if z3.is_true(model.eval(here, model_completion=True)):
            uids[root] = uid
    within = tuple(key for key, here in world.members.items() if z3.is_true(model.eval(here, model_completion=True)))
    chosen: Any = model.eval(world.action, model_completion=True)
    action = world.shape.actions[chosen.as_long()]
    return Request(uids["principal"], action, uids["resource"], values, within)


def _names(world: World, model: z3.ModelRef) -> dict[str, str]:
    """Return a text for each thing of the model's universe of texts."""
    named = {str(model.eval(text(word), model_completion=True)): word for word in sorted(world.words)}
    sort = text("").sort()
    universe: Any = model.get_universe(sort) or ()
    return {**{str(each): f"other-{place}" for place, each in enumerate(universe)}, **named}


def _value(model: z3.ModelRef, var: Any, names: Mapping[str, str]) -> Any:
    value: Any = model.eval(var, model_completion=True)
    if z3.is_bool(var):
        return z3.is_true(value)
    if z3.is_int(var):
        return value.as_long()
    if z3.is_array(var):
        sort = var.sort().domain()
        universe: Any = model.get_universe(sort) or ()
        return sorted(names[str(each)] for each in universe if z3.is_true(model.eval(var[each], model_completion=True)))
    return names[str(value)]


def told(request: Request, never: Never, world: World) -> str:
    """Return a counterexample as text: what must never be, and of the request what that speaks about."""
    spoken = _variables(never.bad(world))
    lines = [f"NOT SO: {never.says}", f"  {request.principal} → {request.action} → {request.resource}"]
    lines += [f"  {root} in {uid[0]}::{uid[1]}" for root, uid in request.within]
    always = {"resource.route", "context.at", "resource.recipient.kind"}
    lines += [
        f"  {'.'.join(path)} = {_short(value)}"
        for path, value in request.values.items()
        if ".".join(path) in spoken | always
    ]
    return "\n".join(lines)


def _short(value: Any) -> str:
    if isinstance(value, list) and len(value) > MAX_TOLD:
        return f"[{', '.join(value[:MAX_TOLD])}, … {len(value)} in all]"
    return repr(value)


def _variables(term: Any) -> set[str]:
    seen: set[str] = set()
    left = [term]
    while left:
        each = left.pop()
        if z3.is_const(each):
            seen.add(str(each))
        left.extend(each.children())
    return seen
