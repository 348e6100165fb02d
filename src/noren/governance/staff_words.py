"""What a member of staff may do and may never do, in the words of the policies that decide it."""

from __future__ import annotations

import json
import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, cast

import cedarpy

from noren.governance.policy import policy
from noren.governance.staff import Role
from noren.kernel.say import Say

_ROLE: Final = re.compile(r'"type": "Role", "id": "([a-z-]+)"')

ROLE_NAMES: Final[dict[Role, Say]] = {
    Role.MARKETER: Say("マーケター", "Marketer"),
    Role.ANALYST: Say("アナリスト", "Analyst"),
    Role.PRIVACY_OFFICER: Say("プライバシー責任者", "Privacy officer"),
    Role.VOICE: Say("お客さまの声の担当", "Customer voice"),
    Role.COUNTER: Say("店頭の担当", "Counter"),
    Role.HOST: Say("運用の担当", "Host"),
    Role.AUDITOR: Say("監査人", "Auditor"),
}


@dataclass(frozen=True, slots=True)
class Allowance:
    """What somebody may do, and what she may never do."""

    may: tuple[Say, ...]
    never: tuple[Say, ...]


def allowance(roles: AbstractSet[Role]) -> Allowance:
    """Return the rules about these roles, and those about everybody, in the order of the file."""
    about, rules = _about(), policy("staff").rules
    mine = {role.value for role in roles}
    told = [rule for rule in rules if not about[rule.name] or about[rule.name] & mine]
    return Allowance(
        tuple(rule.says for rule in told if rule.permits), tuple(rule.says for rule in told if not rule.permits)
    )


@cache
def _about() -> dict[str, frozenset[str]]:
    """Of which roles each rule speaks; empty: of everybody."""
    parsed = cast("dict[str, Any]", json.loads(cedarpy.policies_to_json_str(policy("staff").text)))["staticPolicies"]
    return {each["annotations"]["id"]: frozenset(_ROLE.findall(json.dumps(each))) for each in parsed.values()}
