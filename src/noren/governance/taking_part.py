"""Which members take part in a cleared flow. Pure: the same truth as ``policies/members.cedar``, for millions at once.

``tests/property/test_policies_agree.py`` holds both against each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from noren.governance.clearing import Cleared
from noren.governance.routes import Route
from noren.governance.stopping import Rule, Use, stopped_by

M = TypeVar("M")


@dataclass(frozen=True, slots=True)
class Member:
    """What decides of one member: the stops in force, the texts she agreed to and did not take back, her youth.

    ``consents``: (notice, recipient) of each consent that stands.
    """

    stops: tuple[Rule, ...] = ()
    consents: frozenset[tuple[str, str]] = frozenset()
    minor: bool = False


def use_of(cleared: Cleared[str, str]) -> Use:
    """Return the use that a cleared flow is, as a member can stop it."""
    return Use(cleared.flow.purpose, cleared.flow.recipient, cleared.flow.channel or "")


def takes_part(cleared: Cleared[str, str], member: Member) -> bool:
    """Return whether a member takes part: she did not stop it, she agreed where that is needed, and is old enough."""
    return not (
        (stopped_by(member.stops, use_of(cleared)) is not None and not _goes_on(cleared))
        or (cleared.needs_consent and not consented(cleared, member))
        or (member.minor and cleared.contacts and not cleared.flow.with_minors)
    )


def members_allowed(cleared: Cleared[str, str], members: Iterable[tuple[M, Member]]) -> list[M]:
    """Return who of these takes part."""
    return [who for who, member in members if takes_part(cleared, member)]


def consented(cleared: Cleared[str, str], member: Member) -> bool:
    """Return whether she agreed to the text under which the flow runs, for its recipient."""
    return (cleared.flow.notice or "", cleared.flow.recipient) in member.consents


def _goes_on(cleared: Cleared[str, str]) -> bool:
    """Return whether a flow goes on in spite of a stop: a law demands it, or the programme can not run without it."""
    route = cleared.flow.route
    return route is Route.LAW or (route is Route.OWN_USE and cleared.essential)
