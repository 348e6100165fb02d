"""Policies broken in every single place: each policy dropped or turned, each clause dropped, negated or swapped.

Whatever changes the meaning so that more is allowed must break something that must never be (test_policies_proved).
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

SWAPS: Final = {"<": ("<=", ">"), "<=": ("<", ">="), ">": (">=", "<"), ">=": (">", "<="), "==": ("!=",), "!=": ("==",)}
SWAPS_OF_SETS: Final = {"containsAll": ("containsAny",), "containsAny": ("containsAll",)}
JOINTS: Final = {"&&": "||", "||": "&&"}
OTHER: Final = "something-else"
ROLES: Final = ("marketer", "analyst", "privacy-officer", "counter", "auditor")

Policies = Mapping[str, Any]


@dataclass(frozen=True)
class Mutant:
    """Policies with one thing changed. ``did`` says what."""

    did: str
    policies: Policies


def mutants(policies: Policies, actions: tuple[str, ...]) -> Iterator[Mutant]:
    """Yield every mutant of these policies."""
    for name, policy in policies.items():
        said = policy["annotations"]["id"]
        yield Mutant(f"{said}: dropped", {key: each for key, each in policies.items() if key != name})
        for did, changed in _changed(policy, actions):
            yield Mutant(f"{said}: {did}", {**policies, name: changed})


def _changed(policy: Mapping[str, Any], actions: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    turned = {"permit": "forbid", "forbid": "permit"}[policy["effect"]]
    yield f"made a {turned}", {**policy, "effect": turned}
    for root in ("principal", "resource"):
        yield from _rescoped(policy, root)
    yield from _other_actions(policy, actions)
    for place, condition in enumerate(policy["conditions"]):
        others = [each for at, each in enumerate(policy["conditions"]) if at != place]
        yield f"{condition['kind']} {place + 1} dropped", {**policy, "conditions": others}
        turned = {"when": "unless", "unless": "when"}[condition["kind"]]
        yield f"{condition['kind']} made {turned}", {**policy, "conditions": [*others, {**condition, "kind": turned}]}
        for did, body in _bodies(condition["body"]):
            yield did, {**policy, "conditions": [*others, {**condition, "body": body}]}


def _rescoped(policy: Mapping[str, Any], root: str) -> Iterator[tuple[str, Any]]:
    scope = policy[root]
    if scope["op"] == "All":
        return
    yield f"{root} any", {**policy, root: {"op": "All"}}
    entity = scope["entity"]
    for name in (*ROLES, "other") if entity["type"] == "Role" else ("identity", "ledger", "other"):
        if name != entity["id"]:
            changed = {**scope, "entity": {**entity, "id": name}}
            yield f"{root} {entity['id']} → {name}", {**policy, root: changed}


def _other_actions(policy: Mapping[str, Any], actions: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    if len(actions) == 1:
        return
    scope = policy["action"]
    if scope["op"] != "All":
        yield "any action", {**policy, "action": {"op": "All"}}
    named = [each["id"] for each in scope.get("entities", [scope["entity"]] if "entity" in scope else [])]
    for name in named:
        yield f"without {name}", {**policy, "action": _actions([each for each in named if each != name])}
    for name in actions:
        if named and name not in named:
            yield f"with {name}", {**policy, "action": _actions([*named, name])}


def _actions(names: list[str]) -> dict[str, Any]:
    return {"op": "in", "entities": [{"type": "Action", "id": name} for name in names]}


def _bodies(body: Any) -> Iterator[tuple[str, Any]]:
    """Yield a condition with one of its parts changed, wherever that stands."""
    for path, part in _parts(body, ()):
        for did, other in _others(part):
            yield f"{_brief(part)}: {did}", _with(body, path, other)


def _parts(term: Any, at: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(term, dict):
        if len(term) == 1 and at[-1:] != ("Value",):
            yield at, term
        for key, each in term.items():
            yield from _parts(each, (*at, key))
    elif isinstance(term, list):
        for place, each in enumerate(term):
            yield from _parts(each, (*at, place))


def _others(term: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    operator, given = _only(term)
    swaps = {**SWAPS, **SWAPS_OF_SETS}.get(operator, ())
    yield from ((f"made {other}", {other: given}) for other in swaps)
    if operator in JOINTS:
        yield f"made {JOINTS[operator]}", {JOINTS[operator]: given}
        yield "left alone", given["left"]
        yield "right alone", given["right"]
    if operator == "!":
        yield "not negated", given["arg"]
    if operator in ("==", "!=", "<", "<=", ">", ">=", "contains", "containsAll", "isEmpty", "&&", "||"):
        yield "negated", {"!": {"arg": term}}
        yield "true", {"Value": True}
        yield "false", {"Value": False}
    if operator == "Value" and isinstance(given, str):
        yield "another text", {"Value": OTHER}
    if operator == "Value" and isinstance(given, int) and not isinstance(given, bool):
        yield "one less", {"Value": given - 1}
        yield "one more", {"Value": given + 1}
    if operator == "Set":
        listed = cast("list[Any]", given)
        yield from ((f"without {_brief(each)}", {"Set": [one for one in listed if one != each]}) for each in listed)


def _only(term: Mapping[str, Any]) -> tuple[str, Any]:
    [pair] = term.items()
    return pair


def _with(term: Any, path: tuple[Any, ...], other: Any) -> Any:
    if not path:
        return copy.deepcopy(other)
    if isinstance(term, list):
        return [_with(each, path[1:], other) if place == path[0] else each for place, each in enumerate(term)]
    return {key: _with(each, path[1:], other) if key == path[0] else each for key, each in term.items()}


def _brief(term: Any) -> str:
    """Return a term as short text."""
    match term:
        case {"Value": {"__entity": {"type": kind, "id": name}}}:
            return f"{kind}::{name}"
        case {"Value": value}:
            return repr(value)
        case {"Var": name}:
            return name
        case {".": {"left": left, "attr": attr}}:
            return f"{_brief(left)}.{attr}"
        case {"Set": each}:
            return f"[{', '.join(_brief(one) for one in each)}]"
        case _:
            [(operator, given)] = term.items()
            return f"{operator}({', '.join(_brief(each) for each in given.values() if isinstance(each, dict))})"
