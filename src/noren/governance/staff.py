"""What a member of staff may do to which holding: roles, actions and holdings, and the question to the policies.

``policies/staff.cedar`` decides. Who somebody is, and how she signed in, is not known here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cache
from typing import Final

import cedarpy

from noren.governance.policy import Rule, entities_of, policy


class Role(StrEnum):
    """What somebody is employed to do."""

    MARKETER = "marketer"
    ANALYST = "analyst"
    PRIVACY_OFFICER = "privacy-officer"
    VOICE = "voice"
    COUNTER = "counter"
    HOST = "host"
    AUDITOR = "auditor"


class Action(StrEnum):
    """What staff do."""

    DRAFT = "draft"
    COUNT = "count"
    RUN = "run"
    APPROVE = "approve"
    PUBLISH = "publish"
    AUDIT = "audit"
    LOOK = "look"
    OPERATE = "operate"
    BREAK_GLASS = "break-glass"


HOLDINGS: Final[Mapping[str, str]] = {
    "member-record": "identity",
    "contacts": "identity",
    "counter-view": "identity",
    "member-keys": "identity",
    "purchases": "ledger",
    "lake": "ledger",
    "audiences": "ledger",
    "rooms": "ledger",
    "definitions": "house",
    "figures": "house",
    "results": "house",
    "register": "house",
    "copies": "house",
    "voices": "house",
    "cases": "house",
    "accounts": "house",
    "slips": "house",
    "log": "house",
}
"""Each holding and its side."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What else counts. ``own``: she made what she approves. ``approvals``: of others than her."""

    own: bool = False
    approvals: int = 0
    card_shown: bool = False
    overdue: bool = False
    request_open: bool = False
    loud: bool = False


def refusing(
    roles: AbstractSet[Role], action: Action, holding: str, circumstances: Circumstances
) -> Sequence[Rule] | None:
    """Return None where somebody with these roles may do this, else the rules that forbid it; none: no role may."""
    assert holding in HOLDINGS, "a holding of the table"
    return policy("staff").refusing(
        {"type": "Staff", "id": "asking"},
        action.value,
        {"type": "Holding", "id": holding},
        asdict(circumstances),
        _entities(frozenset(roles)),
    )


@cache  # at most 2 ** len(Role) of them
def _entities(roles: frozenset[Role]) -> cedarpy.Entities:
    staff = _entity("Staff", "asking", [("Role", role.value) for role in sorted(roles)])
    return entities_of([staff, *(_entity("Holding", name, [("Side", side)]) for name, side in HOLDINGS.items())])


def _entity(kind: str, name: str, parents: Sequence[tuple[str, str]]) -> Mapping[str, object]:
    above = [{"type": of, "id": each} for of, each in parents]
    return {"uid": {"type": kind, "id": name}, "attrs": {}, "parents": above}
