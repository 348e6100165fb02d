"""The vault's document: taken by the member on her page, or written for staff to hand over, sealed to her code."""

from __future__ import annotations

import asyncio
import base64
from datetime import datetime, time, timedelta
from typing import Any, Final

from litestar import Response, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_503_SERVICE_UNAVAILABLE

from noren.doors.pages.away import Away
from noren.doors.pages.language import Asked, language
from noren.doors.vault.cookies import SESSION
from noren.doors.vault.desk import Desk, GivenDesk
from noren.doors.vault.operator import refuse
from noren.doors.vault.own_log import proved_entries
from noren.doors.vault.rights import WhoseBody
from noren.doors.vault.rights_pages import rights_page
from noren.governance.disclosing.numbers import code_of, is_good, last_day, new_number
from noren.governance.disclosing.signing import digest
from noren.governance.leases.copies import Refused as CopyRefused
from noren.governance.leases.model import CopyKind, Wanted
from noren.house.disclosing import NotInstalled, PrinterBusy, files_of, packed, sealed
from noren.house.exporting import seal_order
from noren.house.vault import VaultRoom
from noren.identity.disclosing import note_disclosure, open_disclosure_request, own_document
from noren.identity.members import Member, open_members
from noren.identity.model import Refused
from noren.identity.requests import Request
from noren.kernel.ids import CardNumber
from noren.kernel.say import Lang, Say

ARCHIVE: Final = "registration.json"
BUSY: Final = Say(
    "ほかの開示書を作っています。少し待ってからもう一度お試しください。",
    "Another document is being made. Please try again in a moment.",
)
NO_SEAL: Final = Say(
    "封をするための追加部品がありません。extra [pdf] を入れてください。",
    "What seals the file is not installed: install the extra [pdf].",
)


@post("/disclosure")
async def disclosure(request: Asked, desk: GivenDesk) -> Any:
    """Answer her document as an archive: data, paper, signature."""
    desk.check_form(request, (await request.form()).get("token"), cookie=SESSION)
    row = desk.visitor(request)
    if row is None:
        return Away("/sign-in")
    try:
        content = await asyncio.to_thread(_own, desk, row, language(request))
    except PrinterBusy:
        return desk.shell.page(
            request, "refused.html", status=HTTP_503_SERVICE_UNAVAILABLE, reason=BUSY(language(request))
        )
    if content is None:
        return Away("/sign-in")
    headers = {"Content-Disposition": 'attachment; filename="registration.zip"'}
    return Response(content, media_type="application/zip", headers=headers, status_code=HTTP_200_OK)


@post("/rights/code")
async def show_code(request: Asked, desk: GivenDesk) -> Any:
    """Show the code of the file whose number she has."""
    form = await request.form()
    desk.check_form(request, form.get("token"), cookie=SESSION)
    row = desk.visitor(request)
    if row is None:
        return Away("/sign-in")
    return await asyncio.to_thread(_code, request, desk, row, str(form.get("number") or ""))


def _code(request: Asked, desk: Desk, row: bytes, number: str) -> Any:
    vault = desk.room.vault
    with vault.store.reading() as batch:
        member = open_members(vault, batch, [row]).get(row)
    if member is None or not is_good(number, vault.today()):
        return rights_page(request, desk, row, wrong_number=True)
    return rights_page(request, desk, row, code=code_of(member.key.key(), row, number))


def _own(desk: Desk, row: bytes, lang: Lang) -> bytes | None:
    files = _files(desk.room, row, lang, by="member")
    return None if files is None else packed(files)


def _files(room: VaultRoom, row: bytes, lang: Lang, *, by: str) -> dict[str, bytes] | None:
    settings = room.home.settings.programme
    programme = Say(settings.name_ja, settings.name_en)
    entries = proved_entries(room.log, row)
    document = own_document(room.vault, who=row, programme=programme, names=room.names(), entries=entries)
    if isinstance(document, Refused):
        return None
    files = files_of(document, room.log, lang)
    note_disclosure(room.vault, row, by=by, digest=digest(files[ARCHIVE]))
    return files


class ExportBody(WhoseBody, frozen=True, forbid_unknown_fields=True):
    """Whose document staff hand over, in which language."""

    lang: Lang = "ja"


def export_handlers(room: VaultRoom) -> list[Any]:
    """Return the handler of ``/export``: what the operator carries and can not read."""

    @post("/export/member", status_code=HTTP_200_OK, sync_to_thread=True)
    def export(data: JSONBody[ExportBody]) -> Response[Any]:
        found = open_disclosure_request(room.vault, card=CardNumber(data.card))
        if isinstance(found, Refused):
            return refuse(found.reason)
        try:
            return _exported(room, *found, data)
        except PrinterBusy:
            return refuse(BUSY)
        except NotInstalled:
            return refuse(NO_SEAL)

    return [export]


def _exported(room: VaultRoom, member: Member, request: Request, data: ExportBody) -> Response[Any]:
    vault, number = room.vault, new_number(room.vault.today())
    files = _files(room, member.row, data.lang, by=data.who)
    assert files is not None, "she was found just now"
    content = sealed(files, code_of(member.key.key(), member.row, number))
    end = datetime.combine(last_day(number) + timedelta(days=1), time(), vault.zone)
    wanted = Wanted(CopyKind.DISCLOSURE, data.who, "inquiry", ("member-number", "name", "address"), end)

    def write(out: Any) -> int:
        out.write(content)
        return 1

    made = room.copies.make(wanted, write)
    if isinstance(made, CopyRefused):
        return refuse(made.says)
    token = member.link_token
    order = None if token is None else seal_order(room.home, room.keys, token, number, data.who, room.clock.now())
    return Response(
        {
            "number": number,
            "until": last_day(number).isoformat(),
            "copy": made.copy,
            "file": base64.b64encode(content).decode(),
            "order": order,
            "request": request.id,
        }
    )
