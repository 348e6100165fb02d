"""z3 proves over the policy files: what must never be is never allowed, for all requests; and each break is found.

`pytest tests/proofs -rP` prints a counterexample for each mutant that allows too much.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import cedarpy
import pytest
import z3
from tests.proofs.cedar_shape import ALL_STAFF, SHAPES, NotCovered, text_of
from tests.proofs.cedar_z3 import World, allowed, holding, parsed
from tests.proofs.invariants import ACTIONS_BY_ROLE, NEVER, ROLES, Never
from tests.proofs.mutating import Mutant, mutants
from tests.proofs.proving import Judge, cedar_says, counterexample, found, told

from noren.governance.policy import FILES, SCHEMA_FILE, rules_of
from noren.governance.routes import Route
from noren.governance.staff import HOLDINGS, Action, Role

PROOFS = [(name, never) for name in FILES for never in NEVER[name]]
RULES = [(name, rule.name) for name in FILES for rule in rules_of(text_of(name))]
CHIEF = {"notice-window", "no-notice", "entrustment-join", "removed-company", "stopped-all", "analyst"}


@cache
def judge(name: str) -> Judge:
    return Judge(name, parsed(text_of(name)), NEVER[name])


def as_cedar(policies: Any) -> str:
    """Return policies as Cedar's own text."""
    return cedarpy.policies_from_json_str(
        json.dumps({"staticPolicies": dict(policies), "templates": {}, "templateLinks": []})
    )


@pytest.mark.parametrize(("name", "never"), PROOFS, ids=[f"{name}-{never.name}" for name, never in PROOFS])
def test_what_must_never_be_is_never_allowed(name: str, never: Never) -> None:
    world = World(SHAPES[name])
    request = counterexample(world, parsed(text_of(name)), never)
    assert request is None, told(request, never, world)


def test_the_proofs_that_were_asked_for_are_there() -> None:
    assert {never.name for _, never in PROOFS if never.chief} >= CHIEF


@pytest.mark.parametrize("name", FILES)
def test_every_permit_permits_something_so_that_the_proofs_are_not_empty(name: str) -> None:
    for policy in parsed(text_of(name)).values():
        if policy["effect"] == "permit":
            world = World(SHAPES[name])
            request = found(world, allowed(world, parsed(text_of(name))), holding(world, policy))
            assert request is not None, policy["annotations"]["id"]
            assert cedar_says(text_of(name), request)


@pytest.mark.parametrize("route", Route)
def test_every_route_can_be_allowed(route: Route) -> None:
    world = World(SHAPES["flows"])
    wanted = world.at("resource.route") == world.word(route.value)
    request = found(world, allowed(world, parsed(text_of("flows"))), wanted)
    assert request is not None
    assert cedar_says(text_of("flows"), request)


@pytest.mark.parametrize(("name", "rule"), RULES, ids=[f"{name}-{rule}" for name, rule in RULES])
def test_whatever_loosens_a_rule_breaks_something_that_must_never_be(name: str, rule: str) -> None:
    loosened = 0
    for mutant in of_rule(name, rule):
        breach = judge(name).breach(mutant.policies)
        if breach is None:
            looser = judge(name).looser(mutant.policies)
            assert looser is None, f"{mutant.did}: allows {looser} and no proof minds"
            continue
        request, broken = breach
        loosened += 1
        print(f"{mutant.did}\n{judge(name).told(request, broken[0])}")
        assert cedar_says(as_cedar(mutant.policies), request), f"{mutant.did}: Cedar does not allow {request}"
        assert not cedar_says(text_of(name), request)
    assert loosened or rule == "member-included", "no way to break this rule was found: is it one?"


def of_rule(name: str, rule: str) -> list[Mutant]:
    return [each for each in mutants(judge(name).policies, SHAPES[name].actions) if each.did.startswith(f"{rule}: ")]


def test_a_dropped_rule_is_told_so_that_a_person_can_read_it() -> None:
    [dropped] = [each for each in of_rule("flows", "entrustment-no-person-join") if each.did.endswith(": dropped")]
    breach = judge("flows").breach(dropped.policies)
    assert breach is not None
    request, broken = breach
    text = judge("flows").told(request, next(never for never in broken if never.name == "entrustment-join"))
    assert text.startswith("NOT SO: no persons are matched under entrustment, whatever a regime says\n")
    assert "resource.route = 'entrustment'" in text
    assert "resource.joins = 'person'" in text


def test_two_roles_do_not_help_an_analyst_and_would_without_the_rule() -> None:
    policies = parsed(text_of("staff"))
    without = {key: each for key, each in policies.items() if each["annotations"]["id"] != "analyst-never-identity"}
    [never] = [each for each in NEVER["staff"] if each.name == "analyst"]
    world = World(SHAPES["staff"])
    request = counterexample(world, without, never)
    assert request is not None
    roles = {uid[1] for root, uid in request.within if root == "principal"}
    assert "analyst" in roles
    assert len(roles) > 1, "by the role of analyst alone nothing is permitted there"
    assert counterexample(world, policies, never) is None


def test_a_proof_that_is_missing_lets_a_loosened_rule_through() -> None:
    """Control: without the proof about removed companies nobody would mind that their rule is gone."""
    nevers = [never for never in NEVER["flows"] if never.name != "removed-company"]
    blind = Judge("flows", parsed(text_of("flows")), nevers)
    [dropped] = [each for each in of_rule("flows", "recipient-removed") if each.did.endswith(": dropped")]
    assert blind.breach(dropped.policies) is None
    assert blind.looser(dropped.policies) is not None


@pytest.mark.parametrize(
    "odd",
    [
        'permit (principal, action, resource) when { resource.route like "j*" };',
        "permit (principal, action, resource) when { context has at };",
        "permit (principal, action, resource) when { context.at + 1 < 3 };",
        "permit (principal is Recipient, action, resource);",
        "permit (principal == ?principal, action, resource);",
        'permit (principal, action, resource) when { resource == principal };',
        'permit (principal, action, resource) when { ["a"].containsAll(resource.items) };',
        'permit (principal, action, resource) when { resource.purpose == resource.notice };',
        'permit (principal in Recipient::"x", action, resource);',
    ],
)  # fmt: skip
def test_what_the_translation_does_not_cover_it_refuses(odd: str) -> None:
    with pytest.raises((NotCovered, KeyError)):
        allowed(World(SHAPES["flows"]), parsed(odd))


@pytest.mark.parametrize("name", FILES)
def test_the_files_are_valid_by_the_schema_and_say_what_they_mean(name: str) -> None:
    judged = cedarpy.validate_policies(text_of(name), SCHEMA_FILE.read_text("utf-8"))
    assert judged.validation_passed, [str(error) for error in judged.errors]
    rules = rules_of(text_of(name))
    assert len({rule.name for rule in rules}) == len(rules)
    assert all(rule.law and rule.says.ja and rule.says.en for rule in rules)
    assert all(rule.fix.ja and rule.fix.en for rule in rules if not rule.permits)


def test_the_tables_of_roles_actions_and_holdings_are_the_same() -> None:
    assert set(ROLES) == set(Role) == set(ACTIONS_BY_ROLE)
    assert set(ALL_STAFF) == set(Action)
    assert set(HOLDINGS.values()) == {"identity", "ledger", "house"}
    assert z3.get_version() >= (4, 12)
