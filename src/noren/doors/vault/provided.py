"""The inner door's ``/rights/provided``: the order for records of provision of somebody who was erased."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Response, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from noren.doors.vault.operator import refuse
from noren.doors.vault.rights import Who
from noren.house.exporting import seal_tags
from noren.house.vault import VaultRoom
from noren.identity.model import Refused
from noren.identity.provided import provided_of
from noren.identity.requests import Checked
from noren.kernel.discreet import Discreet
from noren.kernel.ids import MalformedId, MemberNumber
from noren.kernel.say import Say

NOT_A_NUMBER = Say("会員番号ではありません。", "This is no member number.")


class NumberBody(Discreet, msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who was erased, by the number that she shows; who asks, and how it was made sure that it is she."""

    member_number: Annotated[str, msgspec.Meta(max_length=32)]
    checked: Checked
    who: Who


def provided_handlers(room: VaultRoom) -> list[Any]:
    """Return the handler."""

    @post("/rights/provided", status_code=HTTP_200_OK, sync_to_thread=True)
    def provided(data: JSONBody[NumberBody]) -> Response[Any]:
        try:
            number = MemberNumber(data.member_number)
        except MalformedId:
            return refuse(NOT_A_NUMBER)
        found = provided_of(room.vault, number=number, by=data.who, checked=data.checked)
        if isinstance(found, Refused):
            return refuse(found.reason)
        tags = [(each.tag, each.month) for each in found]
        order = seal_tags(room.home, room.keys, tags, data.who, room.clock.now())
        return Response({"order": order, "until": sorted({each.month for each in found})})

    return [provided]
