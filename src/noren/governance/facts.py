"""What the policy files are told about a flow: the register's facts, in the schema's words. Pure.

What the register does not know is told as never in force, of no kind and without content, so that it permits nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from noren.governance.flows import Flow
from noren.governance.notices import Notice
from noren.governance.parties import Party
from noren.governance.purposes import Tells
from noren.governance.regimes import RouteRule
from noren.governance.register import Dated, Register
from noren.kernel.clock import microseconds

ALWAYS: Final = -(2**62)
NEVER: Final = 2**62

Facts = Mapping[str, object]
_CLOSED: Final = RouteRule(enabled=False)


def facts_of(register: Register, flow: Flow) -> Facts:
    """Return what the policies are told about a flow: the attributes of the entity ``Flow`` of the schema."""
    rule = register.regime.value.routes.get(flow.route, _CLOSED) if register.regime else _CLOSED
    return {
        **_own_window(register, flow),
        "route": flow.route.value,
        "joins": flow.joins.value,
        "room": flow.room,
        "with_minors": flow.with_minors,
        "evidence": sorted(flow.evidence),
        **_items(register, flow),
        "purpose": _purpose(register, flow.purpose),
        "recipient": _recipient(flow.recipient, register.parties.get(flow.recipient)),
        "rule": {
            **_window(register.regime),
            "enabled": rule.enabled,
            "notice": rule.notice.value if rule.notice else "none",
            "needs": sorted(rule.needs),
            "person_level_match": rule.person_level_match,
        },
        "terms": _window(register.terms),
        "notice": _notice(register.notices.get(flow.notice) if flow.notice else None),
    }


def _own_window(register: Register, flow: Flow) -> dict[str, int]:
    """Return the window of a registered flow; one that has no name is asked for once and needs no registration."""
    if not flow.id:
        return {"from": ALWAYS, "until": NEVER}
    registered = register.flows.get(flow.id)
    return _window(registered if registered and registered.value == flow else None)


def _window(dated: Dated[Any] | None) -> dict[str, int]:
    if dated is None:
        return {"from": NEVER, "until": NEVER}
    return {"from": microseconds(dated.effective_at), "until": _instant(dated.until, NEVER)}


def _instant(at: datetime | None, otherwise: int) -> int:
    return otherwise if at is None else microseconds(at)


def _items(register: Register, flow: Flow) -> dict[str, object]:
    known = [register.items[name] for name in flow.items if name in register.items]
    identity = sorted(item.id for item in known if item.tells is Tells.IDENTITY)
    return {
        "items": sorted(flow.items),
        "items_known": len(known) == len(flow.items),
        "identity_items": identity,
        "identifies": bool(identity),
        "history": any(item.tells is Tells.HISTORY for item in known),
        "person_level": any(item.person_level for item in known),
        "special_care": any(item.special_care for item in known),
    }


def _purpose(register: Register, name: str) -> dict[str, object]:
    dated = register.purposes.get(name)
    contacts = dated.value.contacts if dated else True
    return {**_window(dated), "name": name, "known": dated is not None, "contacts": contacts}


def _recipient(name: str, dated: Dated[Party] | None) -> dict[str, object]:
    party = dated.value if dated else None
    return {
        **_window(dated),
        "name": name,
        "known": party is not None,
        "kind": party.kind.value if party else "unknown",
        "country": party.country if party else "unknown",
        "vetted": party is not None and party.vetted is not None,
        "handles": sorted(party.handles.items) if party and party.handles else [],
        "group_from": _instant(party.group_since, ALWAYS) if party else NEVER,
        "group_until": _instant(party.group_until, NEVER) if party else NEVER,
    }


def _notice(dated: Dated[Notice] | None) -> dict[str, object]:
    if dated is None:
        return {**_window(None), "kind": "none", "complete": False, "items": [], "purposes": [], "scope": []}
    notice = dated.value
    return {
        **_window(dated),
        "kind": notice.kind.value,
        "complete": is_complete(notice),
        "items": _sorted(notice.items),
        "purposes": _sorted(notice.purposes),
        "scope": _sorted(notice.scope),
    }


def is_complete(notice: Notice) -> bool:
    """Return whether a notice has all that a joint use must tell (art. 27(5)(iii)); its kind tells the fact."""
    who = notice.responsible
    named = all(text.strip() for text in (who.name, who.address, who.representative))
    return named and bool(notice.items and notice.scope and notice.purposes)


def _sorted(words: Iterable[str]) -> list[str]:
    return sorted(words)
