"""The member takes the document of her purchases, and sees the code of one that staff gave her.

The ledger-worker makes the document: it alone holds all of this side, and the log's key that signs it.
"""

from __future__ import annotations

import base64
from typing import Any

from litestar import Response, post
from litestar.status_codes import HTTP_200_OK

from noren.doors.pages import PageProblem
from noren.doors.pages.language import Asked, language
from noren.doors.statement.given import GivenDesk, GivenHandle
from noren.doors.statement.troubles import DOCUMENT_NOT_NOW, FROM_ELSEWHERE, NOT_HERE
from noren.governance.disclosing.numbers import code_of, is_good
from noren.house.inner import CallRefused, ZoneDown
from noren.kernel.clock import local_date
from noren.kernel.sealing import make_link_token

_GONE = 409


@post("/disclosure", sync_to_thread=True)
def disclosure(request: Asked, desk: GivenDesk, handle: GivenHandle) -> Response[Any]:
    """Answer her document as an archive: data, paper, signature."""
    _from_here(request)
    token = base64.b64encode(make_link_token(desk.room.link, handle).reveal()).decode()
    try:
        answer = desk.room.worker.call("/disclose/own", {"token": token, "lang": language(request)})
    except ZoneDown:
        raise PageProblem(DOCUMENT_NOT_NOW) from None
    except CallRefused as refused:
        raise PageProblem(NOT_HERE if refused.status == _GONE else DOCUMENT_NOT_NOW) from None
    content = base64.b64decode(answer["file"])
    headers = {"Content-Disposition": 'attachment; filename="purchases.zip"'}
    return Response(content, media_type="application/zip", headers=headers, status_code=HTTP_200_OK)


@post("/disclosure/code")
async def disclosure_code(request: Asked, desk: GivenDesk, handle: GivenHandle) -> Any:
    """Show the code of the file whose number she has."""
    _from_here(request)
    number = str((await request.form()).get("number") or "")
    good = is_good(number, local_date(desk.room.clock.now(), desk.room.home.zone))
    live = desk.room.purchase_ids.newest_first()
    codes = [code_of(key, handle.reveal(), number) for _, key in live] if good else []
    return desk.shell.page(request, "document_code.html", codes=codes)


def _from_here(request: Asked) -> None:
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        raise PageProblem(FROM_ELSEWHERE)
