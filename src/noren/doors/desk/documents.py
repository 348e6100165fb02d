"""Documents announced and read at the desk's door."""

from __future__ import annotations

import threading
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
from noren.governance.announced.entries import entries_of
from noren.governance.announced.refusals import NotAnnounced, Rule
from noren.governance.announced.store import text_sha256
from noren.governance.documents import NotADocument, decode_body
from noren.house.desk import DeskRoom
from noren.kernel.say import Say


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
    before = room.documents.documents()
    found = plan(before, [_wanted(paper) for paper in data.papers], now=now, texts=kept)
    good = [each for each in found if isinstance(each, Planned)]
    bad = [each for each in found if isinstance(each, NotAnnounced)]
    same = [each.id for each in bad if each.rule is Rule.NOTHING_CHANGES] if good else []
    bad = [each for each in bad if each.id not in same]
    announced = not bad and not data.dry
    if announced:
        room.documents.add([each.document for each in good], texts)
        seen = [*before, *(each.document for each in good)]
        room.journal.append([e for each in good for e in entries_of(each.document, seen, change=each.change.value)])
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
