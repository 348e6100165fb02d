"""The formulas mean what Cedar means: on random requests each policy holds for z3 where it holds for Cedar itself."""

from __future__ import annotations

import json
import os
from functools import cache
from typing import Any

import cedarpy
import pytest
import z3
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.proofs.asking import requests, words_of
from tests.proofs.cedar_shape import SHAPES, text_of
from tests.proofs.cedar_z3 import World, holding, parsed
from tests.proofs.mutating import mutants
from tests.proofs.proving import Request, as_values, cedar_reasons, solver_for

from noren.governance.policy import FILES

EXAMPLES = 2_000 if os.environ.get("NOREN_NIGHT") else 60
SETTINGS = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    print_blob=True,
)
WORDS = {name: words_of(SHAPES[name], text_of(name)) for name in FILES}
ASKED = {name: requests(SHAPES[name], WORDS[name]) for name in FILES}


@cache
def as_permits(name: str) -> cedarpy.PolicySet:
    """Return a file's policies, each as a permit, so that Cedar's reasons are all the policies that hold."""
    return permits(parsed(text_of(name)))


def permits(policies: dict[str, Any]) -> cedarpy.PolicySet:
    turned = {key: {**policy, "effect": "permit"} for key, policy in policies.items()}
    return cedarpy.PolicySet.from_json_str(json.dumps({"staticPolicies": turned, "templates": {}, "templateLinks": []}))


@cache
def formulas(name: str) -> tuple[World, dict[str, Any]]:
    world = World(SHAPES[name])
    for word in WORDS[name]:
        world.word(word)
    return world, {key: holding(world, policy) for key, policy in parsed(text_of(name)).items()}


def z3_reasons(world: World, of: dict[str, Any], request: Request) -> set[str]:
    """Return the policies that hold for z3."""
    values = as_values(world, request)
    here = solver_for(world)
    out: set[str] = set()
    for key, formula in of.items():
        said = z3.simplify(z3.substitute(formula, *values))
        if z3.is_true(said) or (not z3.is_false(said) and here.check(said) == z3.sat):
            out.add(key)
    return out


@pytest.mark.parametrize("name", FILES)
@SETTINGS
@given(data=st.data())
def test_each_policy_holds_where_cedar_says_that_it_holds(name: str, data: st.DataObject) -> None:
    request = data.draw(ASKED[name])
    world, of = formulas(name)
    assert z3_reasons(world, of, request) == cedar_reasons(as_permits(name), request)


@pytest.mark.parametrize("name", FILES)
@SETTINGS
@given(data=st.data())
def test_and_so_does_each_mutant(name: str, data: st.DataObject) -> None:
    mutant = data.draw(st.sampled_from(broken(name)))
    request = data.draw(ASKED[name])
    world = World(SHAPES[name])
    of = {key: holding(world, policy) for key, policy in mutant.items()}
    assert z3_reasons(world, of, request) == cedar_reasons(permits(mutant), request)


@cache
def broken(name: str) -> list[dict[str, Any]]:
    """Return the policies that mutants change, each alone."""
    base = parsed(text_of(name))
    made = (mutant.policies for mutant in mutants(base, SHAPES[name].actions))
    return [changed for each in made if (changed := {k: p for k, p in each.items() if p is not base[k]})]


def test_a_formula_that_means_something_else_would_be_seen() -> None:
    """Control: with ``<`` for ``<=`` the two disagree at the boundary."""
    exact = "forbid (principal, action, resource) when { resource.recipient.until <= context.at };"
    other = exact.replace("<=", "<")
    world = World(SHAPES["flows"])
    values = {path: _plain(kind) for path, kind in SHAPES["flows"].types.items()}
    request = Request(("Recipient", "C05"), "flow", ("Flow", "f1"), values)
    meant = z3_reasons(world, {key: holding(world, policy) for key, policy in parsed(other).items()}, request)
    assert meant != cedar_reasons(permits(parsed(exact)), request)


def _plain(kind: str) -> Any:
    return {"Long": 1, "Boolean": True, "String": "a", "Set": []}[kind]
