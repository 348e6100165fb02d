"""Flows cleared at the desk's door: whether one may run, by which versions, or which rule stops it.

What goes out is an answer for people, not the clearance itself: whoever runs a flow asks in its own process, at the
last instant.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from litestar import post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from noren.doors.desk.bodies import Both, Id, Instant
from noren.governance.clearing import Cleared, clear_flow
from noren.governance.ports import Entry, EntryKind
from noren.governance.refusing import Refused
from noren.house.desk import DeskRoom
from noren.kernel.say import Say


class ClearBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which flow; ``at``: another instant than now, to see what would be."""

    flow: Id
    at: Instant | None = None


class RefusalAnswer(msgspec.Struct, frozen=True):
    """The rule that stops a flow, what of the flow offends it, how to mend it, and the other rules that stop it."""

    rule: str
    says: Both
    what: Both
    fix: Both
    also: tuple[str, ...]


class ClearanceAnswer(msgspec.Struct, frozen=True):
    """What a clearance rests on, as the log and the provision record tell it."""

    purpose: str
    recipient: str
    items: list[str]
    route: str
    notice: str | None
    versions: Mapping[str, int]
    needs_consent: bool
    keeps_record: bool


class ClearAnswer(msgspec.Struct, frozen=True):
    """Whether a flow may run at an instant."""

    flow: str
    at: datetime
    cleared: ClearanceAnswer | None
    refused: RefusalAnswer | None


def clearing_handlers(room: DeskRoom) -> list[Any]:
    """Return the handler of ``/clear``."""

    @post("/clear", status_code=HTTP_200_OK, sync_to_thread=True)
    def clear(data: JSONBody[ClearBody]) -> ClearAnswer:
        now = room.now()
        at = data.at or now
        found = clear_flow(room.documents.register(at), data.flow, at=at)
        if data.at is None:
            room.journal.append([_entry(data.flow, found, now)])
        if isinstance(found, Refused):
            return ClearAnswer(data.flow, at, None, _refusal(found))
        return ClearAnswer(data.flow, at, _clearance(found), None)

    return [clear]


def _entry(flow: str, found: Cleared[str, str] | Refused, now: datetime) -> Entry:
    if isinstance(found, Refused):
        return Entry(EntryKind.FLOW_REFUSED, now, {"flow": flow, "rule": found.rule})
    versions = {f"{name}_version": number for name, number in _versions(found).items()}
    return Entry(EntryKind.FLOW_CLEARED, now, {"flow": flow, "recipient": found.flow.recipient, **versions})


def _refusal(found: Refused) -> RefusalAnswer:
    return RefusalAnswer(found.rule, _both(found.says), _both(found.what), _both(found.fix), found.also)


def _clearance(found: Cleared[str, str]) -> ClearanceAnswer:
    flow = found.flow
    return ClearanceAnswer(
        flow.purpose,
        flow.recipient,
        sorted(flow.items),
        flow.route.value,
        flow.notice,
        _versions(found),
        found.needs_consent,
        found.keeps_record,
    )


def _versions(found: Cleared[str, str]) -> dict[str, int]:
    held = found.versions
    return {
        "recipient": held.recipient,
        "purpose": held.purpose,
        "terms": held.terms,
        "regime": held.regime,
        "notice": held.notice,
        "flow": held.flow,
    }


def _both(say: Say) -> Both:
    return Both(say.ja, say.en)
