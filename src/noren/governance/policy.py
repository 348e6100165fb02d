"""The policy files: read once, asked often. What is not permitted is refused; one ``forbid`` is enough.

The files in ``policies/`` are Cedar, written to be read by a lawyer; each rule carries its name, its article, and
what it says in Japanese and English. They alone decide; nothing here loosens them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, cast

import cedarpy
import msgspec

from noren.kernel.say import Say

FOLDER: Final = Path(__file__).parent / "policies"
FILES: Final = ("flows", "members", "staff")
SCHEMA_FILE: Final = FOLDER / "noren.cedarschema.json"

_CEDAR: Final = cast("Any", cedarpy)
"""Its stubs know no key and value types."""

_JSON: Final = msgspec.json.Encoder()

Uid = Mapping[Literal["type", "id"], str]


class PolicyBroken(Exception):
    """A policy could not be evaluated on what it was asked: nothing may be concluded, so nothing is permitted."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One policy as it is read: its name, whether it permits, its article, what it says and how to mend a refusal."""

    name: str
    permits: bool
    law: str
    says: Say
    fix: Say


class Policy:
    """One file of policies, parsed."""

    def __init__(self, text: str) -> None:
        self.text: Final = text
        self._handle = cedarpy.PolicySet.from_str(text)
        self.rules: Final = rules_of(text)
        self._place = {rule.name: place for place, rule in enumerate(self.rules)}

    def refusing(
        self, principal: Uid, action: str, resource: Uid, context: Mapping[str, object], entities: cedarpy.Entities
    ) -> Sequence[Rule] | None:
        """Return None where this is permitted, else the rules that forbid it in the file's order; none: no permit.

        Raises PolicyBroken.
        """
        request = {
            "principal": principal,
            "action": {"type": "Action", "id": action},
            "resource": resource,
            "context": _JSON.encode(context).decode(),
        }
        answer = _CEDAR.is_authorized(request, self._handle, entities)
        said = answer.diagnostics
        if said.errors:  # Cedar passes over a policy that fails: a forbid that fails would forbid nothing
            raise PolicyBroken(str(said.errors[0]))
        if answer.allowed:
            return None
        names = cast("dict[str, str]", said.id_annotations_by_reason)
        return [self.rules[place] for place in sorted(self._place[name] for name in names.values())]


def rules_of(text: str) -> tuple[Rule, ...]:
    """Return the rules of a policy file, in its order."""
    parsed = cast("dict[str, Any]", json.loads(cedarpy.policies_to_json_str(text)))["staticPolicies"]
    in_order = sorted(parsed.items(), key=lambda each: int(each[0].removeprefix("policy")))
    return tuple(_rule(policy["annotations"], permits=policy["effect"] == "permit") for _, policy in in_order)


def _rule(notes: Mapping[str, str], *, permits: bool) -> Rule:
    says, fix = Say(notes["says_ja"], notes["says_en"]), Say(notes["fix_ja"], notes["fix_en"])
    return Rule(notes["id"], permits, notes["law"], says, fix)


@cache
def policy(name: Literal["flows", "members", "staff"]) -> Policy:
    """Return a policy file, parsed once in a process."""
    return Policy((FOLDER / f"{name}.cedar").read_text("utf-8"))


def entities_of(entities: Sequence[Mapping[str, object]]) -> cedarpy.Entities:
    """Return entities, parsed."""
    return cast("cedarpy.Entities", _CEDAR.Entities.from_json_str(_JSON.encode(entities).decode()))
