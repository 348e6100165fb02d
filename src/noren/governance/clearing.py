"""Clearing a flow: the only place where a ``Cleared`` is made, and where it is looked at again at the last instant.

Whatever moves data out of a zone, or joins two, takes a ``Cleared`` of its purpose and recipient. There is no other
way to get one: its constructor wants what only this module has, and ``tests/walls/test_cleared.py`` looks for
whoever would go around it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import InitVar, dataclass, field
from datetime import datetime
from typing import Final, Generic, TypeVar, cast

import cedarpy

from noren.governance.facts import facts_of
from noren.governance.flows import Flow
from noren.governance.parties import Party
from noren.governance.policy import Rule, Uid, entities_of, policy
from noren.governance.refusing import Refused, refused, unknown_flow
from noren.governance.register import Register
from noren.kernel.clock import microseconds

P = TypeVar("P", bound=str)
R = TypeVar("R", bound=str)
P_co = TypeVar("P_co", bound=str, covariant=True)
R_co = TypeVar("R_co", bound=str, covariant=True)

_MAKER: Final = object()
_FLOW: Final[Uid] = {"type": "Flow", "id": "asked"}


@dataclass(frozen=True, slots=True)
class Versions:
    """On which versions of the register's documents a clearance rests; 0: there is none of it."""

    recipient: int
    purpose: int
    terms: int
    regime: int
    notice: int
    flow: int


@dataclass(frozen=True, slots=True)
class Cleared(Generic[P_co, R_co]):
    """That a flow may run at ``at``, for the purpose ``P`` and the recipient ``R``. Made by ``clear`` alone.

    It tells what a record of provision needs (art. 29): ``recipient`` by name, address and representative.
    ``needs_consent``: only members who consented take part. ``essential``: the purpose is the programme's own running.
    """

    flow: Flow
    recipient: Party
    versions: Versions
    at: datetime
    needs_consent: bool
    keeps_record: bool
    essential: bool
    contacts: bool
    maker: InitVar[object]

    def __post_init__(self, maker: object) -> None:
        assert maker is _MAKER, "a clearance is made by governance.clear, and nowhere else"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A flow and the register's facts about it, ready to be asked at any instant that the register still speaks for."""

    register: Register = field(repr=False)
    flow: Flow
    principal: Uid = field(repr=False)
    entities: cedarpy.Entities = field(repr=False)


def prepare(register: Register, flow: Flow) -> Prepared:
    """Return a flow with its facts parsed, once for a register: asking then takes a third of the time."""
    known, entities = register.parsed.get(flow.id, (None, None))
    if known != flow:
        entity: Mapping[str, object] = {"uid": _FLOW, "attrs": facts_of(register, flow), "parents": ()}
        entities = entities_of([entity])
        register.parsed[flow.id] = flow, entities
    return Prepared(register, flow, {"type": "Recipient", "id": flow.recipient}, cast("cedarpy.Entities", entities))


def clear(register: Register, asked: Flow, *, at: datetime) -> Cleared[str, str] | Refused:
    """Return the clearance of a flow at an instant, or why it is refused. Raises PolicyBroken."""
    return clear_prepared(prepare(register, asked), at=at)


def clear_flow(register: Register, name: str, *, at: datetime) -> Cleared[str, str] | Refused:
    """Return the clearance of a flow of the register, by its id."""
    registered = register.flows.get(name)
    return unknown_flow(name) if registered is None else clear(register, registered.value, at=at)


def clear_prepared(prepared: Prepared, *, at: datetime) -> Cleared[str, str] | Refused:
    """Return the clearance of a prepared flow at an instant, or why it is refused. Raises PolicyBroken."""
    forbidding = policy("flows").refusing(
        prepared.principal, "flow", _FLOW, {"at": microseconds(at)}, prepared.entities
    )
    if forbidding is not None:
        return refused(forbidding, prepared.register, prepared.flow)
    return _cleared(prepared.register, prepared.flow, at)


def still(cleared: Cleared[P, R], register: Register, *, at: datetime) -> Cleared[P, R] | Refused:
    """Ask again at the last instant, of a register read anew: whatever changed meanwhile counts."""
    assert at >= cleared.at, "time does not go back"
    return cast("Cleared[P, R] | Refused", clear(register, cleared.flow, at=at))


def bound_to(cleared: Cleared[str, str], *, purpose: P, recipient: R) -> Cleared[P, R]:
    """Return a clearance as one of this purpose and recipient, which whoever runs the flow asks for by its types."""
    assert cleared.flow.purpose == purpose, "it was cleared for another purpose"
    assert cleared.flow.recipient == recipient, "it was cleared for another recipient"
    return cast("Cleared[P, R]", cleared)


def _cleared(register: Register, flow: Flow, at: datetime) -> Cleared[str, str]:
    recipient, purpose = register.parties[flow.recipient], register.purposes[flow.purpose]
    assert register.terms is not None, "the policies let nothing pass without terms"
    assert register.regime is not None, "the policies let nothing pass without a regime"
    rule = register.regime.value.routes[flow.route]
    notice = register.notices.get(flow.notice) if flow.notice else None
    registered = register.flows.get(flow.id)
    versions = Versions(
        recipient.version,
        purpose.version,
        register.terms.version,
        register.regime.version,
        notice.version if notice else 0,
        registered.version if registered else 0,
    )
    return Cleared(
        flow,
        recipient.value,
        versions,
        at,
        rule.consent,
        rule.record,
        purpose.value.essential,
        purpose.value.contacts,
        maker=_MAKER,
    )


def rules() -> tuple[Rule, ...]:
    """Return all rules for flows, in the order in which a refusal names them."""
    return policy("flows").rules
