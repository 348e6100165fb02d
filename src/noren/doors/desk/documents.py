"""Documents announced and read at the desk's door."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
from litestar import get, post
from litestar.exceptions import ClientException
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_409_CONFLICT, HTTP_422_UNPROCESSABLE_ENTITY

from noren.doors.desk.bodies import (
    AnnounceAnswer,
    AnnounceBody,
    AuditAnswer,
    PaperBody,
    RegisterAnswer,
    SizeAnswer,
    TextBody,
    planned,
    refused,
    shown,
)
from noren.governance.announced.announcing import Planned, Wanted, plan
from noren.governance.announced.refusals import NotAnnounced, Rule
from noren.governance.announced.store import text_sha256
from noren.governance.documents import NotADocument, decode_body, encode_body
from noren.governance.parties import Party
from noren.governance.ports import Entry, EntryKind
from noren.governance.register import Document, DocumentKind
from noren.house.desk import DeskRoom
from noren.kernel.say import Say

_KINDS = {
    DocumentKind.NOTICE: EntryKind.NOTICE_ANNOUNCED,
    DocumentKind.TERMS: EntryKind.TERMS_ANNOUNCED,
    DocumentKind.REGIME: EntryKind.REGIME_CHANGED,
}


def document_handlers(room: DeskRoom) -> list[Any]:
    """Return the handlers of ``/register``, ``/announce`` and ``/check``."""
    turn = threading.Lock()  # one announcement at a time: each is judged by what the one before it left

    @get("/register", sync_to_thread=True)
    def register() -> RegisterAnswer:
        texts = {name: TextBody(text.ja, text.en) for name, text in room.documents.texts().items()}
        return RegisterAnswer(room.now(), [shown(each) for each in room.documents.documents()], texts)

    @get("/register/size", sync_to_thread=True)
    def size() -> SizeAnswer:
        return SizeAnswer(room.documents.size())

    @post("/announce", status_code=HTTP_200_OK, sync_to_thread=True)
    def announce(data: JSONBody[AnnounceBody]) -> AnnounceAnswer:
        with turn:
            return _announce(room, data)

    @post("/check", status_code=HTTP_200_OK, sync_to_thread=True)
    def check() -> AuditAnswer:
        room.documents.documents()
        return AuditAnswer(ok=True, findings=[])

    return [register, size, announce, check]


def _announce(room: DeskRoom, data: AnnounceBody) -> AnnounceAnswer:
    now = _instant(room, data.now)
    texts = [Say(paper.text.ja, paper.text.en) for paper in data.papers if paper.text is not None]
    kept = frozenset(room.documents.texts()) | {text_sha256(text) for text in texts}
    found = plan(room.documents.documents(), [_wanted(paper) for paper in data.papers], now=now, texts=kept)
    good = [each for each in found if isinstance(each, Planned)]
    bad = [each for each in found if isinstance(each, NotAnnounced)]
    same = [each.id for each in bad if each.rule is Rule.NOTHING_CHANGES] if good else []
    bad = [each for each in bad if each.id not in same]
    announced = not bad and not data.dry
    if announced:
        room.documents.add([each.document for each in good], texts)
        room.journal.append(list(entries_of(good)))
    return AnnounceAnswer(announced, [planned(each) for each in good], [refused(each) for each in bad], same)


def _instant(room: DeskRoom, given: datetime | None) -> datetime:
    if given is None:
        return room.now()
    if not room.home.sandbox:
        raise ClientException("only a sandbox may be told another instant", status_code=HTTP_409_CONFLICT)
    return given


def _wanted(paper: PaperBody) -> Wanted:
    about = paper.effective_at, paper.new_consent, paper.renamed
    if paper.body is None:
        return Wanted(paper.kind, paper.id, None, *about)
    try:
        body = decode_body(paper.kind, msgspec.json.encode(paper.body))
    except NotADocument as wrong:
        raise ClientException(f"{paper.id}: {wrong}", status_code=HTTP_422_UNPROCESSABLE_ENTITY) from None
    if body.id != paper.id:
        raise ClientException(f"{paper.id}: another id", status_code=HTTP_422_UNPROCESSABLE_ENTITY)
    return Wanted(paper.kind, paper.id, body, *about)


def entries_of(announced: Sequence[Planned]) -> Iterator[Entry]:
    """Yield what the log tells of documents announced: which version, from which day, of which hash."""
    for each in announced:
        document = each.document
        kind = _KINDS.get(document.kind, EntryKind.DOCUMENT_ANNOUNCED)
        kind = EntryKind.DOCUMENT_REMOVED if document.body is None else kind
        yield Entry(kind, document.announced_at, {**_facts(document), "change": each.change.value})
        if isinstance(document.body, Party) and document.body.vetted is not None:
            facts = {"id": document.id, "version": document.version, "record": document.body.vetted.record}
            yield Entry(EntryKind.PARTY_VETTED, document.announced_at, facts)


def _facts(document: Document) -> dict[str, str | int]:
    body = b"" if document.body is None else encode_body(document.body)
    return {
        "kind": document.kind.value,
        "id": document.id,
        "version": document.version,
        "effective": document.effective_at.isoformat(),
        "sha256": hashlib.sha256(body).hexdigest(),
    }
