"""Documents read at the desk's door, and what its audit says."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from litestar import get, post
from litestar.status_codes import HTTP_200_OK

from noren.governance.documents import encode_body
from noren.governance.register import Document
from noren.house.desk import DeskRoom


class DocumentAnswer(msgspec.Struct, frozen=True):
    """One version of a document; ``body`` None: it removes."""

    kind: str
    id: str
    version: int
    announced_at: datetime
    effective_at: datetime
    body: Any


class RegisterAnswer(msgspec.Struct, frozen=True):
    """Every version of every document, and the desk's instant."""

    now: datetime
    documents: list[DocumentAnswer]


class AuditAnswer(msgspec.Struct, frozen=True):
    """An audit's result."""

    ok: bool
    findings: list[dict[str, str]]


def document_handlers(room: DeskRoom) -> list[Any]:
    """Return the handlers of ``/register`` and ``/check``."""

    @get("/register", sync_to_thread=True)
    def register() -> RegisterAnswer:
        return RegisterAnswer(room.now(), [shown(each) for each in room.documents.documents()])

    @post("/check", status_code=HTTP_200_OK, sync_to_thread=True)
    def check() -> AuditAnswer:
        room.documents.documents()
        return AuditAnswer(ok=True, findings=[])

    return [register, check]


def shown(document: Document) -> DocumentAnswer:
    """Return a document as it goes out."""
    return DocumentAnswer(
        document.kind.value,
        document.id,
        document.version,
        document.announced_at,
        document.effective_at,
        None if document.body is None else msgspec.Raw(encode_body(document.body)),
    )
