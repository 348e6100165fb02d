"""Documents announced and read at the desk's door."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from litestar import Response, get, post
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
from noren.doors.desk.staff import Asked, signed_in
from noren.doors.desk.staff_bodies import DocumentTold
from noren.governance.announced.announcing import Planned, Wanted, plan
from noren.governance.announced.changes import WAITS
from noren.governance.announced.entries import entries_of
from noren.governance.announced.refusals import NotAnnounced, Rule
from noren.governance.announced.saying import DOCUMENT_SAYS, Field, fields_of
from noren.governance.announced.store import text_sha256
from noren.governance.documents import NotADocument, decode_body
from noren.governance.parties import Party
from noren.governance.register import DocumentKind
from noren.governance.staffing.approving import TWO, wait
from noren.governance.staffing.model import Outcome, SignedIn, Waiting
from noren.house.desk import DeskRoom
from noren.kernel.say import Say

_OPENING = frozenset({DocumentKind.FLOW, DocumentKind.REGIME, DocumentKind.PURPOSE})


def document_handlers(room: DeskRoom) -> list[Any]:
    """Return the handlers of ``/register``, ``/announce`` and ``/check``."""

    @get("/register", sync_to_thread=True)
    def register() -> RegisterAnswer:
        texts = {name: TextBody(text.ja, text.en) for name, text in room.documents.texts().items()}
        return RegisterAnswer(room.now(), [shown(each) for each in room.documents.documents()], texts)

    @get("/register/size", sync_to_thread=True)
    def size() -> SizeAnswer:
        return SizeAnswer(room.documents.size())

    @post("/announce", status_code=HTTP_200_OK, sync_to_thread=True)
    def announce(request: Asked, data: JSONBody[AnnounceBody]) -> AnnounceAnswer:
        with room.turn:
            return _announce(room, data, signed_in(room.staff, request))

    @post("/check", status_code=HTTP_200_OK, sync_to_thread=True)
    def check() -> AuditAnswer:
        room.documents.documents()
        return AuditAnswer(ok=True, findings=[])

    return [register, size, announce, check]


def _announce(room: DeskRoom, data: AnnounceBody, author: SignedIn | None) -> AnnounceAnswer:
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
    if announced and author is not None and any(loosens(each) for each in good):
        waiting = _wait(room, data, author, [each.document.id for each in good])
        return AnnounceAnswer(False, [planned(each) for each in good], [], same, waiting)
    if announced:
        room.documents.add([each.document for each in good], texts)
        seen = [*before, *(each.document for each in good)]
        room.journal.append([e for each in good for e in entries_of(each.document, seen, change=each.change.value)])
    return AnnounceAnswer(announced, [planned(each) for each in good], [refused(each) for each in bad], same)


def loosens(each: Planned) -> bool:
    """Return whether a version lets more happen than before: then two others than its author approve it."""
    document = each.document
    if document.body is None:
        return False
    if isinstance(document.body, Party) and document.body.handles is not None:
        return True
    return document.kind in _OPENING or each.change in WAITS


def _wait(room: DeskRoom, data: AnnounceBody, author: SignedIn, ids: Sequence[str]) -> int:
    names = ", ".join(ids)
    body = msgspec.json.encode(data).decode()
    says = Say(f"公表する: {names}", f"announce: {names}")
    return wait(room.staff, author.account.id, "announce", body, says, TWO).number


def announce_approved(room: DeskRoom, waiting: Waiting) -> Response[AnnounceAnswer]:
    """Announce what two others approved: judged again, as of now."""
    data = msgspec.json.decode(waiting.body, type=AnnounceBody)
    with room.turn:
        return Response(_announce(room, data, None))


def preview(room: DeskRoom, waiting: Waiting) -> AnnounceAnswer:
    """Return what an announcement that waits would change, as of now; nothing is announced."""
    data = msgspec.json.decode(waiting.body, type=AnnounceBody)
    with room.turn:
        return _announce(room, msgspec.structs.replace(data, dry=True), None)


def fields(room: DeskRoom, waiting: Waiting) -> dict[tuple[str, str], list[Field]]:
    """Return what each document that waits says, by kind and id, in words; nothing of one that it removes."""
    data, now = msgspec.json.decode(waiting.body, type=AnnounceBody), room.now()
    said = [Say(paper.text.ja, paper.text.en) for paper in data.papers if paper.text is not None]
    texts = {**room.documents.texts(), **{text_sha256(text): text for text in said}}
    register, wanted = room.documents.register(now), [_wanted(paper) for paper in data.papers]
    there = [(each, each.body) for each in wanted if each.body is not None]
    return {(each.kind.value, each.id): list(fields_of(body, register, texts)) for each, body in there}


def told(room: DeskRoom, waiting: Waiting) -> list[DocumentTold]:
    """Return what waits as it goes out; nothing where it is no announcement, or waits no more."""
    if waiting.act != "announce" or waiting.outcome is not Outcome.WAITS:
        return []
    said = fields(room, waiting)
    return [
        DocumentTold(_pair(DOCUMENT_SAYS[DocumentKind(kind)]), name, _pairs(of)) for (kind, name), of in said.items()
    ]


def _pairs(of: Sequence[Field]) -> list[tuple[tuple[str, str], tuple[str, str]]]:
    return [(_pair(name), _pair(says)) for name, says in of]


def _pair(say: Say) -> tuple[str, str]:
    return say.ja, say.en


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
