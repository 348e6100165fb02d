"""The inner door's ``/glass/look``: a member's record through broken glass, by the desk's word, asked at each look."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
import structlog
from litestar import Request, Response, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from noren.doors.inner_door import refusal
from noren.doors.vault.operator import refuse
from noren.governance.staff import Role
from noren.governance.staffing.glass_refusals import UNREADABLE
from noren.governance.staffing.refusing import NOT_SIGNED_IN
from noren.house.glass import open_card
from noren.house.inner import CallRefused
from noren.house.staff_token import TOKEN_HEADER
from noren.house.vault import VaultRoom
from noren.identity.glass import Word, look_through
from noren.identity.model import Refused

LOG: Final[Any] = structlog.get_logger("vault")


class LookBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which glass."""

    number: Annotated[int, msgspec.Meta(ge=1)]


def glass_handlers(room: VaultRoom) -> list[Any]:
    """Return the handler of ``/glass/look``."""

    @post("/glass/look", status_code=HTTP_200_OK, sync_to_thread=True)
    def look(request: Request[Any, Any, Any], data: JSONBody[LookBody]) -> Response[Any]:
        token = request.headers.get(TOKEN_HEADER, "")
        if not token:
            return refusal(NOT_SIGNED_IN)
        try:
            said = room.desk().call("/glass", {"token": token, "number": data.number})
        except CallRefused as no:
            return Response(no.body, status_code=no.status, media_type="application/json")
        return _shown(room, said)

    return [look]


def _shown(room: VaultRoom, said: dict[str, Any]) -> Response[Any]:
    roles = frozenset(Role(each) for each in said["roles"])
    until = datetime.fromisoformat(said["until"])
    word = Word(said["number"], said["by"], roles, said["why"], said["approvals"], until)
    card = open_card(room.keys, said["order"], word.by)
    if card is None:
        return refusal(UNREADABLE)
    found = look_through(room.vault, card=card, word=word)
    if isinstance(found, Refused):
        return refuse(found.reason)
    LOG.error("glass_looked_through", number=word.number)
    return Response({**found, "number": word.number, "until": said["until"]})
