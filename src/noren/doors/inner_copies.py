"""Copies by the inner door of the zone that made them: the census, and ending one before its time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import structlog
from litestar import Response, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_409_CONFLICT

from noren.governance.leases.copies import Copies
from noren.governance.leases.errors import CopyEnded
from noren.governance.leases.model import CopyLease

_log = structlog.get_logger("copies")


class CopyBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which copy."""

    copy: str


class CopyAnswer(msgspec.Struct, frozen=True):
    """A copy as the census has it."""

    copy: str
    kind: str
    owner: str
    purpose: str
    items: list[str]
    recipient: str
    made_at: datetime
    expires_at: datetime
    state: str
    rows: int | None
    size: int | None
    digest: str
    proof: str
    ended_at: datetime | None
    attested_by: str
    overdue: bool


class CensusAnswer(msgspec.Struct, frozen=True):
    """All copies of a zone, the oldest first."""

    copies: list[CopyAnswer]


def copy_handlers(copies: Copies) -> list[Any]:
    """Return the handlers of ``/copies``."""

    @post("/copies/list", status_code=HTTP_200_OK, sync_to_thread=True)
    def census() -> CensusAnswer:
        now = copies.clock.now()
        return CensusAnswer([_answer(lease, now) for lease in copies.census()])

    @post("/copies/destroy", status_code=HTTP_200_OK, sync_to_thread=True)
    def destroy(data: JSONBody[CopyBody]) -> Response[Any]:
        try:
            return Response(_answer(copies.destroy(data.copy), copies.clock.now()))
        except CopyEnded:
            return Response({"problem": "no-such-copy"}, status_code=HTTP_409_CONFLICT)

    return [census, destroy]


def end_copies(copies: Copies) -> None:
    """Destroy what is past its end; say what only its recipient can end. What fails is tried at the next look."""
    try:
        swept = copies.sweep()
    except Exception as wrong:  # whatever it is, the next look must come
        _log.error("copies_not_ended", kind=type(wrong).__name__)
        return
    if swept.destroyed or swept.overdue:
        _log.info("copies_swept", destroyed=len(swept.destroyed), overdue=len(swept.overdue))


def _answer(lease: CopyLease, now: datetime) -> CopyAnswer:
    wanted = lease.wanted
    return CopyAnswer(
        copy=lease.copy,
        kind=wanted.kind.value,
        owner=wanted.owner,
        purpose=wanted.purpose,
        items=list(wanted.items),
        recipient=wanted.recipient,
        made_at=lease.made_at,
        expires_at=wanted.expires_at,
        state=lease.state.value,
        rows=lease.rows,
        size=lease.size,
        digest=lease.digest,
        proof=lease.proof.value,
        ended_at=lease.ended_at,
        attested_by=lease.attested_by,
        overdue=lease.is_overdue(now),
    )
